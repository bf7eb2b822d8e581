"""The timeline of a past call, read back: what its caller did, what it met, how it went on."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol, TypeAlias

from ivr.course import WentInCirclesError
from ivr.effects import NoTape, Taped
from ivr.keys import AGAIN, PERSON
from ivr.tracking import SMS_KEY
from routing.call_tests import GivenRequest, NotAsked
from routing.decisions_data import destination_from_data, kept_route, route_from_data
from routing.destinations import Destination, Route
from routing.facts import QueueFacts
from routing.key_script import HangUp, Listen, Press, Wait, Word
from routing.waits import Place, WaitRange

_OWN_STAGES: Final = frozenset({"tracking", "callback"})
"""Dialogues that are no menus; a menu may be called like one of them, so the stage is written down.
Earlier versions wrote the bare id: there such a menu is taken for the dialogue."""

_OLD_QUESTIONS: Final = frozenset({"tracking", "callback"})
"""Stages of earlier versions that asked one question, for a number; a menu asks one as ever."""

RIGHT_CODE: Final = "1234567890"
"""Begins with what is taken for a code or PIN that was right: the journal does not have it."""

NUMBER_TOLD: Final = "tracking-number"
"""The question, after a number has been told, that nobody has to answer."""

_OFFER: Final = "tracking-number-again"
"""The prompt that begins to offer keys at it."""

_OFFERED: Final = (Press(AGAIN), Press(SMS_KEY))
"""What would be taken for an answer to it."""

_FILLER: Final = "0"
"""Fills a secret that was wrong, or of which nothing is known but that it would do.

A secret value with a check digit that zeros do not have is then taken for mistyped.
"""

_MISTYPED: Final = "1"
"""Begins what was not even looked at: it is as long, for its length was wrong."""

_STATE: Final = "tracking-state-"
"""How the names of prompts begin that tell how a request stands."""


Data: TypeAlias = Mapping[str, Any]


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


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller did at a question; `stage` is where the call was: `menu welcome`.

    `is_hidden`: it was a secret, for which something else stands.
    """

    stage: str
    question: str
    word: Word
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class LookUp:
    """A request was looked up.

    Attributes:
        tracking: Its number.
        found: Whether there is one.
        is_callers: Whether it is the caller's; None where an earlier version did not write it down.
        agent: Who last spoke about it, if anybody.
    """

    tracking: str
    found: bool
    is_callers: bool | None
    agent: str | None


