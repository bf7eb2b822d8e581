"""The compiled rules: what the loader makes of a rules file, and all that the rest may know of it.

Everything is frozen, cross-checked and complete: each name that is mentioned exists, each rule list
ends in a rule without a condition, each default is filled in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from routing.call_tests import CallTest
from routing.conditions import Condition, Seen
from routing.destinations import Route
from routing.dialogues import (
    Callbacks,
    Entry,
    Mailbox,
    Menu,
    Proof,
    Survey,
    Tracking,
)
from routing.indexing import Index

CALLERS_LANGUAGE: Final = "{language}"
"""In a need: the skill named like the language of the call."""


@dataclass(frozen=True, slots=True)
class Business:
    """The business that answers. The first of `languages` is the default; `country` is ISO 3166."""

    name: str
    country: str
    timezone: ZoneInfo
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DialledNumber:
    """A number that callers dial: where they start, what advertised it, its language."""

    number: str
    start: Route
    source: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class OpenSpan:
    """From `start` until just before `end`; an `end` not after `start` lies on the next day."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class ClosedRange:
    """Own closing days, both included, with the reason that reports and explanations show."""

    first: date
    last: date
    reason: str


@dataclass(frozen=True, slots=True)
class Hours:
    """When something is open. `week[0]` is Monday. `holidays` is a country or None.

    `timezone` is the zone that the hours are meant in.
    """

    id: str
    week: tuple[tuple[OpenSpan, ...], ...]
    holidays: str | None
    closed: tuple[ClosedRange, ...]
    timezone: ZoneInfo


class HoursState(StrEnum):
    """How hours stand at a moment."""

    OPEN = "open"
    CLOSED = "closed"
    """Outside the hours of an ordinary day."""
    HOLIDAY = "holiday"
    """A public holiday or one of the own closing days."""


@dataclass(frozen=True, slots=True)
class Need:
    """A skill at some level (1 to 10). `skill` may be `{language}`: the language of the call."""

    skill: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Step:
    """From `after` seconds of waiting on, these needs are enough."""

    after: int
    need: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody who takes calls: `device` as Asterisk names it, skills with levels 1 to 10.

    `shift` names the hours at which they work; None if the rules do not say.
    """

    id: str
    device: str
    name: str
    skills: Mapping[str, int]
    shift: str | None


@dataclass(frozen=True, slots=True)
class Gate:
    """Who is not let into a queue: such a caller goes along `then` instead of waiting.

    A queue in which nobody waits lets everybody in, but for `hours`. What is None is no bound.

    Attributes:
        hours: Outside these hours nobody is let in.
        waiting: So many callers may wait, no more.
        per_agent: So many callers may wait for each agent who is there, no more.
        wait: Nobody is let in who would likely wait longer, in seconds.
        then: Where they go.
    """

    hours: str | None
    waiting: int | None
    per_agent: int | None
    wait: int | None
    then: Route

    @property
    def looks_inside(self) -> bool:
        """Whether it hangs on how the queue stands who is let in, and not on the clock alone."""
        return any(bound is not None for bound in (self.waiting, self.per_agent, self.wait))


Acquaintance: TypeAlias = Literal["owner", "last"]
"""Whom a caller would rather speak with: the customer's own agent, as the customer file has it, or
the one who last spoke with them."""


@dataclass(frozen=True, slots=True)
class Preference:
    """The agent for whom a caller waits alone at first, for `seconds`.

    The first of `agents` whom the caller has, and who can serve the queue at any step.
    """

    agents: tuple[Acquaintance, ...]
    seconds: int


@dataclass(frozen=True, slots=True)
class Announcements:
    """What callers hear who wait.

    Attributes:
        place: How many are before them, when they come in.
        wait: How long it will take, when they come in, where that can be told.
        prompts: What is said again and again meanwhile: one of them each time, in turn.
        every: Seconds from the end of one time to the next.
    """

    place: bool
    wait: bool
    prompts: tuple[str, ...]
    every: int


SILENT: Final = Announcements(place=False, wait=False, prompts=(), every=0)
"""Music alone."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Callers who wait for the same kind of help.

    `steps[0]` is the ideal (`after == 0`). A caller who is not answered within `give_up_after`
    seconds, or cannot wait (nobody there), goes to `give_up_then`. `keys` are those by which a
    caller leaves the queue, each with where it leads.
    """

    id: str
    steps: tuple[Step, ...]
    give_up_after: int
    give_up_then: Route
    ring_for: int
    music: str
    survey: str | None
    gate: Gate | None = None
    prefer: Preference | None = None
    say: Announcements = SILENT
    keys: Mapping[str, Route] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Variable:
    """A channel variable that the site declares, so that rules may ask for it.

    `channel` is its name in Asterisk. `default` is what a call has where it is not set. `allowed`
    are the values that it may have; empty if any will do.
    """

    id: str
    channel: str
    default: str | None
    allowed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: when every condition holds, the call goes this way. `file` and `line` are its."""

    id: str
    when: tuple[Condition, ...]
    then: Route
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class RuleList:
    """Rules in order; the first that matches decides; the last has no condition.

    `index` finds it. `queues` are those whose state the rules ask for.
    """

    id: str
    rules: tuple[Rule, ...]
    index: Index
    queues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole rules file, compiled. `revision` is a hash of its text.

    `fallback` is the queue whose agents take calls while the server gives no answer. `prompts` maps
    a prompt id to its text per language, the built-in ones (`ivr/languages`) excluded. `unlisted`
    is where a call starts that dialled a number not in `numbers`. `person` is where the key for a
    person leads, wherever a caller is asked. `uninterrupted` are prompts that are heard to their
    end, whatever is pressed. `texts` are what is sent as text messages, by their id and language,
    the built-in ones excluded. `variables` are those that rules
    may ask for. `assumed` maps a fact to what is taken for it when it could not be fetched. `tests`
    are for `rahyab test`; no call asks for them. `retention` is for how many days each kind of data
    on people is kept, where it is not kept for ever.
    """

    revision: str
    business: Business
    numbers: Mapping[str, DialledNumber]
    unlisted: Route
    hours: Mapping[str, Hours]
    skills: Mapping[str, str]
    agents: Mapping[str, Agent]
    queues: Mapping[str, Queue]
    menus: Mapping[str, Menu]
    rules: Mapping[str, RuleList]
    surveys: Mapping[str, Survey]
    mailboxes: Mapping[str, Mailbox]
    tracking: Tracking
    person: Route
    entries: Mapping[str, Entry]
    callbacks: Callbacks
    proof: Proof
    uninterrupted: frozenset[str]
    texts: Mapping[str, Mapping[str, str]]
    variables: Mapping[str, Variable]
    assumed: Mapping[str, Seen]
    fallback: str
    prompts: Mapping[str, Mapping[str, str]]
    tests: tuple[CallTest, ...] = ()
    retention: Mapping[str, int] = field(default_factory=dict)
