"""What is known about a call at the moment of a decision.

The shell gathers facts; the rules read them. A clock reading is a fact like any other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from routing.destinations import Pace


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
    `number` is E.164 (`+989121234567`), or None when withheld or not a number. `country` is the
    number's (ISO 3166); None when it belongs to none.
    """

    number_as_sent: str
    name_as_sent: str
    number: str | None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """What the rules may know about the customer; empty unless `status` is KNOWN.

    `blocked` is about the number, whoever has it. `lead_score` is 0 to 100; `last_agent` the agent
    of their last conversation; `owner` the one who looks after them; `pace` how long they are given
    for keys when a call begins.
    """

    status: CustomerStatus
    id: int | None = None
    name: str = ""
    language: str | None = None
    segment: str | None = None
    contracts: tuple[Contract, ...] = ()
    open_cases: int = 0
    oldest_open_case: datetime | None = None
    lead_score: int | None = None
    last_agent: str | None = None
    owner: str | None = None
    blocked: bool = False
    pace: Pace = "normal"


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """How a queue stands for calls in the caller's language; None is what is not known.

    Attributes:
        waiting: Callers who wait.
        longest_wait: Seconds that the first of them has waited; 0 when nobody does.
        agents: Who is logged in and not paused, on a call or not.
        estimated_wait: Seconds, as Asterisk reckons them from the calls that were answered.
    """

    waiting: int | None = None
    longest_wait: int | None = None
    agents: int | None = None
    estimated_wait: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a rule can ask about.

    Attributes:
        call_id: Our id of the call.
        at: The moment, in the business's time zone.
        caller: Who calls.
        dialled: E.164, or the bare digits that were dialled.
        source: What advertised the number.
        language: The language that the call has now.
        customer: What the store knows.
        keyed: What the caller keyed last, by menu or other dialogue.
        queues: How queues stand, by their id in the rules; one that is not there is not known.
        variables: The declared channel variables that are set, by their id in the rules.
        proven: Whether the caller has proved, by a one-time code, to have the number that calls.
    """

    call_id: str
    at: datetime
    caller: Caller
    dialled: str
    source: str | None
    language: str
    customer: CustomerFacts
    keyed: Mapping[str, str] = field(default_factory=dict)
    queues: Mapping[str, QueueFacts] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    proven: bool = False
