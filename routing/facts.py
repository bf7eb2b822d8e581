"""What is known about a call at the moment of a decision.

The shell gathers facts; the rules read them. A clock reading is a fact like any other.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class CustomerStatus(StrEnum):
    """What the customer file says about the caller's number."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    """The number is in nobody's file."""
    AMBIGUOUS = "ambiguous"
    """The number is in the file of more than one customer."""
    WITHHELD = "withheld"
    """The caller showed no number that can be looked up."""
    UNAVAILABLE = "unavailable"
    """The customer file could not be asked in time."""


class ContractStatus(StrEnum):
    """How the support contract stands on the day of the call."""

    RUNNING = "running"
    GRACE = "grace"
    """Past its end, within its days of grace."""
    ENDED = "ended"
    NONE = "none"
    """The caller is known and has no contract, or is not known."""
    UNAVAILABLE = "unavailable"
    """The store did not answer: never taken for `ended`."""


@dataclass(frozen=True, slots=True)
class Contract:
    """One support contract: both days are included."""

    level: str
    starts: date
    ends: date
    grace_days: int = 0


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as the network said it and as we read it.

    `number_as_sent` and `name_as_sent` are untrusted text, kept exactly as they came.
    `number` is E.164 (`+989121234567`), or None when withheld or not a number.
    """

    number_as_sent: str
    name_as_sent: str
    number: str | None


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """What the rules may know about the customer; empty unless `status` is KNOWN."""

    status: CustomerStatus
    id: int | None = None
    name: str = ""
    language: str | None = None
    segment: str | None = None
    contracts: tuple[Contract, ...] = ()
    open_cases: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a rule can ask about.

    `at` carries the business's time zone; `dialled` is E.164 or the bare digits that were dialled;
    `language` is the language that the call has now; `keys` is what the caller has pressed so far,
    one entry a question.
    """

    call_id: str
    at: datetime
    caller: Caller
    dialled: str
    source: str | None
    language: str
    customer: CustomerFacts
    keys: tuple[str, ...] = field(default=())
