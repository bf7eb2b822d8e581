"""Our record of visits to queues beside Asterisk's: call by call, and counted."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from crm.records import Disposition, QueueVisit
from tests.live.queue_log import LoggedVisit

LATE_SECONDS: Final = 5
"""How far the two records of a wait may lie apart: ours begins when the server lets go of the call,
Asterisk's when the dialplan has come to the queue, and Asterisk counts whole seconds."""

Counts = Mapping[tuple[str, Disposition], int]
"""How many, by Asterisk queue and by how it ended."""


def unique_id(call_id: str) -> str:
    """What Asterisk calls the caller's channel: our id of a call begins with it."""
    return call_id.rpartition("-")[0]


def counted(visits: Iterable[QueueVisit | LoggedVisit]) -> Counts:
    """Visits and attempts, by Asterisk queue and by how they ended."""
    return Counter((queue_of(visit), visit.disposition) for visit in visits)


def attempts(visits: Iterable[QueueVisit]) -> list[QueueVisit]:
    """Those that are any: who hung up on the way to a queue is unknown to Asterisk's record."""
    return [visit for visit in visits if visit.disposition is not Disposition.NOT_ENTERED]


def queue_of(visit: QueueVisit | LoggedVisit) -> str:
    """The Asterisk queue of a visit."""
    return visit.asterisk_queue if isinstance(visit, QueueVisit) else visit.queue


def differences(ours: Sequence[QueueVisit], logged: Sequence[LoggedVisit]) -> list[str]:
    """What one record says and the other does not, in words; none: they are the same.

    Args:
        ours: All attempts, in any order.
        logged: Those of `queue_log`, in its order.
    """
    mine: defaultdict[str, list[QueueVisit]] = defaultdict(list)
    for visit in sorted(ours, key=lambda each: each.number):
        mine[unique_id(visit.call_id)].append(visit)
    theirs: defaultdict[str, list[LoggedVisit]] = defaultdict(list)
    for each in logged:
        theirs[each.call].append(each)
    return [
        f"{call}: {problem}"
        for call in sorted({*mine, *theirs})
        for problem in _of_call(mine[call], theirs[call])
    ]


def _of_call(ours: Sequence[QueueVisit], logged: Sequence[LoggedVisit]) -> list[str]:
    if len(ours) != len(logged):
        return [f"we have {_told(ours)}, queue_log has {_told(logged)}"]
    pairs = zip(ours, logged, strict=True)
    return [problem for mine, theirs in pairs for problem in _of_visit(mine, theirs)]


def _of_visit(mine: QueueVisit, theirs: LoggedVisit) -> list[str]:
    same = {
        "queue": (mine.asterisk_queue, theirs.queue),
        "disposition": (mine.disposition, theirs.disposition),
        "agent": (mine.agent, theirs.agent),
        "key": (mine.key, theirs.key),
    }
    found = [
        f"{name} {ours} is {logged} in queue_log, in {mine.asterisk_queue}"
        for name, (ours, logged) in same.items()
        if ours != logged
    ]
    waited = waited_seconds(mine)
    told = theirs.waited
    if waited is not None and told is not None and abs(waited - told) > LATE_SECONDS:
        found.append(f"waited {waited:.1f} s in {mine.asterisk_queue}, by queue_log {told} s")
    return found


def waited_seconds(visit: QueueVisit) -> float | None:
    """How long the caller waited; None while that goes on."""
    until = visit.answered_at or visit.left_at
    return None if until is None else (until - visit.entered_at).total_seconds()


def _told(visits: Sequence[QueueVisit | LoggedVisit]) -> str:
    return ", ".join(f"{queue_of(one)} {one.disposition}" for one in visits) or "nothing"
