"""What one request of a call leaves to the next, which another process may answer."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from routing.destinations import Pace, Priority


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

    def to_data(self) -> Mapping[str, Any]:
        """It as the store keeps it (JSON)."""
        queued_at = self.first_queued_at
        return {
            "rule": self.rule,
            "tracking": self.tracking,
            "survey": self.survey,
            "priority": None if self.priority is None else asdict(self.priority),
            "music": self.music,
            "first_queued_at": None if queued_at is None else queued_at.isoformat(),
            "keyed": dict(self.keyed),
            "variables": None if self.variables is None else dict(self.variables),
            "pace": self.pace,
            "proven": self.proven,
            "recordings": dict(self.recordings),
            "forgotten_recordings": self.forgotten_recordings,
            "surveys": sorted(self.surveys),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "CallState":
        """The inverse of `to_data`; of a call that was never stored, the beginning."""
        priority = data.get("priority")
        queued_at = data.get("first_queued_at")
        return cls(
            rule=data.get("rule") or "",
            tracking=data.get("tracking"),
            survey=data.get("survey"),
            priority=None if priority is None else Priority(**priority),
            music=data.get("music"),
            first_queued_at=None if queued_at is None else datetime.fromisoformat(queued_at),
            keyed=data.get("keyed") or {},
            variables=data.get("variables"),
            pace=data.get("pace") or "normal",
            proven=bool(data.get("proven")),
            recordings=data.get("recordings") or {},
            forgotten_recordings=data.get("forgotten_recordings"),
            surveys=frozenset(data.get("surveys") or ()),
        )
