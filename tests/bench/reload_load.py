"""Calls at a steady rate beside reloads of the rules, in a process of its own.

    reload_load.py HOME PORT RATE SECONDS RELOADS

Each call is one of the shipped fake Asterisk: two menus, a queue that nobody answers, and what the
rules say of that. Its caller thinks before each key, so that reloads fall into its midst. Between
the calls the rules file in HOME is written and reloaded RELOADS times: other rules, then bad ones,
and so on. It prints a `Result` as JSON.
"""

import asyncio
import json
import random
import sys
import time
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import uvloop

from agi_server.control import NotTaken, Reload, Standing, Status, Taken
from agi_server.control_socket import ask
from agi_server.policy import read_rules
from agi_server.testing import Action, AgiResult, Asked, FakeChannel, Press, agi
from crm.sqlite_store import SqliteStore
from dialplan import contract
from dialplan.contract import QueueStatus, Script
from reload_rules import MARKS, bad_rules, good_rules, marks_in

LONGEST_THOUGHT: Final = 0.25
"""Seconds before a key: a call then lasts over some reloads."""

LONGEST_WAIT: Final = 0.5
"""Seconds in the queue, where a call has no connection to the server; for most calls."""

PATIENT: Final = 10
"""One call in so many waits for a third of the whole time: many reloads, so that no process holds
the rules that it began with any more."""

ANSWER_SECONDS: Final = 60.0
TOLD: Final = (contract.QUEUE, contract.QUEUE_TIMEOUT, contract.REASON, contract.EXTENSION)
"""The variables that say by which rules a call went."""


@dataclass(slots=True)
class Result:
    """What came of it. Times are in seconds."""

    calls: int = 0
    failures: int = 0
    mixtures: int = 0
    """Calls that were told things of both files, or other ones than their journal says."""
    by_file: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MARKS, 0))
    across: int = 0
    """Calls during which other rules came into force."""
    taken: int = 0
    refused: int = 0
    surprises: list[str] = field(default_factory=list)
    """Answers to good rules that were refused, and to bad ones that were not."""
    reloads: list[float] = field(default_factory=list)
    """How long the good ones took."""
    requests: list[float] = field(default_factory=list)
    """How long requests took in which nobody thinks."""
    lag: float = 0.0
    """How late a call was begun, at worst: the load's own weakness."""
    wall: float = 0.0
    revisions: list[str] = field(default_factory=list)
    """Of the workers, in the end."""


class Thinker:
    """A caller who thinks, and then presses 1."""

    async def __call__(self, asked: Asked, /) -> Action:
        """Think."""
        del asked
        await asyncio.sleep(random.uniform(0, LONGEST_THOUGHT))  # noqa: S311  no secret
        return Press("1")


class Load:
    """Calls and reloads against one server."""

    def __init__(self, home: Path, port: int) -> None:
        self.result = Result()
        self._home = home
        self._rules = home / "rules.yaml"
        self._url = f"agi://127.0.0.1:{port}/"
        self._told: dict[str, list[str]] = {}
        """By call: what it was told, each of which is to come from one file."""
        self._marks: dict[str, str] = {}
        """By revision: which of the two files it is."""
        self._seconds = 0.0
        for mark in reversed(MARKS):
            self._write(good_rules(mark), mark)

    async def run(self, rate: float, seconds: float, reloads: int) -> None:
        """Call and reload, and look into the journal afterwards."""
        self._seconds = seconds
        began = time.perf_counter()
        await asyncio.gather(self._call_all(rate, seconds), self._reload_all(seconds, reloads))
        self.result.wall = time.perf_counter() - began
        self._compare_with_journal()
        standing = ask(self._home, Status(), ANSWER_SECONDS)
        assert isinstance(standing, Standing)
        self.result.revisions = [worker.revision for worker in standing.workers]

    async def _call_all(self, rate: float, seconds: float) -> None:
        start = time.perf_counter()
        async with asyncio.TaskGroup() as calls:
            for number in range(int(rate * seconds)):
                due = start + number / rate
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                self.result.lag = max(self.result.lag, time.perf_counter() - due)
                calls.create_task(self._call(f"{number}.1-1"))

    async def _call(self, name: str) -> None:
        channel = FakeChannel(number="+989121234567", dialled="+982191000000", caller=Thinker())
        taken = self.result.taken
        went_well = await self._request(channel, Script.INCOMING, name, 1)
        patient = int(name.partition(".")[0]) % PATIENT == 0
        longest = self._seconds / 3 if patient else LONGEST_WAIT
        await asyncio.sleep(random.uniform(0, longest))  # noqa: S311  no secret
        self.result.across += self.result.taken > taken
        queue = f"status={QueueStatus.TIMEOUT}"
        began = time.perf_counter()
        went_well &= await self._request(channel, Script.AFTER_QUEUE, name, 2, queue)
        self.result.requests.append(time.perf_counter() - began)
        self.result.calls += 1
        self.result.failures += not went_well
        told = [channel.variables.get(variable) or "" for variable in TOLD]
        self._told[name] = told + [heard.file for heard in channel.heard]

    async def _request(
        self, channel: FakeChannel, script: Script, name: str, visit: int, *more: str
    ) -> bool:
        """One request; whether it went well."""
        words = (f"call={name}", f"visit={visit}", f"dialled={channel.dialled}", *more)
        done: AgiResult = await agi(channel, self._url + script, *words)
        return done.status == "SUCCESS" and channel.variables.get(contract.DONE) == script

    async def _reload_all(self, seconds: float, reloads: int) -> None:
        start = time.perf_counter()
        for number in range(reloads):
            due = start + seconds * (number + 1) / (reloads + 1)
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            mark, is_good = MARKS[(number // 2 + 1) % 2], number % 2 == 0
            text = good_rules(mark) if is_good else bad_rules(mark)
            # Each is a revision of its own.
            self._write(f"{text}# {number}\n", mark)
            await self._reload(is_good=is_good)

    async def _reload(self, *, is_good: bool) -> None:
        began = time.perf_counter()
        answer = await asyncio.to_thread(ask, self._home, Reload(), ANSWER_SECONDS)
        match answer:
            case Taken() if is_good:
                self.result.taken += 1
                self.result.reloads.append(time.perf_counter() - began)
            case NotTaken() if not is_good and answer.problems:
                self.result.refused += 1
            case _:
                self.result.surprises.append(str(answer))

    def _write(self, text: str, mark: str) -> None:
        """Save rules, and remember which of the two files they are."""
        self._rules.write_text(text, encoding="utf-8")
        self._marks[read_rules(self._rules).revision] = mark

    def _compare_with_journal(self) -> None:
        with closing(SqliteStore(self._home / "rahyab.db")) as store:
            for name, told in self._told.items():
                call = store.call(name)
                mark = "none" if call is None else self._marks[call.revision]
                self.result.mixtures += any(marks_in(each) != {mark} for each in told)
                self.result.by_file[mark] = self.result.by_file.get(mark, 0) + 1


def main() -> None:
    """As the module says."""
    home, port, rate, seconds, reloads = sys.argv[1:]
    load = Load(Path(home), int(port))
    uvloop.run(load.run(float(rate), float(seconds), int(reloads)))
    print(json.dumps(asdict(load.result)))  # noqa: T201  for the process that started this one


if __name__ == "__main__":
    main()
