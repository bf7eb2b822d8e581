"""Whether no caller was lost, by three witnesses: the callers, Asterisk, and our journal."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final

from agi_server.lab.caller import Ended
from crm.records import Call, Disposition, Outcome, QueueVisit
from crm.sqlite_store import SqliteStore
from tests.chaos.service import Service
from tests.live.queue_log import LoggedVisit, logged_visits, waiting_at_once
from tests.live.queue_log_comparing import attempts, differences, unique_id
from tests.load.office import FIRST_CALLER
from tests.load.running import Load, Run

BY_OUTCOME: Final = {
    Outcome.ANSWERED: (Disposition.ANSWERED, {Ended.BY_ASTERISK, Ended.BY_CALLER}),
    Outcome.ABANDONED: (Disposition.ABANDONED, {Ended.BY_CALLER}),
}
"""The outcomes that a caller may have here, and what the other witnesses say of them then: who
hangs up can have spoken with an agent, but whom Asterisk hung up must have."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What our journal has: the calls, and their visits to queues."""

    calls: Sequence[Call]
    visits: Sequence[QueueVisit]


@dataclass(slots=True)
class Report:
    """What came of a load.

    Attributes:
        calls: How many were placed.
        agents: How many answered them.
        queues: In how many Asterisk queues.
        dispositions: How the visits ended.
        most_waiting: The most who waited at the same time.
        waiting_at_rest: Who waited while all connections were counted.
        connections_at_rest: The most AGI connections that were open then.
        waited: Seconds until the answer, of each who was answered, in order of length.
        asterisk_cpu: Seconds.
        server_cpu: Seconds.
        seconds: How long all of it took.
        problems: What is wrong, in words.
    """

    calls: int
    agents: int
    queues: int
    dispositions: Counter[Disposition]
    most_waiting: int
    waiting_at_rest: int
    connections_at_rest: int
    waited: Sequence[int]
    asterisk_cpu: float
    server_cpu: float
    seconds: float
    problems: list[str] = field(default_factory=list)

    def waited_part(self, part: float) -> int:
        """Seconds in which this part of the answered callers, from 0 to 1, was answered."""
        if not self.waited:
            return 0
        return self.waited[min(len(self.waited) - 1, int(part * len(self.waited)))]


def kept_by(service: Service, most: int) -> Kept:
    """What a server that has been stopped has kept.

    Args:
        service: The server.
        most: How many calls and visits there can be at most.
    """
    with closing(SqliteStore(service.database)) as store:
        return Kept(store.calls(limit=most), store.queue_visits(limit=most))


def judged(load: Load, queues: int, run: Run, kept: Kept) -> Report:
    """Compare what the callers saw, what Asterisk wrote, and what we have kept.

    Args:
        load: What was asked for.
        queues: How many Asterisk queues there were.
        run: What the callers saw and Asterisk wrote.
        kept: What we have.
    """
    logged = logged_visits(run.lines)
    connections = max(run.at_rest, default=-1)
    problems = list(run.problems)
    if connections != 0:
        problems.append(f"{connections} AGI connections were open at rest (-1: never seen)")
    if run.waiting_at_rest < load.callers:
        problems.append(f"only {run.waiting_at_rest} of {load.callers} waited at rest")
    problems += differences(attempts(kept.visits), logged)
    problems += _lost(run, kept.calls, {visit.call: visit for visit in logged})
    return Report(
        calls=run.calls,
        agents=load.agents,
        queues=queues,
        dispositions=Counter(visit.disposition for visit in logged),
        most_waiting=waiting_at_once(logged),
        waiting_at_rest=run.waiting_at_rest,
        connections_at_rest=connections,
        waited=sorted(_waits(logged)),
        asterisk_cpu=run.cpu.asterisk,
        server_cpu=run.cpu.server,
        seconds=run.seconds,
        problems=problems,
    )


def _waits(logged: Sequence[LoggedVisit]) -> Iterator[int]:
    for visit in logged:
        if visit.disposition is Disposition.ANSWERED and visit.waited is not None:
            yield visit.waited


def _lost(run: Run, calls: Sequence[Call], logged: Mapping[str, LoggedVisit]) -> Iterator[str]:
    """Callers of whom a witness does not know, or knows something else."""
    journal: dict[str, list[Call]] = {}
    for call in calls:
        journal.setdefault(call.caller or "", []).append(call)
    expected = [f"+{FIRST_CALLER + place}" for place in range(run.calls)]
    for number in expected:
        yield from _of_caller(number, run.ended.get(number), journal.pop(number, []), logged)
    for number in journal:
        yield f"{number} is in the journal and never called"


def _of_caller(
    number: str, ended: Ended | None, calls: Sequence[Call], logged: Mapping[str, LoggedVisit]
) -> Iterator[str]:
    if len(calls) != 1 or ended is None:
        yield f"{number}: {len(calls)} calls in the journal, {ended} for the caller"
        return
    (call,) = calls
    visit = logged.get(unique_id(call.id))
    disposition, endings = BY_OUTCOME.get(call.outcome, (None, set()))
    if visit is None or visit.disposition is not disposition or ended not in endings:
        found = None if visit is None else visit.disposition
        yield f"{number}: {call.outcome} in the journal, {found} in queue_log, ended by {ended}"
    if call.ended_at is None:
        yield f"{number}: the journal does not know that the call is over"
