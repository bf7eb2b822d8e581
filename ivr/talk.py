"""One call on its way, as far as every part of a course needs it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from ivr import machine
from ivr.effects import Left, Steps
from ivr.keys import Input
from ivr.machine import Again, Check, Given, Nothing, Outcome, Question, WantsPerson
from ivr.rulebook import Rulebook
from ivr.spoken import language_for_values
from routing.destinations import Pace, Priority, Route
from routing.facts import Facts

FIRST_KEY_SECONDS: Final = 8.0
"""Of questions that the rules set no time for: long, for who thinks or looks for a note."""

BETWEEN_KEYS_SECONDS: Final = 4.0


@dataclass(frozen=True, slots=True)
class ToldPlace:
    """The place in a queue that a caller was told: so many go before."""

    queue: str
    ahead: int


@dataclass(slots=True)
class Talk:
    """A call on its way. What the way has done to it stands in the attributes.

    Attributes:
        book: The rules.
        facts: What is known about the call now.
        stage: Where it is: `menu welcome`, `queue support`.
        rule: The list and the rule that decided last: `arrival/everyone`.
        priority: The caller's place in queues, if a route has set it.
        music: What the caller hears while waiting, if a route has set it.
        variables: Channel variables that routes and entries have set.
        pace: How long the caller is given for keys.
        secrets: Those of the `variables` whose values are written down nowhere.
        recordings: How many recordings of the call there are, by place.
        forgotten_recordings: How many there may be of any place, in earlier requests of a call that
            nobody here remembers.
        surveys: Those that the caller has been asked in this call.
        has_waited: Whether the caller has waited in a queue before in this call.
        let_in: The queue to which the caller goes back, and need not ask the gate again.
        position: The place in the queue that the caller goes to now, 1 for the first, if an earlier
            wait has earned one.
        preferred: The agent for whom the caller waits alone at first, if for one.
        asked_for: The queues in which the caller has waited for such an agent.
        told_until: The moment until which it was said, at most, that waiting will take.
        told_place: The place that the caller was told last, if any.
    """

    book: Rulebook
    facts: Facts
    stage: str = "arrival"
    rule: str = ""
    priority: Priority | None = None
    music: str | None = None
    variables: Mapping[str, str] | None = None
    pace: Pace = "normal"
    secrets: frozenset[str] = frozenset()
    recordings: Mapping[str, int] = field(default_factory=dict)
    forgotten_recordings: int = 0
    surveys: frozenset[str] = frozenset()
    has_waited: bool = False
    let_in: str | None = None
    position: int | None = None
    preferred: str | None = None
    asked_for: frozenset[str] = frozenset()
    told_until: datetime | None = None
    told_place: ToldPlace | None = None

    def ask(self, dialogue: str, question: Question, check: Check | None = None) -> Steps[Outcome]:
        """Ask a question at the caller's pace."""
        if self.is_slow:
            question = replace(question, input=question.input.slower())
        return (yield from machine.ask(dialogue, question, check))

    @property
    def is_slow(self) -> bool:
        """Whether the caller is given more time than usual: `SLOWER` times as much."""
        return self.pace == "slow"

    def leave(self, dialogue: str, outcome: Outcome, otherwise: Route) -> Steps[Route]:
        """Leave a dialogue that got no answer: to a person who was asked for, else `otherwise`."""
        if isinstance(outcome, WantsPerson):
            return (yield from self.go(dialogue, "key 0", self.book.policy.person))
        why = outcome.why if isinstance(outcome, Nothing) else "finished"
        return (yield from self.go(dialogue, why, otherwise))

    def go(self, dialogue: str, why: str, route: Route) -> Steps[Route]:
        """Leave a dialogue, along a route."""
        yield Left(dialogue, why, route)
        return route

    @property
    def language_for_values(self) -> str | None:
        """The language to say dates, times and amounts in; None if there is no such language."""
        return language_for_values(self.facts.language, self.book.policy.business.languages)

    def set_variable(self, channel: str, value: str) -> None:
        """Set a variable of the channel, and let rules see it if it is declared."""
        self.variables = {**(self.variables or {}), channel: value}
        self.secrets -= {channel}
        declared = self.book.policy.variables.values()
        known = {each.id: value for each in declared if each.channel == channel}
        if known:
            self.facts = replace(self.facts, variables={**self.facts.variables, **known})

    def set_secret(self, channel: str, value: str) -> None:
        """Set a variable of the channel that nobody may read, and no rule sees."""
        self.variables = {**(self.variables or {}), channel: value}
        self.secrets |= {channel}

    def next_recording(self, place: str) -> int:
        """Which recording of this place the next one is."""
        return self.recordings.get(place, self.forgotten_recordings) + 1

    def know_recording(self, place: str, number: int) -> None:
        """There is such a recording: the next one of the call must not take its place."""
        self.recordings = {**self.recordings, place: number}

    def know_keyed(self, dialogue: str, value: str) -> None:
        """Let rules see what was keyed."""
        self.facts = replace(self.facts, keyed={**self.facts.keyed, dialogue: value})


def choice(id_: str, *say: str, keys: tuple[str, ...], repeat: int = 1) -> Question:
    """A question of the program's own with a few keys to choose from."""
    return Question(
        id=id_,
        say=say,
        input=Input(
            longest=1,
            first_key_seconds=FIRST_KEY_SECONDS,
            between_keys_seconds=BETWEEN_KEYS_SECONDS,
            choices=frozenset(keys),
            early_keys=False,
        ),
        accept=machine.choices(*keys),
        silence=Again(repeat, machine.NOTHING_PRESSED),
        wrong=Again(repeat),
        rounds=2 * repeat + 1,
    )


def value_question(
    id_: str, *say: str, wanted: Input, accept: machine.Accept, tries: int
) -> Question:
    """A question for a value, which may be keyed so many times, silence included."""
    return Question(
        id=id_,
        say=say,
        input=wanted,
        accept=accept,
        silence=Again(tries - 1, machine.NOTHING_PRESSED),
        wrong=Again(tries - 1),
        rounds=tries,
    )


def is_key(outcome: Outcome, key: str) -> bool:
    """Whether this key was chosen."""
    return isinstance(outcome, Given) and outcome.value == key
