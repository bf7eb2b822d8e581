"""What is remembered of a past call: it answers for its caller, and for the world around it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, TypeAlias, TypeVar

from ivr.callback import DIALOGUE as CALLBACK
from ivr.callback import RIGHT
from ivr.course import Course
from ivr.effects import (
    Alert,
    BeginSurvey,
    ChangeLanguage,
    CheckCode,
    CheckPin,
    Collect,
    Decided,
    Effect,
    EndSurvey,
    Failed,
    FindCase,
    FindPlace,
    FoundCase,
    Keep,
    KeepRecording,
    Keyed,
    Left,
    LookAtQueues,
    MayAsk,
    NoInput,
    OpenCase,
    PlayBack,
    Preferred,
    PutDown,
    PutDownCallback,
    Record,
    Reply,
    Say,
    SendCode,
    SendText,
    Taped,
    TurnAway,
)
from rehearsal.caller import TAKE_SECONDS
from rehearsal.recorded import Recorded
from rehearsal.timeline import AskedCallback, HungUp, RecordedEnd, Turn
from routing.callable_numbers import is_mobile
from routing.decisions import Decision
from routing.explain import fact_in_words
from routing.facts import QueueFacts
from routing.indexing import Dimension
from routing.waits import Place

T = TypeVar("T")

SOME_TRACKING_NUMBER: Final = "000000000"
"""Read out where a request would be opened. Only its length matters, and that hardly."""

SOME_STATE: Final = "new"
"""How a request stands that was found: the caller hears it, and nothing hangs on it."""

WHOSE_REQUEST: Final = "whose request it was"

_TAKE: Final = "take"
"""Counts recordings, in `Memory.told`."""

_MAY_BE_SILENT: Final = frozenset(
    {
        ("callback", "confirm"),
        ("callback", "when"),
        ("tracking", "offers"),
        ("tracking", "review"),
        ("voicemail", "review"),
    }
)
"""Questions, by kind of stage, that a caller need not answer: silence is as good as yes.

