"""The timeline of a past call, read back: what its caller did, what it met, how it went on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias

from ivr.course import WentInCirclesError
from routing.decisions_data import destination_from_data, kept_route, route_from_data
from routing.destinations import Destination, Route
from routing.facts import QueueFacts
from routing.key_script import HangUp, Press, Wait, Word

_OWN_STAGES: Final = frozenset({"tracking", "callback"})
"""Dialogues that are no menus; a menu may be called like one of them, so the stage is written down.
Earlier versions wrote the bare id: there such a menu is taken for the dialogue."""

_STATE: Final = "tracking-state-"
"""How the names of prompts begin that tell how a request stands."""


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
class Turn:
    """A place on the way of a call, and how it was left.

    Attributes:
        place: `rules arrival`, `menu welcome`, `tracking`; `number` where a call starts.
        way: The rule that decided, or what left the dialogue: `key 1`. The number, of a start.
        route: Where it went from there; None where the journal of an earlier version is silent.
    """

    place: str
    way: str
    route: Route | None


@dataclass(frozen=True, slots=True)
class Arrived:
    """The call left menus and rules for a destination."""

    to: Destination


@dataclass(frozen=True, slots=True)
class HungUp:
    """The caller left before that; `stage` says where: `menu welcome`."""

    stage: str


@dataclass(frozen=True, slots=True)
class AskedCallback:
    """The caller's number was put down to be called back."""


@dataclass(frozen=True, slots=True)
class Circled:
    """The rules had no end for the call: the dialplan's fallback took it."""


RecordedEnd: TypeAlias = Arrived | HungUp | AskedCallback | Circled
"""What became of a call."""


@dataclass(slots=True)
class Timeline:
    """What the events of a call have told so far.

    Attributes:
        answers: What the caller did at each question, with its stage: `menu welcome`.
        looks: How each queue stood, each time that rules looked at it.
        found: Whether each tracking number that was looked up was found.
        put_down: Whether each number to call back could be put down.
        requests: How each request stood of which the caller was told.
        visits: The events that tell how visits to queues ended.
        asked_for: The variables that the rules declared; None if that was not written down.
        turns: The way.
        end: What became of the call.
    """

    answers: list[tuple[str, Word]] = field(default_factory=list)
    looks: dict[str, list[QueueFacts]] = field(default_factory=dict)
    found: list[bool] = field(default_factory=list)
    put_down: list[bool] = field(default_factory=list)
    requests: dict[str, str] = field(default_factory=dict)
    visits: list[Mapping[str, Any]] = field(default_factory=list)
    asked_for: frozenset[str] | None = None
    turns: list[Turn] = field(default_factory=list)
    end: RecordedEnd | None = None
    _looked_up: str | None = None

    @classmethod
    def of(cls, events: Iterable[Event]) -> "Timeline":
        """Read these events, in order."""
        read = cls()
        for event in events:
            read._take(event.kind, event.data)
        return read

    def _take(self, kind: str, data: Mapping[str, Any]) -> None:
        match kind:
            case "came-in":
                self._come_in(data)
            case "pressed":
                self.answers.append((_stage(data), Press(data["keys"])))
            case "silence":
                self.answers.append((_stage(data), Wait()))
            case "queues":
                for queue, state in data.items():
                    self.looks.setdefault(queue, []).append(QueueFacts(**state))
            case "looked-up":
                self.found.append(data["found"])
                self._looked_up = data["tracking"] if data["found"] else None
            case "heard" if self._looked_up is not None:
                self._hear_state(self._looked_up, data["prompts"])
            case "left-queue":
                self.visits.append(data)
            case _:
                self._go(kind, data)

    def _go(self, kind: str, data: Mapping[str, Any]) -> None:
        """What leads on, or is an end. Of several ends the first counts."""
        match kind:
            case "decided":
                self.turns.append(Turn(f"rules {data['rules']}", data["rule"], kept_route(data)))
            case "left":
                self.turns.append(Turn(_stage(data), data["why"], _route(data, "then")))
            case "callback-asked":
                self.put_down.append(True)
                self._end(AskedCallback())
            case "callback-failed":
                self.put_down.append(False)
            case "arrived":
                self._end(Arrived(destination_from_data(data)))
            case "hung-up":
                self.answers.append((data["stage"], HangUp()))
                self._end(HungUp(data["stage"]))
            case "failed" if data["error"] == WentInCirclesError.__name__:
                self._end(Circled())

    def _end(self, end: RecordedEnd) -> None:
        self.end = self.end or end

    def _come_in(self, data: Mapping[str, Any]) -> None:
        declared = data.get("variables")
        self.asked_for = None if declared is None else frozenset(declared)
        self.turns.append(Turn("number", data.get("dialled", ""), _route(data, "start")))

    def _hear_state(self, tracking: str, prompts: Iterable[str]) -> None:
        """What the caller was told of the request that was looked up last."""
        told = [each.removeprefix(_STATE) for each in prompts if each.startswith(_STATE)]
        if told:
            self.requests[tracking] = told[0]
            self._looked_up = None


def _route(data: Mapping[str, Any], key: str) -> Route | None:
    return route_from_data(data[key]) if data.get(key) else None


def _stage(data: Mapping[str, Any]) -> str:
    stage: str | None = data.get("stage")
    dialogue: str = data["dialogue"]
    return stage or (dialogue if dialogue in _OWN_STAGES else f"menu {dialogue}")
