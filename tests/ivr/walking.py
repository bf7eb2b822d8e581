"""Walks every path through a policy: all keys, silence, and whatever the world may answer.

Where a call is is read off its course: the lines at which its generators stand, and what their
variables hold. A place that was reached before is not walked on from again, so the walk ends.
"""

import re
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import partial
from types import FunctionType, GeneratorType
from typing import Any, Final, TypeAlias

from stdnum import damm, luhn, verhoeff
from stdnum.iso7064 import mod_97_10

from crm.records import CaseState
from ivr.course import Course
from ivr.effects import (
    BeginSurvey,
    CheckCode,
    CheckPin,
    Collect,
    Effect,
    Failed,
    FindCase,
    FindPlace,
    FoundCase,
    KeepRecording,
    Keyed,
    LookAtQueues,
    MayAsk,
    NoInput,
    OpenCase,
    PutDown,
    PutDownCallback,
    Record,
    Reply,
    Say,
    SendCode,
    SendText,
    Taped,
)
from ivr.machine import Question
from ivr.rulebook import Rulebook
from ivr.talk import Talk, ToldPlace
from routing import dialogues
from routing.conditions import Condition, Range
from routing.destinations import Route, ToAgent, ToQueue, ToSurvey
from routing.dialogues import Entry, EntryKind
from routing.facts import Facts, QueueFacts
from routing.indexing import index_rules
from routing.rules import Policy, Queue, RuleList
from routing.waits import Place, WaitRange

TRACKING: Final = "123456786"

CHOSEN: Final = "chosen"
"""The queue whose length chooses the rule that matches."""

Begin: TypeAlias = Callable[[Course], Generator[Effect, Reply, Any]]
"""Begins a part of a course."""

Path: TypeAlias = tuple[Reply, ...]


def with_every_rule_open(policy: Policy) -> Policy:
    """The same, but that the world chooses which rule matches, of those for the call's language."""
    rules = {id_: _opened(each) for id_, each in policy.rules.items()}
    return replace(policy, rules=rules, assumed={})


def _opened(rules: RuleList) -> RuleList:
    made = tuple(
        replace(rule, when=(*_for_language(rule.when), _chosen(place)))
        if place < len(rules.rules) - 1
        else rule
        for place, rule in enumerate(rules.rules)
    )
    return RuleList(rules.id, made, index_rules([rule.when for rule in made]), (CHOSEN,))


def _for_language(when: Sequence[Condition]) -> Iterator[Condition]:
    return (each for each in when if each.fact == "language")


def _chosen(place: int) -> Condition:
    return Condition("queue.waiting", CHOSEN, (Range(place, place, str(place)),))


_PLAIN: Final[Mapping[type[Effect], tuple[Reply, ...]]] = {
    Record: (Taped(0.2), Taped(9.0)),
    KeepRecording: (True, False),
    CheckPin: (True, False, *Failed),
    SendCode: (True, *Failed),
    CheckCode: (True, False, *Failed),
    SendText: (True, False),
    PutDownCallback: (PutDown(), PutDown(joined=True), Failed.UNAVAILABLE),
    OpenCase: (TRACKING, None),
    BeginSurvey: (MayAsk.YES, MayAsk.RECENTLY),
    FindPlace: (
        Place(),
        Place(0, WaitRange(1, 5, 50)),
        Place(2, WaitRange(61, 90, 100)),
        Place(5, WaitRange(90, 120, 300)),
        Place(9, WaitRange(2000, 3000, 6000)),
    ),
    FindCase: (
        None,
        *Failed,
        FoundCase("new", is_callers=False),
        FoundCase("new", is_callers=True, agent="sara"),
        *(FoundCase(state, is_callers=True) for state in CaseState),
    ),
}

_ASKED: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("tracking", "number"): (TRACKING,),
    ("tracking", "pin"): ("1234",),
    ("callback", "number"): ("09351112233", "09601", "00442079460958"),
}
"""What callers key into the dialogues of the program: right, too dear, foreign."""

_CHECKS: Final[Mapping[str | None, Callable[[str], str]]] = {
    None: lambda _: "7",
    "damm": damm.calc_check_digit,
    "luhn": luhn.calc_check_digit,
    "verhoeff": verhoeff.calc_check_digit,
    "iso7064": mod_97_10.calc_check_digits,
}


def _values(entry: Entry) -> set[str]:
    """What may be keyed into an entry: right ones, a mistyped one, one without its limits."""
    match entry.kind:
        case EntryKind.DATE:
            return {"14050903"}
        case EntryKind.AMOUNT:
            return {str(int(entry.least or 0)), "1*5", "9" * entry.longest}
        case EntryKind.PHONE:
            return {"09351112233"}
    body = "1" * (entry.longest - (2 if entry.checksum == "iso7064" else 1))
    right = body + _CHECKS[entry.checksum](body)
    return {right, "2" + right[1:]}


