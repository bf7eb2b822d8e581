"""Past calls through other rules: which would go elsewhere, and why."""

from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from ivr.course import (
    Collect,
    Course,
    Decided,
    Effect,
    Ending,
    LookAtQueues,
    OpenCase,
    Reply,
    Verify,
    WentInCirclesError,
)
from ivr.machine import CheckResult, Keyed, NoInput
from ivr.rulebook import Rulebook
from rehearsal.recorded import Arrived, End, HungUp, Recorded, Unknown
from routing.decide import reason
from routing.decisions import Decision
from routing.destinations import ToHangup
from routing.entrances import facts_on_arrival, route_on_arrival
from routing.explain import destination_in_words, rule_line

SOME_TRACKING_NUMBER = "000000000"
"""Read out where a request would be opened. Only its length matters, and that hardly."""


class _NotAskedError(Exception):
    """The caller was never asked what the rules ask now."""


class _LeftError(Exception):
    """The caller hung up at this question."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One past call under other rules: what decided, and what would become of it."""

    decisions: tuple[Decision, ...]
    end: End

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that decided, in order: `arrival/everyone`."""
        return tuple(f"{each.rules.id}/{each.rule_id}" for each in self.decisions)


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
    course = Course(book, facts)
    return _Memory(call).lead(course, course.follow(route_on_arrival(policy, facts)))


class _Memory:
    """Answers for the caller of a past call, from what they did then."""

    def __init__(self, call: Recorded) -> None:
        self._call = call
        self._keys: dict[str, Iterator[str | None]] = {
            dialogue: iter(pressed) for dialogue, pressed in call.keys.items()
        }
        self._found = iter(call.found)
        self._decisions: list[Decision] = []

    def lead(self, course: Course, going: Generator[Effect, Reply, Ending]) -> Replayed:
        """Follow the course to its end."""
        reply: Reply = None
        try:
            while True:
                reply = self._reply(going.send(reply))
        except StopIteration as end:
            return self._ended(Arrived(end.value))
        except _LeftError:
            return self._ended(HungUp(course.stage))
        except _NotAskedError as question:
            return self._ended(Unknown(str(question)))
        except WentInCirclesError:
            return self._ended(Arrived(ToHangup()))

    def _ended(self, end: End) -> Replayed:
        return Replayed(tuple(self._decisions), end)

    def _reply(self, effect: Effect) -> Reply:
        match effect:
            case Decided(decision):
                self._decisions.append(decision)
                return None
            case Collect(dialogue):
                return self._keyed(dialogue)
            case Verify():
                # A callback, and a look-up that was not made then, are taken to succeed.
                return CheckResult(holds=next(self._found, True), say=())
            case OpenCase():
                return SOME_TRACKING_NUMBER
            case LookAtQueues(queues):
                known = self._call.queues
                return {queue: known[queue] for queue in queues if queue in known}
            case _:
                return None

    def _keyed(self, dialogue: str) -> Keyed | NoInput:
        asked = self._keys.get(dialogue)
        pressed = next(asked, "") if asked is not None else ""
        if pressed:
            return Keyed(pressed)
        if pressed is None:
            return NoInput()
        stage = self._call.end.stage if isinstance(self._call.end, HungUp) else ""
        if dialogue in stage.split():
            raise _LeftError
        raise _NotAskedError(dialogue)


@dataclass(frozen=True, slots=True)
class Move:
    """Calls that would go elsewhere, all in the same way.

    Attributes:
        rule_before: The last rule that decided then; empty if none did.
        rule_now: The last rule that decides now.
        before: What became of them.
        now: What would become of them.
    """

    rule_before: str
    rule_now: str
    before: str
    now: str


@dataclass(slots=True)
class Report:
    """What came of replaying many calls.

    Attributes:
        calls: How many were replayed.
        same: How many would go where they went.
        moved: How many would go elsewhere, by how.
        examples: For each move, the first call and why it would go there.
        asked: How many would be asked what they were never asked, by menu.
        rules: For each rule, how many calls it decided before and now.
        ends: For each destination, how many calls came to it before and now.
        unreadable: Calls whose end the journal does not tell.
    """

    calls: int = 0
    same: int = 0
    unreadable: int = 0
    moved: Counter[Move] = field(default_factory=Counter)
    examples: dict[Move, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    rules: dict[str, list[int]] = field(default_factory=dict)
    ends: dict[str, list[int]] = field(default_factory=dict)

    def add(self, call: Recorded, now: Replayed) -> None:
        """Count one more call."""
        self.calls += 1
        for rule in call.rules:
            self.rules.setdefault(rule, [0, 0])[0] += 1
        for rule in now.rules:
            self.rules.setdefault(rule, [0, 0])[1] += 1
        self.ends.setdefault(end_in_words(call.end), [0, 0])[0] += 1
        self.ends.setdefault(end_in_words(now.end), [0, 0])[1] += 1
        if isinstance(now.end, Unknown):
            self.asked[now.end.dialogue] += 1
        elif now.end == call.end or _left_on_the_same_way(call, now):
            self.same += 1
        else:
            self._moved(call, now)

    def _moved(self, call: Recorded, now: Replayed) -> None:
        move = Move(
            rule_before=call.rules[-1] if call.rules else "",
            rule_now=now.rules[-1] if now.rules else "",
            before=end_in_words(call.end),
            now=end_in_words(now.end),
        )
        self.moved[move] += 1
        if move not in self.examples:
            self.examples[move] = (call.facts.call_id, why_moved(call, now))


def _left_on_the_same_way(call: Recorded, now: Replayed) -> bool:
    """Whether a caller who hung up would have gone the same way until then."""
    return isinstance(call.end, HungUp) and now.rules[: len(call.rules)] == call.rules


def end_in_words(end: End) -> str:
    """What became of a call."""
    match end:
        case Arrived(to):
            return destination_in_words(to)
        case HungUp(stage):
            return f"hung up at {stage}"
        case Unknown(dialogue):
            return f"is asked {dialogue}"


def why_moved(call: Recorded, now: Replayed) -> tuple[str, ...]:
    """Why a call would go elsewhere: the first decision that is another one now.

    First the rule that took the call then, as it stands to it now, if it is still there; then the
    rule that takes it now.
    """
    for position, decision in enumerate(now.decisions):
        before = call.rules[position] if position < len(call.rules) else ""
        if before != now.rules[position]:
            return tuple(rule_line(reason(decision, place)) for place in _places(decision, before))
    last = now.decisions[-1:]
    return tuple(rule_line(reason(decision, decision.position)) for decision in last)


def _places(decision: Decision, before: str) -> Iterator[int]:
    """The places of the rule that decided before, and of the one that decides now."""
    list_, _, rule_id = before.partition("/")
    for place, rule in enumerate(decision.rules.rules):
        if list_ == decision.rules.id and rule.id == rule_id:
            yield place
    yield decision.position