Calls of earlier versions were not asked them at all; they go on as those of who says nothing.
"""


@dataclass(frozen=True, slots=True)
class NotAsked:
    """Nobody can say where the call would go: its caller was never asked what `stage` asks."""

    stage: str


@dataclass(frozen=True, slots=True)
class NotRecorded:
    """Nobody can say where the call would go: the rules ask for a `fact` that was not recorded."""

    fact: str


End: TypeAlias = RecordedEnd | NotAsked | NotRecorded
"""What would become of a call."""


class StoppedError(Exception):
    """The call goes no further, or nobody can say where."""

    def __init__(self, end: End) -> None:
        super().__init__()
        self.end = end


@dataclass(slots=True)
class Memory:
    """A past call on its way through other rules.

    Attributes:
        call: The call as it was.
        course: Where it is now.
        turns: Its way now.
        decisions: Those of rules on it.
        called_back: Whether its number was put down to be called back.
    """

    call: Recorded
    course: Course
    turns: list[Turn]
    decisions: list[Decision] = field(default_factory=list)
    called_back: bool = False
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    looked: Counter[str] = field(default_factory=Counter)
    unseen: set[str] = field(default_factory=set)
    told: Counter[str] = field(default_factory=Counter)


def reply(memory: Memory, effect: Effect) -> Reply:
    """What came, or would have come, of what the course asks for. Raises StoppedError."""
    return REPLIES[type(effect)](memory, effect)


def _decide(memory: Memory, decided: Decided) -> None:
    decision = decided.decision

    def is_unknown(dimension: Dimension) -> bool:
        if dimension.fact == "variable":
            return dimension.argument not in memory.call.variables
        return dimension.fact.startswith("queue.") and dimension.argument in memory.unseen

    unknown = _not_recorded(decision, is_unknown)
    if unknown is not None:
        raise StoppedError(NotRecorded(fact_in_words(unknown.fact, unknown.argument)))
    memory.turns.append(Turn(f"rules {decision.rules.id}", decision.rule_id, decision.route))
    memory.decisions.append(decision)


def _leave(memory: Memory, left: Left) -> None:
    memory.turns.append(Turn(memory.course.stage, left.why, left.route))


def _look_at(memory: Memory, wanted: LookAtQueues) -> Mapping[str, QueueFacts]:
    """How the queues stood; a look that was not taken then is not known.

    Raises:
        StoppedError: A gate looks, and nobody can say whether it would let the caller in.
    """
    seen = {}
    for queue in wanted.queues:
        state = _nth(memory.call.looks.get(queue, ()), memory.looked[queue])
        memory.looked[queue] += 1
        if state is None and memory.course.stage == f"entering {queue}":
            gate = memory.course.book.policy.queues[queue].gate
            if gate is not None and gate.looks_inside:
                raise StoppedError(NotRecorded(f"how the queue {queue} stood"))
        elif state is None:
            memory.unseen.add(queue)
        else:
            seen[queue] = state
    return seen


def _find_place(memory: Memory, wanted: FindPlace) -> Place:
    """The place that the caller had.

    Raises:
        StoppedError: A gate asks for it, and it is not known.
    """
    queue = wanted.queue
    place = _next(memory, f"place in {queue}", memory.call.places.get(queue, ()))
    if place is not None:
        return place
    gate = memory.course.book.policy.queues[queue].gate
    if gate is not None and gate.wait is not None:
        raise StoppedError(NotRecorded(f"the likely wait in the queue {queue}"))
    return Place()


def _turn_away(memory: Memory, turned: TurnAway) -> None:
    memory.turns.append(Turn(memory.course.stage, turned.why, turned.route))


def _collect(memory: Memory, asked: Collect) -> Keyed | NoInput:
    stage = memory.course.stage
    where = (stage, asked.question)
    pressed = memory.call.keys.get(where, ())
    place = memory.asked[where]
    memory.asked[where] += 1
    if place < len(pressed):
        keys = pressed[place]
        return NoInput() if keys is None else Keyed(keys)
    if asked.input.is_optional:
        return NoInput()
    if memory.call.end == HungUp(stage):
        raise StoppedError(HungUp(stage))
    if (stage, asked.question) == (CALLBACK, "confirm") and memory.call.end == AskedCallback():
        return Keyed(RIGHT)  # an earlier version put down what was keyed without asking
    if (stage.partition(" ")[0], asked.question) in _MAY_BE_SILENT:
        return NoInput()
    raise StoppedError(NotAsked(stage))


def _next(memory: Memory, what: str, known: Sequence[T]) -> T | None:
    """What is known of the next thing of a kind; None: there was no more of it."""
    place = memory.told[what]
    memory.told[what] += 1
    return _nth(known, place)


def _find_case(memory: Memory, wanted: FindCase) -> FoundCase | Failed | None:
    del wanted
    found = _next(memory, "look-up", memory.call.look_ups)
    if found is None:  # the store was away, or it was the caller's last try for that day
        return Failed.UNAVAILABLE
    if not found.found:
        return None
    is_callers = found.is_callers
    if is_callers is None and memory.course.book.policy.tracking.identified:
        raise StoppedError(NotRecorded(WHOSE_REQUEST))
    known = memory.course.book.policy.agents
    return FoundCase(SOME_STATE, bool(is_callers), found.agent if found.agent in known else None)


def _check_pin(memory: Memory, asked: CheckPin) -> bool | Failed:
    del asked
    right = _next(memory, "pin", memory.call.pins)
    return Failed.UNAVAILABLE if right is None else right


def _send_code(memory: Memory, wanted: SendCode) -> bool | Failed:
    del wanted
    if not is_mobile(memory.call.facts.caller.number):
        return Failed.NO_NUMBER
    drawn = _next(memory, "code drawn", memory.call.drawn)
    if drawn is None:
        failed = any(turn.place == "proof" for turn in memory.call.turns)
        return Failed.UNAVAILABLE if failed else True
    return drawn or Failed.TOO_OFTEN


def _check_code(memory: Memory, asked: CheckCode) -> bool | Failed:
    del asked
    right = _next(memory, "code", memory.call.codes)
    return Failed.TOO_OFTEN if right is None else right


def _record(memory: Memory, wanted: Record) -> Taped:
    taped = _next(memory, _TAKE, memory.call.takes)
    return Taped(min(wanted.longest, TAKE_SECONDS)) if taped is None else taped


def _put_down(memory: Memory, wanted: PutDownCallback) -> PutDown | Failed:
    del wanted
    if _next(memory, "callback", memory.call.put_down) is False:
        return Failed.UNAVAILABLE
    memory.called_back = True
    return PutDown()


def _say(memory: Memory, said: Say) -> None:
    """Somebody who left while prompts were played, or in a recording, leaves there again.

    Raises:
        StoppedError: The call went this very way, and ended here.
    """
    del said
    here = HungUp(memory.course.stage)
    if memory.call.end == here and _has_done_all(memory, here.stage):
        raise StoppedError(here)


def _has_done_all(memory: Memory, stage: str) -> bool:
    """Whether the call has come as far as it did then, and its caller has done no more at it."""
    return (
        tuple(memory.turns) == memory.call.turns
        and memory.told[_TAKE] >= len(memory.call.takes)
        and all(
            memory.asked[where] >= len(pressed)
            for where, pressed in memory.call.keys.items()
            if where[0] == stage
        )
    )


def _nothing(_memory: Memory, _effect: Effect) -> None:
    """Nothing comes of it."""


REPLIES: Final[Mapping[type[Effect], Callable[[Memory, Any], Reply]]] = {
    Say: _say,
    Collect: _collect,
    ChangeLanguage: _nothing,
    LookAtQueues: _look_at,
    FindPlace: _find_place,
    TurnAway: _turn_away,
    Preferred: _nothing,
    Decided: _decide,
    Left: _leave,
    OpenCase: lambda _memory, _effect: SOME_TRACKING_NUMBER,
    Record: _record,
    PlayBack: _nothing,
    KeepRecording: lambda _memory, _effect: True,
    FindCase: _find_case,
    CheckPin: _check_pin,
    SendCode: _send_code,
    CheckCode: _check_code,
    SendText: lambda _memory, _effect: True,
    PutDownCallback: _put_down,
    BeginSurvey: lambda _memory, _effect: MayAsk.YES,
    EndSurvey: _nothing,
    Keep: _nothing,
    Alert: _nothing,
}
"""What comes of each effect; a test sees to it that none is forgotten."""


def _nth(states: Sequence[T], place: int) -> T | None:
    return next(islice(states, place, None), None)


def _not_recorded(decision: Decision, is_unknown: Callable[[Dimension], bool]) -> Dimension | None:
    """A fact that was not recorded and on which it hangs which rule decides; None if it does not.

    The first rule that all known facts let through decides, unless it asks for such a fact.
    """
    index = decision.rules.index
    unknown = [place for place, each in enumerate(index.dimensions) if is_unknown(each)]
    if not unknown:
        return None
    matching = index.everyone
    for place, passing in enumerate(decision.passed):
        if place not in unknown:
            matching &= passing
    first = decision.rules.rules[(matching & -matching).bit_length() - 1]
    asked = {index.places[each.fact, each.argument] for each in first.when}
    return next((index.dimensions[place] for place in unknown if place in asked), None)