@dataclass
class Walk:
    """Every path through a policy, from every number in every language.

    Attributes:
        policy: Its rules are those of `with_every_rule_open`.
        facts: What is known of every call, but for its language.
        heard: What was said in which language.
        states: How many different places calls came to.
    """

    policy: Policy
    facts: Facts
    heard: set[tuple[str, str]] = field(default_factory=set)
    states: int = 0
    _book: Rulebook = field(init=False)
    _begun: set[tuple[str, str, str]] = field(default_factory=set)
    _pending: list[tuple[Begin, str]] = field(default_factory=list)

    def walk(self) -> None:
        """Walk it all."""
        self._book = Rulebook.of(self.policy)
        starts = [self.policy.unlisted, *(each.start for each in self.policy.numbers.values())]
        for language in self.policy.business.languages:
            for start in starts:
                self._follow(start, language)
        while self._pending:
            self._explore(*self._pending.pop())

    def _follow(self, route: Route, language: str) -> None:
        self._begin("follow", repr(route), language, partial(Course.follow, route=route))

    def _survey(self, survey: str, language: str) -> None:
        self._begin("survey", survey, language, partial(Course.survey, survey=survey))

    def _begin(self, how: str, what: str, language: str, begin: Begin) -> None:
        if (how, what, language) not in self._begun:
            self._begun.add((how, what, language))
            self._pending.append((begin, language))

    def _explore(self, begin: Begin, language: str) -> None:
        seen: set[object] = set()
        pending: deque[Path] = deque([()])
        while pending:
            path = pending.popleft()  # the shortest first: each is gone from its beginning
            course = Course(self._book, replace(self.facts, language=language))
            going = begin(course)
            options = self._run(course, going, path, seen)
            pending.extend((*path, option) for option in options)
        self.states += len(seen)

    def _run(
        self, course: Course, going: Generator[Effect, Reply, Any], path: Path, seen: set[object]
    ) -> list[Reply]:
        """Go a path to its end; what may be answered there, if nobody has been there."""
        try:
            effect = going.send(None)
            for reply in path:
                effect = self._forced(course, going, effect)
                effect = going.send(reply)
            effect = self._forced(course, going, effect)
        except StopIteration as end:
            self._end(end.value, course.facts.language)
            return []
        place = _place(course, going)
        if place in seen:
            return []
        seen.add(place)
        return list(self._replies(effect))

    def _forced(
        self, course: Course, going: Generator[Effect, Reply, Any], effect: Effect
    ) -> Effect:
        """On to the next effect to which there is more than one reply."""
        while True:
            if isinstance(effect, Say | Collect):
                language = course.facts.language
                self.heard.update((prompt, language) for prompt in effect.prompts)
            if isinstance(effect, Collect | LookAtQueues) or type(effect) in _PLAIN:
                return effect
            effect = going.send(None)

    def _end(self, came_to: object, language: str) -> None:
        """Whatever follows on an ending, in a later request of the call."""
        match came_to:
            case Route() as route:
                self._follow(route, language)
            case ToQueue(queue):
                self._leave(self.policy.queues[queue], language)
            case ToSurvey(survey):
                self._survey(survey, language)
            case ToAgent() if self.policy.tracking.agent_otherwise is not None:
                self._follow(self.policy.tracking.agent_otherwise, language)

    def _leave(self, queue: Queue, language: str) -> None:
        """Every way out of a queue, and back into it."""
        routes = [queue.give_up_then, *queue.keys.values()]
        routes += [] if queue.gate is None else [queue.gate.then]
        for route in routes:
            self._follow(route, language)
        if queue.survey is not None:
            self._survey(queue.survey, language)
        for name, told in (("back", queue.id), ("from another queue", "")):
            self._begin(name, queue.id, language, partial(_back, queue=queue.id, told=told))

    def _replies(self, effect: Effect) -> Iterator[Reply]:
        if isinstance(effect, LookAtQueues):
            most = max(len(each.rules) for each in self.policy.rules.values())
            yield from ({CHOSEN: QueueFacts(waiting=place)} for place in range(most))
        elif isinstance(effect, Collect):
            yield NoInput()
            yield from (Keyed(keys) for keys in sorted(self._keys(effect)))
        else:
            yield from _PLAIN[type(effect)]

    def _keys(self, asked: Collect) -> set[str]:
        """Every choice; else something right and wrong; a key without meaning; `*` and `0`."""
        if asked.input.choices:
            return {*asked.input.choices, "##", "*", "0"}
        own = self.policy.entries.get(asked.dialogue)
        values = (
            {*_ASKED.get((asked.dialogue, asked.question), ())} if own is None else _values(own)
        )
        code = {"1" * self.policy.proof.digits} if asked.dialogue == "proof" else set()
        return values | code | {"##", "*", "0"}


def _back(course: Course, queue: str, told: str) -> Generator[Effect, Reply, Any]:
    """Into a queue, by a caller who was told something shorter, there or in another one."""
    course.has_waited, course.told_until = True, course.facts.at
    course.told_place = ToldPlace(told, 0)
    return course.follow(Route(ToQueue(queue)))


def _place(course: Course, going: Generator[Effect, Reply, Any]) -> object:
    """Where a call is, as far as it matters for what is said later."""
    lines = []
    inner: object = going
    while isinstance(inner, GeneratorType):
        known = sorted(
            (name, _known(value))
            for name, value in inner.gi_frame.f_locals.items()
            if inner.gi_code is not Course.follow.__code__ or name == "route"  # not what has been
        )
        lines.append((inner.gi_code.co_name, inner.gi_frame.f_lasti, repr(known)))
        inner = inner.gi_yieldfrom
    return tuple(lines), course.facts.language, course.facts.proven


def _known(value: object) -> str:
    """A value in words that are the same each time the same path is gone."""
    if isinstance(value, Talk | GeneratorType | FunctionType):
        return type(value).__name__
    if type(value).__module__ == dialogues.__name__ or isinstance(value, Policy):
        return str(id(value))  # a part of the policy, which is one
    if isinstance(value, Question):
        return f"{value.id} {value.say}"
    if is_dataclass(value):
        held = {each.name: getattr(value, each.name) for each in fields(value)}
        # What is said after the last repeat is what is said of a wrong key.
        held.update({"repeats": bool(held["repeats"])} if "repeats" in held else {})
        return f"{type(value).__name__} { {name: _known(each) for name, each in held.items()} }"
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))
