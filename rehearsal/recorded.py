"""A past call as the journal tells it: what is needed to send it through other rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias

from routing.decisions_data import destination_from_data
from routing.destinations import Destination
from routing.facts import Facts, QueueFacts
from routing.facts_data import facts_from_data

KINDS: Final = frozenset(
    {"came-in", "pressed", "silence", "decided", "looked-up", "queues", "arrived", "hung-up"}
)
"""The kinds of events of the timeline that matter here."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """The call left menus and rules for a destination."""

    to: Destination


@dataclass(frozen=True, slots=True)
class HungUp:
    """The caller left before that; `stage` says where: `menu welcome`."""

    stage: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say where the call would go: its caller was never asked what `dialogue` asks."""

    dialogue: str


End: TypeAlias = Arrived | HungUp | Unknown
"""What became of a call."""


class Event(Protocol):
    """One line of a timeline, as far as it is looked at."""

    @property
    def visit(self) -> int:
        """The how-manieth request of the call it belongs to."""

    @property
    def kind(self) -> str:
        """What happened."""

    @property
    def data(self) -> Mapping[str, Any]:
        """The particulars."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call, from its arrival until it left menus and rules, or its caller did.

    Attributes:
        facts: What was known as it came in.
        keys: What was keyed, by dialogue, in order; None is silence.
        found: Whether each tracking number that was keyed was found.
        queues: How queues stood.
        rules: The rules that decided, in order: `arrival/everyone`.
        end: What became of it.
    """

    facts: Facts
    keys: Mapping[str, Sequence[str | None]]
    found: Sequence[bool]
    queues: Mapping[str, QueueFacts]
    rules: tuple[str, ...]
    end: End


def read_call(facts: Mapping[str, Any], events: Iterable[Event]) -> Recorded | None:
    """Read a call of the journal.

    Args:
        facts: The facts as they are stored.
        events: The events of `KINDS`, in order.

    Returns:
        The call; None when the journal does not say what became of it: the server failed or was
        stopped while it came in, or it was recorded by a version that did not write it down.
    """
    reading = _Reading()
    visit: int | None = None
    for event in events:
        visit = event.visit if visit is None else visit
        if event.visit != visit:
            break
        reading.take(event)
    if reading.end is None:
        return None
    return Recorded(
        facts=facts_from_data(facts),
        keys=reading.keys,
        found=reading.found,
        queues=reading.queues,
        rules=tuple(reading.rules),
        end=reading.end,
    )


@dataclass(slots=True)
class _Reading:
    """What the events of a call have told so far."""

    keys: dict[str, list[str | None]] = field(default_factory=dict)
    found: list[bool] = field(default_factory=list)
    queues: dict[str, QueueFacts] = field(default_factory=dict)
    rules: list[str] = field(default_factory=list)
    end: Arrived | HungUp | None = None

    def take(self, event: Event) -> None:
        """Learn from one more event."""
        data = event.data
        match event.kind:
            case "pressed" | "silence":
                self.keys.setdefault(data["dialogue"], []).append(data.get("keys"))
            case "decided":
                self.rules.append(f"{data['rules']}/{data['rule']}")
            case "looked-up":
                self.found.append(data["found"])
            case "queues":
                self.queues |= {queue: QueueFacts(**state) for queue, state in data.items()}
            case "arrived":
                self.end = Arrived(destination_from_data(data))
            case "hung-up":
                self.end = self.end or HungUp(data["stage"])
