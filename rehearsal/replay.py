"""A past call through other rules: its caller does again what they did then."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeAlias, assert_never

from ivr import verdicts
from ivr.course import (
    ChangeLanguage,
    Collect,
    Course,
    Decided,
    Effect,
    Left,
    LookAtQueues,
    OpenCase,
    Reply,
    Verify,
    WentInCirclesError,
)
from ivr.machine import CheckResult, Keep, Keyed, NoInput, NotChecked, Say
from ivr.rulebook import Rulebook
from rehearsal.driving import drive
from rehearsal.recorded import Recorded, rules_of
from rehearsal.timeline import Arrived, AskedCallback, Circled, HungUp, RecordedEnd, Turn
from routing.decisions import Decision
from routing.entrances import facts_on_arrival, route_on_arrival
from routing.explain import fact_in_words
from routing.facts import QueueFacts
from routing.indexing import Dimension
from routing.phone_numbers import to_e164

SOME_TRACKING_NUMBER = "000000000"
"""Read out where a request would be opened. Only its length matters, and that hardly."""


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


class _StoppedError(Exception):
    """The call goes no further, or nobody can say where."""

    def __init__(self, end: End) -> None:
        super().__init__()
        self.end = end


@dataclass(frozen=True, slots=True)
class Replayed:
    """One past call under other rules: its way, and what would become of it.

    `decisions` are those on the way; `language` is that of the call as it came in.
    """

    turns: tuple[Turn, ...]
    decisions: tuple[Decision, ...]
    language: str
    end: End

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that decided, in order: `arrival/everyone`."""
        return rules_of(self.turns)


def replay(book: Rulebook, call: Recorded) -> Replayed:
    """Send a past call through these rules: the same caller, moment, facts and keys."""
    policy = book.policy
    facts = facts_on_arrival(
        policy,
        call_id=call.facts.call_id,
        at=call.facts.at.astimezone(policy.business.timezone),
        caller=call.facts.caller,
        dialled=call.facts.dialled,
        customer=call.facts.customer,
        variables=call.facts.variables,
    )
    start = route_on_arrival(policy, facts)
    course = Course(book, facts)
    memory = _Memory(call, course, [Turn("number", call.facts.dialled, start)])
    try:
        end: End = Arrived(drive(course.follow(start), memory.reply))
    except _StoppedError as stopped:
        end = stopped.end
    except WentInCirclesError:
        end = Circled()
    if memory.called_back:
        end = AskedCallback()
    return Replayed(tuple(memory.turns), tuple(memory.decisions), facts.language, end)


@dataclass(slots=True)
class _Memory:
    """Answers for the caller of a past call, and for the world around it, from what was then."""

    call: Recorded
    course: Course
    turns: list[Turn]
    decisions: list[Decision] = field(default_factory=list)
    called_back: bool = False
    _asked: Counter[str] = field(default_factory=Counter)
    _looked: Counter[str] = field(default_factory=Counter)
    _unseen: set[str] = field(default_factory=set)
    _found: Iterator[bool] = field(init=False)
    _put_down: Iterator[bool] = field(init=False)

    def __post_init__(self) -> None:
        self._found = iter(self.call.found)
        self._put_down = iter(self.call.put_down)

    def reply(self, effect: Effect) -> Reply:
        match effect:
            case Decided(decision):
                self._decide(decision)
            case Left(_, why, route):
                self.turns.append(Turn(self.course.stage, why, route))
            case Collect():
                return self._keyed(self.course.stage)
            case Verify(dialogue, value):
                return self._verify(dialogue, value)
            case OpenCase():
                return SOME_TRACKING_NUMBER
            case LookAtQueues(queues):
                return self._look_at(queues)
            case Say() | ChangeLanguage() | Keep():
                pass
            case _:
                assert_never(effect)
        return None

    def _decide(self, decision: Decision) -> None:
        unknown = _not_recorded(decision, self._is_unknown)
        if unknown is not None:
            raise _StoppedError(NotRecorded(fact_in_words(unknown.fact, unknown.argument)))
        self.turns.append(Turn(f"rules {decision.rules.id}", decision.rule_id, decision.route))
        self.decisions.append(decision)

    def _is_unknown(self, dimension: Dimension) -> bool:
        if dimension.fact == "variable":
            return dimension.argument not in self.call.variables
        return dimension.fact.startswith("queue.") and dimension.argument in self._unseen

    def _look_at(self, queues: Sequence[str]) -> Mapping[str, QueueFacts]:
        """How the queues stood; a look that was not taken then is not known."""
        seen = {}
        for queue in queues:
            state = _nth(self.call.looks.get(queue, ()), self._looked[queue])
            self._looked[queue] += 1
            if state is None:
                self._unseen.add(queue)
            else:
                seen[queue] = state
        return seen

    def _keyed(self, stage: str) -> Keyed | NoInput:
        pressed = self.call.keys.get(stage, ())
        place = self._asked[stage]
        self._asked[stage] += 1
        if place < len(pressed):
            keys = pressed[place]
            return NoInput() if keys is None else Keyed(keys)
        raise _StoppedError(HungUp(stage) if self.call.end == HungUp(stage) else NotAsked(stage))

    def _verify(self, dialogue: str, value: str) -> CheckResult | NotChecked:
        book = self.course.book
        if dialogue != book.callback.id:
            # Of a look-up that failed nothing is recorded, and the caller went on as if found.
            return CheckResult(holds=next(self._found, True), say=())
        number = to_e164(value, book.policy.business.country)
        if number is not None and not next(self._put_down, True):
            return NotChecked(say=())
        self.called_back |= number is not None
        return verdicts.of_callback(number)


def _nth(states: Sequence[QueueFacts], place: int) -> QueueFacts | None:
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
