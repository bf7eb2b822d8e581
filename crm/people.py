"""What concerns a person's data: what they allowed, how long it is kept, who saw it, and the whole.

All times are aware, and in UTC in the store.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from crm.asking_records import AskedSurvey, OutboxMessage
from crm.records import Answer, BlockedNumber, Call, Callback, Case, Customer, QueueVisit, Recording

EVERYTHING: Final = 2**31 - 1
"""A limit that is none."""


class MarkKind(StrEnum):
    """What a person has allowed or forbidden."""

    CONSENT = "consent"
    DO_NOT_CALL = "do-not-call"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a person has allowed or forbidden: since when, until when, and how we know.

    (number, kind, purpose) is unique: a new word on the same matter takes the place of the old one.

    Attributes:
        number: The telephone number that it is about, in E.164.
        kind: Allowed or forbidden.
        purpose: For what: `marketing`, `survey`, `recording`; `any` for everything.
        source: How we know: `web form 2026-03-21`, `national register`, `said to agent ali`.
        since: When it was given.
        until: When it lapses; None: never.
        withdrawn_at: When it was taken back; None: it was not.
    """

    number: str
    kind: MarkKind
    purpose: str
    source: str
    since: datetime
    until: datetime | None = None
    withdrawn_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at this moment."""
        ends = (moment for moment in (self.until, self.withdrawn_at) if moment is not None)
        return self.since <= at and all(at < end for end in ends)


@dataclass(frozen=True, slots=True)
class Restriction:
    """A customer whose data is kept but not used: no look-up finds them. Unique by customer."""

    customer_id: int
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class LegalHold:
    """A customer whose data must not be erased, whoever asks. Unique by customer.

    `until` is the first day on which it may be; None: until the hold is lifted.
    """

    customer_id: int
    since: datetime
    reason: str
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it is in force on this day."""
        return self.until is None or day < self.until


@dataclass(frozen=True, slots=True)
class Erasure:
    """That a person was erased, and what of theirs: the proof holds nothing of the person.

    Attributes:
        pseudonym: What stands for them in reports; unique, and drawn at random.
        customer_id: The store's id of the row that stands under the pseudonym.
        at: When.
        by: Who did it.
        reason: Why.
        counts: Rows that were removed or emptied, by table.
    """

    pseudonym: str
    customer_id: int
    at: datetime
    by: str
    reason: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who read or changed a person's data, when, and what they did.

    `customer_id` is None where no single customer is meant; `detail` must not itself hold the data.
    """

    at: datetime
    by: str
    action: str
    customer_id: int | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AgentRecord:
    """An agent as the journal has them: whom they last spoke with, the newest first.

    `answered` counts their calls, trials left out.
    """

    name: str
    answered: int
    last_call_at: datetime
    last_customers: tuple[int, ...]


class DataKind(StrEnum):
    """Kinds of data that are kept for a time of their own, and what is left of them after that."""

    CALLS = "calls"
    """By when they began. They, their timelines and callbacks are emptied as an erasure does it;
    the customer stays named, so that an erasure finds what else there is of theirs."""
    RECORDINGS = "recordings"
    """By when they were made. They are removed; the files of those that no other names are told."""
    ANSWERS = "answers"
    """By when they were given. Words are emptied; marks stay countable (`is_countable`)."""
    CASES = "cases"
    """Closed ones, by the last line of their history, or the opening. They are removed with their
    histories; their calls and answers stay, without a case."""
    AUDIT = "audit"
    """By when they were written. They are removed."""


_MOST_DIGITS_OF_A_MARK: Final = 2
"""Marks go up to ten; what is longer may be a telephone number."""


def is_countable(answer: str) -> bool:
    """Whether an answer is a mark, which tells of nobody, and not words of the person's own.

    Marks are one or two digits, `yes` and `no`.
    """
    is_digits = answer.isascii() and answer.isdigit()
    return answer in {"yes", "no"} or (is_digits and len(answer) <= _MOST_DIGITS_OF_A_MARK)


@dataclass(frozen=True, slots=True)
class CustomerFile:
    """Everything that is held on one customer. Lists are in the order of time, newest first."""

    customer: Customer
    restriction: Restriction | None
    hold: LegalHold | None
    marks: tuple[Mark, ...]
    calls: tuple[Call, ...]
    cases: tuple[Case, ...]
    answers: tuple[Answer, ...]
    callbacks: tuple[Callback, ...]
    recordings: tuple[Recording, ...]
    blocked: tuple[BlockedNumber, ...]
    """Those of the customer's numbers that are blocked."""
    messages: tuple[OutboxMessage, ...] = ()
    """Written messages to the customer; the recorded ones are `recordings`."""
    surveys: tuple[AskedSurvey, ...] = ()
    has_pin: bool = False
    queue_visits: tuple[QueueVisit, ...] = ()


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed: how many records, and recorded files that nothing refers to any more."""

    records: int
    files: tuple[str, ...] = ()
