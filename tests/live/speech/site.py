"""A site whose callers are asked: its Asterisk, its server, and what the journal has of a call."""

import itertools
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from agi_server.lab.asterisk import Asterisk
from agi_server.lab.caller import Caller
from agi_server.lab.configuration import Plan
from agi_server.lab.ports import LOCALHOST, free_port, is_bound
from agi_server.lab.processes import Process
from agi_server.lab.root import Root
from agi_server.lab.scenarios import Call
from agi_server.lab.telephony import CallResult, Telephony
from agi_server.lab.waiting import wait_until
from agi_server.policy import load_policy_file
from agi_server.prompt_building import build_prompts
from crm.records import CallStory
from crm.sqlite_store import SqliteStore
from dialplan.leaving import leaving_contexts
from dialplan.queues import queue_rules_conf, queues_conf
from ivr.prompts import Catalogue

ROOT = Path(__file__).parents[3]
SERVE = (sys.executable, "-m", "agi_server.cli", "serve")
START_SECONDS = 20.0
END_SECONDS = 15.0
OPEN_HOURS = "2026-11-24 10:00"


@dataclass(frozen=True, slots=True)
class Lived:
    """A call that is over: as the caller and Asterisk had it, and as the journal has it."""

    result: CallResult
    story: CallStory

    def data(self, kind: str) -> list[Any]:
        """What the journal says of every event of a kind, in order."""
        return [event.data for event in self.story.timeline if event.kind == kind]

    @property
    def keyed(self) -> list[str]:
        """What was keyed, answer by answer."""
        return [data["keys"] for data in self.data("pressed")]

    @property
    def left(self) -> list[tuple[str, str]]:
        """Which dialogues were left, and why."""
        return [(data["dialogue"], data["why"]) for data in self.data("left")]

    @property
    def cause(self) -> str | None:
        """With which cause the rules hung up, if they did."""
        sent = [data.get("RAHYAB_CAUSE") for data in self.data("sent")]
        return sent[-1] if sent else None

    @property
    def stage(self) -> str | None:
        """Where the caller was last seen."""
        return self.story.call.stage

    def was_told(self, *prompts: str) -> bool:
        """Whether these prompts began, in this order, perhaps with others between."""
        heard = iter([prompt for data in self.data("heard") for prompt in data["prompts"]])
        return all(prompt in heard for prompt in prompts)


@dataclass(slots=True)
class Site:
    """A server over some rules, and the Asterisk that asks it.

    Every caller has a number of their own: that is how the journal's calls are told apart.
    """

    telephony: Telephony
    store: SqliteStore
    messages: Path
    sounds: Path
    output: Path
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def number(self) -> str:
        """The number of somebody who has not called yet: a mobile one."""
        return f"+98935{next(self._numbers):07d}"

    def start(
        self, to: str, keys: str = "", number: str = "", **wanted: object
    ) -> tuple[str, Caller]:
        """Place a call that goes on by itself; the number of the caller and the caller."""
        number = number or self.number()
        usual = {"at": OPEN_HOURS, "patience": 30.0}
        call = Call(to, number, keys=keys, **{**usual, **wanted})  # type: ignore[arg-type]
        return number, self.telephony.start_call(call)

    def end(self, number: str, caller: Caller) -> Lived:
        """Wait for the end of a call, and for the journal to have it."""
        result = self.telephony.end_call(caller)
        return Lived(result, self.story(number))

    def call(self, to: str, keys: str = "", number: str = "", **wanted: object) -> Lived:
        """Place a call and wait for its end."""
        return self.end(*self.start(to, keys, number, **wanted))

    def story(self, number: str) -> CallStory:
        """The newest call from a number, once its end is in the journal."""
        found = wait_until(lambda: self._ended(number), END_SECONDS)
        assert found, f"the end of the call from {number} was never reported"
        return found

    def _ended(self, number: str) -> CallStory | None:
        newest = next((call for call in self.store.calls(limit=100) if call.caller == number), None)
        if newest is None or newest.ended_at is None:
            return None
        return self.store.call_story(newest.id)

    def clear(self) -> None:
        """Let go of all calls; there must be none that only Asterisk knows of."""
        self.telephony.clear()
        assert "Traceback" not in self.output.read_text()

    def is_quiet(self) -> bool:
        """Whether Asterisk has no channel."""
        return "0 active channels" in self.telephony.asterisk.rx("core show channels count")


@dataclass(frozen=True, slots=True)
class Added:
    """What an Asterisk has besides what is made of the rules.

    Attributes:
        queues: Text that is put behind the compiled queues.
        dialplan: Contexts of a test.
        devices: More of them than the agents of the rules have.
    """

    queues: str = ""
    dialplan: str = ""
    devices: tuple[str, ...] = ()


NOTHING: Final = Added()


@contextmanager
def site_of(
    rules: Path, root: Root, sounds: Path, folder: Path, added: Added = NOTHING
) -> Iterator[Site]:
    """A site over these rules, whose prompts are built already."""
    policy = load_policy_file(rules)
    port, messages = free_port(socket.SOCK_STREAM), folder / "messages"
    plan = Plan(
        folder / "lab",
        (LOCALHOST, port),
        queues=queues_conf(policy) + added.queues,
        queue_rules=queue_rules_conf(policy),
        leaving=leaving_contexts(policy),
        devices=tuple(
            sorted({agent.device for agent in policy.agents.values()} | {*added.devices})
        ),
        sounds=sounds,
        shared=(messages,),
        dialplan=added.dialplan,
    )
    output = folder / "server.log"
    with Asterisk.start(root, plan) as asterisk:
        server = Process.spawn(
            SERVE, output, folder=ROOT, environment=_environment(rules, folder, messages, port)
        )
        try:
            wait_until(
                lambda: is_bound(port, socket.SOCK_STREAM) or not server.running, START_SECONDS
            )
            assert server.running, output.read_text()
            with closing(SqliteStore(folder / "rahyab.db")) as store:
                yield Site(Telephony(asterisk, port), store, messages, sounds, output)
        finally:
            server.stop()


def _environment(rules: Path, folder: Path, messages: Path, port: int) -> dict[str, str]:
    return {
        **os.environ,
        "RAHYAB_HOME": str(folder),
        "RAHYAB_LISTEN": f"{LOCALHOST}:{port}",
        "RAHYAB_METRICS": "off",
        "RAHYAB_RULES": str(rules),
        "RAHYAB_MESSAGES": str(messages),
        # Eight callers may be recorded at once on a slow machine: it is not the store that is late.
        "RAHYAB_STORE_BUDGET": "2000",
    }


def build(rules: Path, folder: Path) -> Path:
    """Build the prompts of these rules; the folder of the sounds."""
    build_prompts(Catalogue.of(load_policy_file(rules)), folder / "sounds", folder / "recordings")
    return folder / "sounds"