@dataclass(slots=True)
class Timeline:
    """What the events of a call have told so far.

    Secrets are not in the journal: others stand in `answers` that do the same.

    Attributes:
        answers: What the caller did at each question.
        looks: How each queue stood, each time that it was looked at.
        places: Where the caller would have been in each queue, beside how it stood; None where that
            was not asked.
        look_ups: The requests that were looked up.
        put_down: Whether each number to call back could be put down.
        joined: The numbers for which there was a request to call back already.
        takes: What came of each recording.
        pins: Whether each PIN was right.
        drawn: Whether each one-time code could be given.
        codes: Whether each one-time code was right; None: there was none that held.
        requests: How each request stood of which the caller was told.
        surveys: Which surveys the caller was not asked, and why.
        visits: The events that tell how visits to queues ended.
        asked_for: The variables that the rules declared; None if that was not written down.
        turns: The way.
        end: What became of the call.
    """

    answers: list[Answer] = field(default_factory=list)
    looks: dict[str, list[QueueFacts]] = field(default_factory=dict)
    places: dict[str, list[Place | None]] = field(default_factory=dict)
    look_ups: list[LookUp] = field(default_factory=list)
    put_down: list[bool] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    takes: list[Taped] = field(default_factory=list)
    pins: list[bool] = field(default_factory=list)
    drawn: list[bool] = field(default_factory=list)
    codes: list[bool | None] = field(default_factory=list)
    requests: dict[str, GivenRequest] = field(default_factory=dict)
    surveys: dict[str, NotAsked] = field(default_factory=dict)
    visits: list[Mapping[str, Any]] = field(default_factory=list)
    asked_for: frozenset[str] | None = None
    turns: list[Turn] = field(default_factory=list)
    end: RecordedEnd | None = None
    _is_offered: bool = False
    """Whether keys have been offered that nobody has to press, and none was pressed yet."""

    @classmethod
    def of(cls, events: Iterable[Event]) -> "Timeline":
        """Read these events, in order."""
        read = cls()
        for event in events:
            reader = _READERS.get(event.kind)
            if reader is not None:
                reader(read, event.data)
        return read

    def come_in(self, data: Data) -> None:
        """The call began."""
        declared = data.get("variables")
        self.asked_for = None if declared is None else frozenset(declared)
        self.turns.append(Turn("number", data.get("dialled", ""), _route(data, "start")))

    def answer(self, data: Data, word: Word) -> None:
        """The caller did something at a question."""
        stage, is_hidden = _stage(data), "hidden" in data
        question = data.get("question") or _only_question(stage)
        if is_hidden:
            word = Press(_MISTYPED.ljust(len(data["keys"]), _FILLER))
        if self._is_offered and question != NUMBER_TOLD and word in _OFFERED:
            self.answers.append(Answer(stage, NUMBER_TOLD, Listen()))
        self._is_offered = False
        self.answers.append(Answer(stage, question, word, is_hidden))

    def look_at(self, data: Data) -> None:
        """Somebody looked at queues."""
        for queue, state in data.items():
            self.looks.setdefault(queue, []).append(QueueFacts(**state))

    def find_place(self, data: Data) -> None:
        """It was asked where the caller would be in a queue."""
        wait = None if data["wait"] is None else WaitRange(**data["wait"])
        places = self.places.setdefault(data["queue"], [])
        not_asked = len(self.looks.get(data["queue"], ())) - len(places) - 1
        places.extend([None] * not_asked)
        places.append(Place(data["ahead"], wait))

    def turn_away(self, data: Data) -> None:
        """The gate of a queue did not let the caller in."""
        self.turns.append(Turn(f"entering {data['queue']}", data["why"], _route(data, "then")))

    def look_up(self, data: Data) -> None:
        """A request was looked up."""
        agent: str | None = data.get("agent")
        found = LookUp(data["tracking"], data["found"], data.get("callers"), agent)
        self.look_ups.append(found)

    def hear(self, data: Data) -> None:
        """Prompts were played: among them how the request stands that was looked up last."""
        self._is_offered |= _OFFER in data["prompts"]
        told = [each.removeprefix(_STATE) for each in data["prompts"] if each.startswith(_STATE)]
        if told and self.look_ups:
            last = self.look_ups[-1]
            pin = self.requests[last.tracking].pin if last.tracking in self.requests else None
            given = GivenRequest(told[0], bool(last.is_callers), last.agent, pin)
            self.requests[last.tracking] = given

    def check_pin(self, data: Data) -> None:
        """A PIN was checked."""
        self.pins.append(data["right"])
        keyed = self._unhide(right=data["right"])
        if data["right"]:
            self.requests[data["tracking"]] = GivenRequest("new", pin=keyed)

    def check_code(self, data: Data) -> None:
        """A one-time code was checked."""
        self.codes.append(data["right"])
        self._unhide(right=data["right"])

    def _unhide(self, *, right: bool) -> str:
        """Let what was keyed last stand for a secret, right or wrong; returns it."""
        keys = _keys(self.answers[-1])
        stand_in = RIGHT_CODE * 2 if right else _FILLER * len(keys)
        return self._say_keyed(stand_in[: len(keys)])

    def _say_keyed(self, keys: str) -> str:
        self.answers[-1] = replace(self.answers[-1], word=Press(keys), is_hidden=False)
        return keys

    def begin_survey(self, data: Data) -> None:
        """A survey was asked, or not."""
        outcome = data["outcome"]
        if outcome in {"recently", "forbidden"}:
            self.surveys[data["survey"]] = outcome

    def decide(self, data: Data) -> None:
        """A rule list decided."""
        self.turns.append(Turn(f"rules {data['rules']}", data["rule"], kept_route(data)))

    def leave(self, data: Data) -> None:
        """A dialogue was over."""
        stage, why = _stage(data), data["why"]
        self.turns.append(Turn(stage, why, _route(data, "then")))
        if self.answers and self.answers[-1].is_hidden:
            if why == "key 0":
                self._say_keyed(PERSON)
            elif why == "finished" and stage.startswith("entry "):
                self._say_keyed(_FILLER * len(_keys(self.answers[-1])))

    def ask_callback(self, data: Data) -> None:
        """A number was put down to be called back."""
        self.put_down.append(True)
        if data.get("joined"):
            self.joined.append(data["number"])
        self.finish(AskedCallback())

    def hang_up(self, data: Data) -> None:
        """The caller left."""
        self.answers.append(Answer(data["stage"], "", HangUp()))
        self.finish(HungUp(data["stage"]))

    def fail(self, data: Data) -> None:
        """The server gave up."""
        if data["error"] == WentInCirclesError.__name__:
            self.finish(Circled())

    def finish(self, end: RecordedEnd) -> None:
        """The call ended so; of several ends the first counts."""
        self.end = self.end or end


_READERS: Final[Mapping[str, Callable[[Timeline, Data], None]]] = {
    "came-in": Timeline.come_in,
    "pressed": lambda read, data: read.answer(data, Press(data["keys"])),
    "silence": lambda read, data: read.answer(data, Wait()),
    "queues": Timeline.look_at,
    "place": Timeline.find_place,
    "turned-away": Timeline.turn_away,
    "looked-up": Timeline.look_up,
    "heard": Timeline.hear,
    "pin-checked": Timeline.check_pin,
    "code-drawn": lambda read, data: read.drawn.append(data["kept"]),
    "code-checked": Timeline.check_code,
    "code-void": lambda read, _data: read.codes.append(None),
    "taped": lambda read, data: read.takes.append(_taped(data)),
    "survey": Timeline.begin_survey,
    "left-queue": lambda read, data: read.visits.append(data),
    "decided": Timeline.decide,
    "left": Timeline.leave,
    "callback-asked": Timeline.ask_callback,
    "callback-failed": lambda read, _data: read.put_down.append(False),
    "arrived": lambda read, data: read.finish(Arrived(destination_from_data(data))),
    "hung-up": Timeline.hang_up,
    "failed": Timeline.fail,
}
"""What each kind of event tells."""


def _taped(data: Data) -> Taped:
    failure = data.get("failure")
    return Taped(data["seconds"], None if failure is None else NoTape(failure))


def _keys(answer: Answer) -> str:
    return answer.word.keys if isinstance(answer.word, Press) else ""


def _route(data: Data, key: str) -> Route | None:
    return route_from_data(data[key]) if data.get(key) else None


def _stage(data: Data) -> str:
    stage: str | None = data.get("stage")
    dialogue: str = data["dialogue"]
    return stage or (dialogue if dialogue in _OWN_STAGES else f"menu {dialogue}")


def _only_question(stage: str) -> str:
    """What the one question of a stage is called today of which an earlier version wrote."""
    return "number" if stage in _OLD_QUESTIONS else stage.partition(" ")[2]
