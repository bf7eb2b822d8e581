"""Asterisk's own record of its queues: `queue_log`, read strictly.

A line is `epoch|callid|queue|agent|EVENT|data...` (main/logger.c, `ast_queue_log`; the events in
apps/app_queue.c). What a call leaves there is put together to visits, one for each time that it
entered a queue, and to the attempts that were turned away, which a server of ours has written.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from agi_server.lab.log import Reader
from crm.records import Disposition

FIELDS_BEFORE_DATA: Final = 5

ENDS: Final[Mapping[str, tuple[Disposition, range]]] = {
    "CONNECT": (Disposition.ANSWERED, range(3, 4)),
    "ABANDON": (Disposition.ABANDONED, range(3, 4)),
    "EXITWITHTIMEOUT": (Disposition.TIMEOUT, range(3, 4)),
    "EXITEMPTY": (Disposition.LEAVE_EMPTY, range(3, 4)),
    "EXITWITHKEY": (Disposition.EXIT_KEY, range(4, 5)),
    "WITHDRAW": (Disposition.WITHDRAWN, range(4, 5)),
    "AGENTDUMP": (Disposition.AGENT_DUMP, range(2)),
    "SYSCOMPAT": (Disposition.INCOMPATIBLE, range(2)),
}
"""How a visit ends, as Asterisk writes it, and how many fields of data stand behind it."""

BLOCKED: Final[Mapping[str, Disposition]] = {
    "FULL": Disposition.FULL,
    "JOINEMPTY": Disposition.JOIN_EMPTY,
    "CLOSED": Disposition.CLOSED,
    "DIVERT_CA_RATIO": Disposition.DIVERTED_RATIO,
    "DIVERT_WAITTIME": Disposition.DIVERTED_WAIT,
}
"""What Asterisk does not write, and we do (Wazo's names)."""

ENTERED: Final = "ENTERQUEUE"
OVER: Final = frozenset({"COMPLETECALLER", "COMPLETEAGENT", "BLINDTRANSFER", "ATTENDEDTRANSFER"})
"""The end of a conversation with an agent."""

OTHERS: Final = frozenset(
    {
        *("RINGNOANSWER", "RINGCANCELED", "ADDMEMBER", "REMOVEMEMBER", "PENALTY", "RINGINUSE"),
        *("PAUSE", "UNPAUSE", "PAUSEALL", "UNPAUSEALL", "QUEUESTART", "CONFIGRELOAD"),
    }
)
"""What says nothing of how a visit ended."""


class QueueLogError(Exception):
    """A line that Asterisk would not write, or visits that cannot have been."""


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One line.

    Attributes:
        at: Unix time in whole seconds.
        call: The unique id of the caller's channel, or a word such as NONE.
        queue: The Asterisk queue, or NONE.
        agent: The member's name, or NONE.
        event: What happened.
        data: What else is told, as text.
    """

    at: int
    call: str
    queue: str
    agent: str
    event: str
    data: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LoggedVisit:
    """A visit to a queue, or the attempt at one, as `queue_log` has it.

    Attributes:
        call: The unique id of the caller's channel.
        queue: The Asterisk queue.
        entered_at: Unix time in whole seconds; of an attempt, when it was turned away.
        disposition: How it ended, or that it goes on.
        left_at: When the waiting ended, None while it goes on.
        agent: Who answered, if anybody did.
        waited: Seconds, as Asterisk counts them; None where it does not tell.
        key: By which the caller left, if by one.
        talked: Whether the end of a conversation is there.
    """

    call: str
    queue: str
    entered_at: int
    disposition: Disposition = Disposition.IN_PROGRESS
    left_at: int | None = None
    agent: str | None = None
    waited: int | None = None
    key: str | None = None
    talked: bool = False


def read_line(line: str) -> QueueLine:
    """Read one line, without its end.

    Raises:
        QueueLogError: Nobody knows such a line.
    """
    at, *words = line.split("|")
    if not at.isdecimal() or len(words) < FIELDS_BEFORE_DATA - 1:
        raise QueueLogError(f"no line of queue_log: {line!r}")
    call, queue, agent, event, *data = words
    _demand_known(event, len(data), line)
    return QueueLine(int(at), call, queue, agent, event, tuple(data))


def _demand_known(event: str, fields: int, line: str) -> None:
    if event in ENDS:
        known = fields in ENDS[event][1]
    elif event == ENTERED:
        known = fields in range(3, 5)
    else:
        known = event in BLOCKED or event in OVER or event in OTHERS
    if not known:
        raise QueueLogError(f"unknown to the reader of queue_log: {line!r}")


class QueueLog:
    """A file that grows: gives each line once.

    Args:
        path: Of the file, which need not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self._reader = Reader(path)

    def new_lines(self) -> list[QueueLine]:
        """The lines that were not given yet. Raises QueueLogError."""
        return [read_line(line) for line in self._reader.new_lines()]


def logged_visits(lines: Iterable[QueueLine]) -> list[LoggedVisit]:
    """The visits and the attempts, in the order in which they began.

    Raises:
        QueueLogError: A visit ended that never began, or began while another went on.
    """
    told: list[LoggedVisit] = []
    open_visits: dict[str, int] = {}
    for line in lines:
        if line.event == ENTERED:
            if line.call in open_visits and _goes_on(told[open_visits[line.call]]):
                raise QueueLogError(f"{line.call} entered {line.queue} while waiting elsewhere")
            open_visits[line.call] = len(told)
            told.append(LoggedVisit(line.call, line.queue, line.at))
        elif line.event in BLOCKED:
            told.append(_turned_away(line))
        elif line.event in ENDS or line.event in OVER:
            _end(told, open_visits, line)
    return told


def _goes_on(visit: LoggedVisit) -> bool:
    return visit.disposition is Disposition.IN_PROGRESS


def _turned_away(line: QueueLine) -> LoggedVisit:
    return LoggedVisit(line.call, line.queue, line.at, BLOCKED[line.event], line.at)


def _end(told: list[LoggedVisit], open_visits: Mapping[str, int], line: QueueLine) -> None:
    place = open_visits.get(line.call)
    if place is None or told[place].queue != line.queue:
        raise QueueLogError(f"the end of a visit that did not begin: {line}")
    visit = told[place]
    if line.event in OVER:
        told[place] = replace(visit, talked=True)
    elif not _goes_on(visit):
        raise QueueLogError(f"a second end of {visit}: {line}")
    else:
        told[place] = _ended(visit, line)


def _ended(visit: LoggedVisit, line: QueueLine) -> LoggedVisit:
    disposition = ENDS[line.event][0]
    answered = disposition is Disposition.ANSWERED
    return replace(
        visit,
        disposition=disposition,
        left_at=line.at,
        agent=line.agent if answered else None,
        waited=_waited(line),
        key=line.data[0] if disposition is Disposition.EXIT_KEY else None,
    )


def _waited(line: QueueLine) -> int | None:
    """Seconds: the first field of an answer, the third of most ends, the fourth after a key."""
    at = {"CONNECT": 0, "EXITWITHKEY": 3, "AGENTDUMP": None, "SYSCOMPAT": None}.get(line.event, 2)
    return None if at is None else int(line.data[at])


def waiting_at_once(visits: Iterable[LoggedVisit]) -> int:
    """The most who waited at the same time; who left in a second no longer counts in it."""
    changes = sorted(change for visit in visits for change in _changes(visit))
    waiting = most = 0
    for _, change in changes:
        waiting += change
        most = max(most, waiting)
    return most


def _changes(visit: LoggedVisit) -> Iterator[tuple[int, int]]:
    if not visit.disposition.is_blocked:
        yield visit.entered_at, 1
        if visit.left_at is not None:
            yield visit.left_at, -1
