"""What is asked of callers and told to them: messages, one-time codes, PINs, surveys.

All times are aware, and in UTC in the store.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

MASK: Final = "••••"
"""Stands where a code is not shown."""


class MessageKind(StrEnum):
    """What a written message to a caller is about."""

    TRACKING = "tracking"
    """The tracking number of a request."""
    CODE = "one-time-code"
    """A code that the caller keys in, to show that the number is theirs."""


class MessageStatus(StrEnum):
    """How a written message stands."""

    WAITING = "waiting"
    """Nobody has sent it yet."""
    SENT = "sent"
    EXPIRED = "expired"
    """It was not sent in time, and never will be."""


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A written message (SMS) to a caller, that waits to be sent. `id` is unique.

    The text of a code is wiped as soon as the message was sent or has expired.

    Attributes:
        id: Given by the writer: `<call>/<kind>/<how-manieth>`.
        call_id: The call that it belongs to.
        kind: What it is about.
        number: Where it goes, in E.164.
        text: What it says; empty when it was wiped.
        language: Of the text.
        written_at: When.
        expires_at: From when on it is not to be sent any more; None: never.
        customer_id: Who is written to; None where nobody knows.
        status: How it stands.
    """

    id: str
    call_id: str
    kind: MessageKind
    number: str
    text: str = field(repr=False)
    language: str
    written_at: datetime
    expires_at: datetime | None = None
    customer_id: int | None = None
    status: MessageStatus = MessageStatus.WAITING


def wiped(message: OutboxMessage) -> OutboxMessage:
    """The message as it may be kept: a code that waits no longer is not readable any more."""
    is_needed = message.kind is not MessageKind.CODE or message.status is MessageStatus.WAITING
    return message if is_needed else replace(message, text="")


def masked(message: OutboxMessage) -> OutboxMessage:
    """The message as a person may see it: never with a code."""
    is_code = message.kind is MessageKind.CODE and message.text
    return replace(message, text=MASK) if is_code else message


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """A one-time code as it lies in the store, where nobody can read it. `number` is unique.

    Attributes:
        number: The telephone that it was sent to, in E.164.
        salt: Drawn anew for each code: see `crm.hashed_secrets`.
        digest: What the code and the salt give.
        issued_at: When.
        expires_at: From when on it is none any more.
        tries: How many are left.
        call_id: The call that asked for it.
    """

    number: str
    salt: bytes
    digest: bytes
    issued_at: datetime
    expires_at: datetime
    tries: int
    call_id: str


@dataclass(frozen=True, slots=True)
class Pin:
    """A customer's PIN as it lies in the store. `customer_id` is unique.

    Attributes:
        customer_id: Whose it is.
        salt: Drawn anew for each PIN: see `crm.hashed_secrets`.
        digest: What the PIN and the salt give.
        set_at: When.
    """

    customer_id: int
    salt: bytes
    digest: bytes
    set_at: datetime


class SurveyOutcome(StrEnum):
    """What became of a survey in a call."""

    ASKED = "asked"
    """It was begun; who hung up in the middle stays so."""
    DECLINED = "declined"
    """The caller did not consent to it."""
    COMPLETE = "complete"
    """Every question that was asked was answered."""
    RECENTLY = "recently"
    """It was not asked, for it was asked of them not long ago."""
    FORBIDDEN = "forbidden"
    """It was not asked, for a mark says no."""


@dataclass(frozen=True, slots=True)
class AskedSurvey:
    """That a survey was asked in a call, or why not. (call, survey) is unique.

    Attributes:
        call_id: The call.
        survey: The survey's id in the rules.
        at: When it was begun, or would have been.
        outcome: What became of it.
        number: Who was asked, in E.164; None: withheld.
        customer_id: Who was asked; None where nobody knows.
        agent: Whom the caller spoke with before.
        queue: Which queue they waited in before.
        tracking: The request that the call belongs to.
        revision: Of the rules.
        language: In which it was asked.
    """

    call_id: str
    survey: str
    at: datetime
    outcome: SurveyOutcome
    number: str | None
    customer_id: int | None
    agent: str | None
    queue: str | None
    tracking: str | None
    revision: str
    language: str


class AttemptKind(StrEnum):
    """What a caller may try only so many times a day."""

    TRACKING = "tracking"
    """A tracking number keyed in."""
    PIN = "pin"
    """A PIN keyed in."""
    CODE = "code"
    """A one-time code given out: the store itself counts these."""


@dataclass(frozen=True, slots=True)
class ServedCalls:
    """How many calls of a queue an agent answered within an hour, trials left out.

    Attributes:
        queue: The queue that the calls came from; None: from none.
        agent: Who answered; None where nobody was named.
        hour: When the hour begins, in UTC.
        calls: How many calls were answered.
    """

    queue: str | None
    agent: str | None
    hour: datetime
    calls: int
