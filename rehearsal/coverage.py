"""What of the rules tests have reached, and what none has."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ivr.effects import Decided, Left, TurnAway
from rehearsal.account import Account, Answered, Heard, Sent, Waited
from routing.call_tests import VisitEnd
from routing.destinations import ToQueue
from routing.problems import Path
from routing.rules import Policy


@dataclass(frozen=True, slots=True)
class Point:
    """A place of the rules that a call can reach.

    Attributes:
        path: Where it is written.
        kind: `rules`, `menu branches`, `entries`, `queue steps` or `survey questions`.
        name: What an administrator calls it: `menu welcome, key 1`.
    """

    path: Path
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which points there are, and the names of those that were reached."""

    points: tuple[Point, ...]
    reached: frozenset[str]

    @property
    def missed(self) -> tuple[Point, ...]:
        """What no test has reached, in the order of the rules."""
        return tuple(point for point in self.points if point.name not in self.reached)

    @property
    def share(self) -> float:
        """The part of the points that was reached, in per cent; 100 if there are none."""
        if not self.points:
            return 100.0
        return 100 * (len(self.points) - len(self.missed)) / len(self.points)

    def by_kind(self) -> Mapping[str, tuple[int, int]]:
        """For each kind of point: how many were reached, and how many there are."""
        counts: dict[str, tuple[int, int]] = {}
        for point in self.points:
            reached, there = counts.get(point.kind, (0, 0))
            counts[point.kind] = (reached + (point.name in self.reached), there + 1)
        return counts


def coverage(policy: Policy, accounts: Iterable[Account]) -> Coverage:
    """What calls have reached of the rules."""
    reached = {name for account in accounts for name in _reached(policy, account)}
    return Coverage(tuple(points(policy)), frozenset(reached))


def points(policy: Policy) -> Iterator[Point]:
    """Everything that a call can reach, section by section."""
    yield from _queue_points(policy)
    yield from _menu_points(policy)
    for id_ in policy.entries:
        yield Point(("entries", id_, "then"), "entries", f"entry {id_}, keyed in")
        yield Point(("entries", id_, "otherwise"), "entries", f"entry {id_}, otherwise")
    for id_, rules in policy.rules.items():
        for number, rule in enumerate(rules.rules):
            yield Point(("rules", id_, number), "rules", f"rule {id_}/{rule.id}")
    for id_, survey in policy.surveys.items():
        for number, question in enumerate(survey.questions):
            path: Path = ("surveys", id_, "questions", number)
            yield Point(path, "survey questions", f"survey {id_}, question {question.id} answered")


def _queue_points(policy: Policy) -> Iterator[Point]:
    kind = "queue steps"
    for id_, queue in policy.queues.items():
        path: Path = ("queues", id_)
        yield Point((*path, "need"), kind, f"queue {id_}, entered")
        for number in range(1, len(queue.steps)):
            name = _step_name(id_, queue.steps[number].after)
            yield Point((*path, "steps", number - 1), kind, name)
        if queue.gate is not None:
            yield Point((*path, "gate"), kind, f"queue {id_}, not let in")
        if queue.prefer is not None:
            yield Point((*path, "prefer"), kind, f"queue {id_}, preferred agent")
        for key in queue.keys:
            yield Point((*path, "keys", key), kind, f"queue {id_}, key {key}")
        yield Point((*path, "give_up"), kind, f"queue {id_}, given up")
        yield Point(path, kind, f"queue {id_}, answered")


def _menu_points(policy: Policy) -> Iterator[Point]:
    kind = "menu branches"
    for id_, menu in policy.menus.items():
        path: Path = ("menus", id_)
        for choice in menu.keys:
            yield Point((*path, "keys", choice.key), kind, f"menu {id_}, key {choice.key}")
        yield Point((*path, "silence"), kind, f"menu {id_}, silence")
        yield Point((*path, "wrong_key"), kind, f"menu {id_}, wrong key")


def _step_name(queue: str, after: int) -> str:
    return f"queue {queue}, step after {after}s"


def _reached(policy: Policy, account: Account) -> Iterator[str]:
    """The names of what one call has reached."""
    stage = ""
    for step in account.steps:
        match step.event:
            case Heard(asks=str()):
                stage = step.event.stage
            case Decided(decision):
                yield f"rule {decision.rules.id}/{decision.rule_id}"
            case Left(dialogue, why) if stage == f"menu {dialogue}":
                yield f"{stage}, {why}"
            case Left(dialogue, why) if stage == f"entry {dialogue}" and why != "key 0":
                yield f"{stage}, {'keyed in' if why == 'finished' else 'otherwise'}"
            case Sent(ToQueue()) | TurnAway() | Waited():
                yield from _in_queues(policy, step.event)
            case Answered(survey, question):
                yield f"survey {survey}, question {question} answered"


def _in_queues(policy: Policy, event: Sent | TurnAway | Waited) -> Iterator[str]:
    match event:
        case Sent(ToQueue(queue), preferred=None):
            yield f"queue {queue}, entered"
        case Sent(ToQueue(queue)):
            yield f"queue {queue}, preferred agent"
        case TurnAway(queue):
            yield f"queue {queue}, not let in"
        case Waited():
            yield from _waited(policy, event)


def _waited(policy: Policy, event: Waited) -> Iterator[str]:
    """What a visit has reached; who waits for one agent alone meets no step, and goes on after."""
    queue, end = policy.queues[event.queue], event.visit.end
    alone = event.preferred is not None
    for step in () if alone else queue.steps[1:]:
        if step.after <= event.seconds:
            yield _step_name(event.queue, step.after)
    match end:
        case VisitEnd.ANSWERED:
            yield f"queue {event.queue}, answered"
        case VisitEnd.LEFT if event.visit.key in queue.keys:
            yield f"queue {event.queue}, key {event.visit.key}"
        case VisitEnd.FULL if queue.gate is not None and not alone:
            yield f"queue {event.queue}, not let in"
        case VisitEnd.GAVE_UP | VisitEnd.REFUSED | VisitEnd.FULL if not alone:
            yield f"queue {event.queue}, given up"
