"""Agents at their telephones and callers in queues, and what the books say of each call."""

import json
import os
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from agi_server.lab.caller import Caller
from agi_server.lab.phone import Phone
from agi_server.lab.waiting import wait_until
from crm.records import CallStory
from routing.rules import Policy
from tests.live.conftest import COMMAND
from tests.live.queue_log import QueueLine, QueueLog
from tests.live.queues.visits import Entry, Visit, entries_of, visit_of
from tests.live.speech.site import Lived, Site

SECONDS: Final = 60.0
"""The longest that anything here may take, on a machine that is busy with other things."""

NEVER: Final = 100.0
"""Seconds that a telephone rings whose agent is away: longer than any test waits."""

Found = TypeVar("Found")


@dataclass(slots=True)
class Guest:
    """Somebody who has called.

    Attributes:
        number: Theirs, which nobody else has.
        caller: The call.
    """

    number: str
    caller: Caller

    @property
    def entries(self) -> list[Entry]:
        """What Asterisk has logged by now of their entering queues."""
        return entries_of(self.caller.log.lines)

    @property
    def visit(self) -> Visit | None:
        """What Asterisk has logged by now of their visit to a queue."""
        return visit_of(self.caller.log.lines)


@dataclass(slots=True)
class Office:
    """A site whose queues are worked in.

    Attributes:
        site: Its Asterisk and its server.
        policy: Its rules.
        rules: Their file.
    """

    site: Site
    policy: Policy
    rules: Path

    def plug_in(self, *agents: str, ring: float | None = 0.5, talk: float = 3.0) -> Phone:
        """Put agents of the rules at their telephones. See `Phone.start`."""
        devices = [self.policy.agents[agent].device for agent in agents]
        return self.site.telephony.plug_in(*devices, ring=ring, talk=talk)

    def keep_busy(self, agent: str) -> Phone:
        """Put an agent at their telephone, and have them speak to somebody who came no queue."""
        device = self.policy.agents[agent].device
        phone = self.plug_in(agent, ring=0.1, talk=NEVER)
        self.site.telephony.asterisk.rx(f"channel originate {device} application Wait {NEVER:.0f}")
        self.wait(lambda: "(In use" in self.member(agent))
        return phone

    def let_go(self, agent: str) -> None:
        """End the call that an agent is in."""
        device = self.policy.agents[agent].device
        shown = self.asterisk_shows("core show channels concise")
        (channel,) = re.findall(rf"^({re.escape(device)}-[^!]+)!", shown, re.MULTILINE)
        self.asterisk_shows(f"channel request hangup {channel}")

    def waiting(self, queue: str) -> list[str]:
        """The channels of those who wait in an Asterisk queue, the first in line first."""
        return re.findall(
            r"^ +\d+\. (\S+) \(wait", self.asterisk_shows(f"queue show {queue}"), re.MULTILINE
        )

    def member(self, agent: str, queue: str = "") -> str:
        """The lines in which Asterisk shows an agent as a member of a queue, or of every queue."""
        shown = self.asterisk_shows(f"queue show {queue}".strip())
        return "".join(line for line in shown.splitlines() if line.strip().startswith(f"{agent} "))

    def come(self, to: str, **wanted: object) -> Guest:
        """Place a call, and return when it is in a queue."""
        guest = self.call(to, **wanted)
        self.wait(lambda: guest.visit)
        return guest

    def call(self, to: str, **wanted: object) -> Guest:
        """Place a call that goes on by itself."""
        return Guest(*self.site.start(to, **{"patience": 2 * SECONDS, **wanted}))

    def end(self, guest: Guest) -> Lived:
        """Wait for the end of a call, and for the journal to have it."""
        return self.site.end(guest.number, guest.caller)

    def visit(self, guest: Guest) -> Visit:
        """What Asterisk has logged of a visit."""
        visit = guest.visit
        assert visit, f"the call of {guest.number} came to no queue"
        return visit

    def in_queue_log(self, story: CallStory) -> list[QueueLine]:
        """What queue_log has of a call. Its call's id begins with that of its channel."""
        channel = story.call.id.rpartition("-")[0]
        return [each for each in self.queue_log() if each.call == channel]

    def queue_log(self) -> list[QueueLine]:
        """Everything in queue_log."""
        return QueueLog(self.site.telephony.asterisk.folder / "log" / "queue_log").new_lines()

    def wait_for_waiting(self, queue: str, seconds: int) -> None:
        """Wait until the first caller in an Asterisk queue has waited so long, by its own count."""

        def has_waited() -> bool:
            shown = self.asterisk_shows(f"queue show {queue}")
            waited = re.search(r"\(wait: (\d+):(\d+)", shown)
            return waited is not None and 60 * int(waited[1]) + int(waited[2]) >= seconds

        self.wait(has_waited)

    def asterisk_shows(self, command: str) -> str:
        """What a command of Asterisk's prints."""
        return self.site.telephony.asterisk.rx(command)

    def openings(self, queue: str) -> Mapping[str, Mapping[str, Any]]:
        """For each agent of a queue the step that lets them in, as `rahyab queues show` tells."""
        (shown,) = self.shown(queue)
        return {agent: step for step in shown["steps"] for agent in step["agents"]}

    def shown(self, queue: str) -> Sequence[Mapping[str, Any]]:
        """What `rahyab queues show` tells programs of a queue of the rules."""
        environment = {**os.environ, "RAHYAB_RULES": str(self.rules)}
        command = [*COMMAND, "queues", "show", queue, "--json"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        shown: list[dict[str, Any]] = json.loads(done.stdout)
        return shown

    def wait(self, look: Callable[[], Found | None]) -> Found:
        """Wait for something that must come."""
        found = wait_until(look, SECONDS)
        assert found, f"it never came:\n{self.asterisk_shows('queue show')}"
        return found
