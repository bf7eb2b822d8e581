"""What one request of a call leaves to the next, which another process may answer."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, Final

from crm.records import Call, QueueVisit
from ivr.talk import ToldPlace
from routing.destinations import Pace, Priority


@dataclass(frozen=True, slots=True)
class VisitState:
    """A visit to a queue that goes on: all of it but whose it is."""

    number: int
    queue: str | None
    language: str
    asterisk_queue: str
    entered_at: datetime
    waiting_since: datetime
    priority: int

    @classmethod
    def from_visit(cls, visit: QueueVisit) -> "VisitState":
        """What is to be remembered of a visit."""
        return cls(*(getattr(visit, each.name) for each in fields(cls)))

    def of(self, call_id: str) -> QueueVisit:
        """The visit, which goes on."""
        return QueueVisit(call_id, **asdict(self))

    def to_data(self) -> Mapping[str, Any]:
        """It as the store keeps it (JSON)."""
        times = {name: getattr(self, name).isoformat() for name in _TIMES}
        return {**asdict(self), **times}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "VisitState":
        """The inverse of `to_data`."""
        # A newer version, which serves beside this one, may have left more.
        known = {each.name: data[each.name] for each in fields(cls)}
        times = {name: datetime.fromisoformat(data[name]) for name in _TIMES}
        return cls(**{**known, **times})


_TIMES: Final = ("entered_at", "waiting_since")


@dataclass(frozen=True, slots=True)
class CallState:
    """How far a call has come.

    Attributes:
        rule: The list and the rule that decided last: `arrival/everyone`.
        tracking: The number of its request, if one was opened.
        survey: The survey that the caller is to be asked, if any.
        priority: The caller's place in queues, if a route has set it.
        music: What the caller hears while waiting, if a route has set it.
        first_queued_at: When the caller first began to wait in a queue.
        keyed: What the caller keyed last, by menu.
        variables: The declared variables that are set, by their id; None in states of versions that
            did not keep them.
        pace: How long the caller is given for keys.
        proven: Whether the caller has proved who calls by a one-time code.
        recordings: How many recordings of the call there are, by place.
        forgotten_recordings: How many there may be of any other place; None in states of versions
            that did not count them.
        surveys: Those that the caller has been asked.
        preferred: The agent for whom the caller waits alone, if for one.
        asked_for: The queues in which the caller has waited for such an agent.
        told_until: Until when it was said, at most, that waiting will take.
        told_place: The place in a queue that the caller was told last.
        visit: The visit to a queue that goes on.
        request: The how-manieth request of the call left this; None in states of versions that did
            not say so, and before any request has.
    """

    rule: str = ""
    tracking: str | None = None
    survey: str | None = None
    priority: Priority | None = None
    music: str | None = None
    first_queued_at: datetime | None = None
    keyed: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] | None = None
    pace: Pace = "normal"
    proven: bool = False
    recordings: Mapping[str, int] = field(default_factory=dict)
    forgotten_recordings: int | None = None
    surveys: frozenset[str] = frozenset()
    preferred: str | None = None
    asked_for: frozenset[str] = frozenset()
    told_until: datetime | None = None
    told_place: ToldPlace | None = None
    visit: VisitState | None = None
    request: int | None = None

    def to_data(self) -> Mapping[str, Any]:
        """It as the store keeps it (JSON)."""
        return {
            "rule": self.rule,
            "tracking": self.tracking,
            "survey": self.survey,
            "priority": None if self.priority is None else asdict(self.priority),
            "music": self.music,
            "first_queued_at": _time_to_data(self.first_queued_at),
            "keyed": dict(self.keyed),
            "variables": None if self.variables is None else dict(self.variables),
            "pace": self.pace,
            "proven": self.proven,
            "recordings": dict(self.recordings),
            "forgotten_recordings": self.forgotten_recordings,
            "surveys": sorted(self.surveys),
            "preferred": self.preferred,
            "asked_for": sorted(self.asked_for),
            "told_until": _time_to_data(self.told_until),
            "told_place": None if self.told_place is None else asdict(self.told_place),
            "visit": None if self.visit is None else self.visit.to_data(),
            "request": self.request,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "CallState":
        """The inverse of `to_data`; of a call that was never stored, the beginning."""
        priority = data.get("priority")
        told_place = data.get("told_place")
        visit = data.get("visit")
        return cls(
            rule=data.get("rule") or "",
            tracking=data.get("tracking"),
            survey=data.get("survey"),
            priority=None if priority is None else Priority(**priority),
            music=data.get("music"),
            first_queued_at=_time_from_data(data.get("first_queued_at")),
            keyed=data.get("keyed") or {},
            variables=data.get("variables"),
            pace=data.get("pace") or "normal",
            proven=bool(data.get("proven")),
            recordings=data.get("recordings") or {},
            forgotten_recordings=data.get("forgotten_recordings"),
            surveys=frozenset(data.get("surveys") or ()),
            preferred=data.get("preferred"),
            asked_for=frozenset(data.get("asked_for") or ()),
            told_until=_time_from_data(data.get("told_until")),
            told_place=None if told_place is None else ToldPlace(**told_place),
            visit=None if visit is None else VisitState.from_data(visit),
            request=data.get("request"),
        )


def is_behind(call: Call, request: int) -> bool:
    """Whether what is known of a call ends before the request that came before this one.

    What another machine could not give to the store is in its spool. So the store may know the
    beginning of a call alone, or not where the call has been since.

    Args:
        call: The call as far as it is known.
        request: The how-manieth request of the call is made now.
    """
    if not call.state:
        return True
    left = CallState.from_data(call.state).request
    return left is not None and left < request - 1


def _time_to_data(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _time_from_data(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
