"""Which past calls other rules would treat otherwise, how many of each kind, and why."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from rehearsal.memory import End, NotAsked, NotRecorded
from rehearsal.recorded import Recorded, rules_of
from rehearsal.replay import Replayed
from rehearsal.timeline import Arrived, AskedCallback, Circled, HungUp, Turn
from routing.decide import reason
from routing.decisions import Decision
from routing.destinations import (
    Destination,
    Route,
    ToCallback,
    ToEntry,
    ToHangup,
    ToMenu,
    ToProof,
    ToQueue,
    ToRules,
    ToTracking,
    ToVoicemail,
)
from routing.explain import destination_in_words, route_in_words, rule_line
from routing.rules import Policy


@dataclass(frozen=True, slots=True)
class Move:
    """Calls to which something else would happen, all in the same way.

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
        same: How many would go where they went, in the same way.
        moved: How many would go elsewhere, by how.
        otherwise: How many would go where they went with another priority, language, music, other
            prompts or variables, or with or without a request; by how.
        examples: For each move, the first call and why it would go there.
        asked: How many would be asked what they were never asked, by menu.
        unknown: How many meet a rule that asks for what was not recorded, by that fact.
        rules: For each rule, how many calls it decided before and now.
        ends: For each destination, how many calls came to it before and now.
        unreadable: Calls whose end the journal does not tell.
    """

    calls: int = 0
    same: int = 0
    unreadable: int = 0
    moved: Counter[Move] = field(default_factory=Counter)
    otherwise: Counter[Move] = field(default_factory=Counter)
    examples: dict[Move, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    rules: dict[str, list[int]] = field(default_factory=dict)
    ends: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    def about(cls, policy: Policy) -> "Report":
        """A report that counts for every rule and queue of these rules, if nothing comes there."""
        rules = (f"{each.id}/{rule.id}" for each in policy.rules.values() for rule in each.rules)
        return cls(
            rules={rule: [0, 0] for rule in rules},
            ends={f"queue {queue}": [0, 0] for queue in policy.queues},
        )

    def add(self, call: Recorded, now: Replayed) -> None:
        """Count one more call."""
        self.calls += 1
        _count(self.rules, call.rules, now.rules)
        _count(self.ends, [end_in_words(call.end)], [end_in_words(now.end)])
        if _left_on_the_same_way(call, now):
            self.same += 1
            return
        match now.end:
            case NotAsked(stage):
                self.asked[stage] += 1
            case NotRecorded(fact):
                self.unknown[fact] += 1
            case end if end == call.end:
                self._arrived_again(call, now)
            case end:
                self._note(self.moved, call, now, end_in_words(call.end), end_in_words(end))

    def _arrived_again(self, call: Recorded, now: Replayed) -> None:
        before, after = treatments(call, now)
        if before == after:
            self.same += 1
        else:
            self._note(self.otherwise, call, now, route_in_words(before), route_in_words(after))

    def _note(
        self, counts: Counter[Move], call: Recorded, now: Replayed, before: str, after: str
    ) -> None:
        move = Move(
            rule_before=call.rules[-1] if call.rules else "",
            rule_now=now.rules[-1] if now.rules else "",
            before=before,
            now=after,
        )
        counts[move] += 1
        if move not in self.examples:
            self.examples[move] = (call.facts.call_id, why_moved(call, now))


def _count(counts: dict[str, list[int]], before: Sequence[str], now: Sequence[str]) -> None:
    for side, names in enumerate((before, now)):
        for name in names:
            counts.setdefault(name, [0, 0])[side] += 1


def _left_on_the_same_way(call: Recorded, now: Replayed) -> bool:
    """Whether a caller who hung up would have gone the same way until then."""
    if not isinstance(call.end, HungUp) or len(now.turns) < len(call.turns):
        return False
    return not any(
        (before.place, before.way) != (now.turns[place].place, now.turns[place].way)
        or _differ(_led_to(call.turns, place, call.end), _led_to(now.turns, place, now.end))
        for place, before in enumerate(call.turns)
    )


def end_in_words(end: End) -> str:
    """What became of a call."""
    match end:
        case Arrived(to):
            return destination_in_words(to)
        case HungUp(stage):
            return f"hung up at {stage}"
        case AskedCallback():
            return "asked to be called back"
        case Circled():
            return "went in circles: the fallback takes it"
        case NotAsked(stage):
            return f"is asked {stage}"
        case NotRecorded(fact):
            return f"not known: {fact}"


def treatments(call: Recorded, now: Replayed) -> tuple[Route, Route]:
    """All that was done to a call on its way, and all that would be, each as if by one route.

    Where the journal of an earlier version tells only the routes of rules, these are compared.
    """
    complete = all(turn.route is not None for turn in call.turns)
    to = call.end.to if isinstance(call.end, Arrived) else ToHangup()
    before, after = (
        [turn for turn in turns if complete or turn.place.startswith("rules ")]
        for turns in (call.turns, now.turns)
    )
    return _treatment(to, call.facts.language, before), _treatment(to, now.language, after)


def _treatment(to: Destination, language: str, turns: Sequence[Turn]) -> Route:
    routes = [turn.route for turn in turns if turn.route is not None]
    variables: dict[str, str] = {}
    for route in routes:
        variables.update(route.variables)
    return Route(
        to=to,
        language=([language] + [each.language for each in routes if each.language])[-1],
        say=tuple(prompt for each in routes for prompt in each.say),
        open_case=any(each.open_case for each in routes),
        priority=next((each.priority for each in reversed(routes) if each.priority), None),
        music=next((each.music for each in reversed(routes) if each.music), None),
        variables=tuple(sorted(variables.items())),
    )


def why_moved(call: Recorded, now: Replayed) -> tuple[str, ...]:
    """Why something else would happen to a call: the first turn of its way that is another one now.

    Where another rule decides now: first the rule that took the call then, as it stands to it now,
    if it is still there; then the rule that takes it now. Where the same rule or key leads
    elsewhere: both ways.
    """
    for place, (before, after) in enumerate(zip(call.turns, now.turns, strict=False)):
        if before.place != after.place:
            break
        if before.way != after.way:
            return _other_way(before, after, _decision(now, place))
        then, leads = _led_to(call.turns, place, call.end), _led_to(now.turns, place, now.end)
        if _differ(then, leads):
            return (f"{_name(after)} leads to {_in_words(leads)} now, to {_in_words(then)} before",)
        if _differ(before.route, after.route):
            route, was = _in_words(after.route), _in_words(before.route)
            return (f"{_name(after)}: before {was}; now {route}",)
    if call.facts.language != now.language:
        return (f"the call begins in {now.language} now, in {call.facts.language} before",)
    last = now.decisions[-1:]
    return tuple(rule_line(reason(decision, decision.position)) for decision in last)


def _differ(before: Destination | Route | None, now: Destination | Route | None) -> bool:
    """Whether both are known, and not the same."""
    return before is not None and now is not None and before != now


def _in_words(way: Destination | Route | None) -> str:
    match way:
        case None:
            return ""
        case Route():
            return route_in_words(way)
        case _:
            return destination_in_words(way)


def _decision(now: Replayed, place: int) -> Decision | None:
    """The decision of a turn; None if a dialogue was left there."""
    if not now.turns[place].place.startswith("rules "):
        return None
    return now.decisions[len(rules_of(now.turns[:place]))]


def _other_way(before: Turn, after: Turn, decision: Decision | None) -> tuple[str, ...]:
    if decision is None:
        return (f"{after.place} is left by {after.way} now, by {before.way} before",)
    return tuple(rule_line(reason(decision, place)) for place in _places(decision, before.way))


def _places(decision: Decision, before: str) -> Iterator[int]:
    """The places of the rule that decided before, and of the one that decides now."""
    for place, rule in enumerate(decision.rules.rules):
        if rule.id == before:
            yield place
    yield decision.position


def _led_to(turns: Sequence[Turn], place: int, end: End) -> Destination | None:
    """Where a turn led: as its route says, else as it follows from what came next."""
    route = turns[place].route
    if route is not None:
        return route.to
    if place + 1 < len(turns):
        return _destination(turns[place + 1].place)
    match end:
        case Arrived(to):
            return to
        case HungUp(stage) | NotAsked(stage):
            return _destination(stage)
        case AskedCallback():
            return ToCallback()
        case _:
            return None


def _destination(place: str) -> Destination | None:
    """The destination that leads to a place of the way: `menu welcome`."""
    kind, _, name = place.partition(" ")
    named = _NAMED.get(kind)
    return _UNNAMED.get(place) if named is None else named(name)


_NAMED: Final[Mapping[str, Callable[[str], Destination]]] = {
    "rules": ToRules,
    "menu": ToMenu,
    "entry": ToEntry,
    "voicemail": ToVoicemail,
    "entering": ToQueue,
}
_UNNAMED: Final[Mapping[str, Destination]] = {
    "tracking": ToTracking(),
    "callback": ToCallback(),
    "proof": ToProof(),
}
"""Destinations by the places of the way that they lead to."""


def _name(turn: Turn) -> str:
    """A turn as the rules file would be searched for it: `key 1 of welcome`."""
    kind, _, name = turn.place.partition(" ")
    match kind:
        case "number":
            return f"the number {turn.way}"
        case "rules":
            return f"rule {turn.way}"
        case _:
            between = "of" if turn.way.startswith("key ") else "at"
            return f"{turn.way} {between} {name or kind}"
