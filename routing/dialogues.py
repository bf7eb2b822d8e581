"""The compiled rules about what callers are asked: menus, entries, look-ups, callbacks, surveys.

Parts of `routing.rules.Policy`; frozen, cross-checked and complete like all of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from routing.conditions import Range
from routing.destinations import Route

PIN_LENGTHS: Final = range(4, 13)
"""Digits of a PIN: fewer are soon tried through, more are not keyed in without a slip."""

TRACKING_TEXT: Final = "tracking-number"
"""The text message that tells a tracking number, as `{number}`."""

CODE_TEXT: Final = "one-time-code"
"""The text message that tells a one-time code, as `{code}`."""


@dataclass(frozen=True, slots=True)
class KeyChoice:
    """What one key of a menu does. `offer` is the prompt that offers it; None if none does."""

    key: str
    offer: str | None
    then: Route


@dataclass(frozen=True, slots=True)
class Patience:
    """What happens when a caller presses nothing, or something else.

    `repeat` is how often the question is asked again before `then`; `say` is said before that.
    """

    repeat: int
    then: Route
    say: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Menu:
    """A question with one answer by key.

    `early_keys` tells whether keys that are pressed before it has said a word count for it.
    """

    id: str
    say: tuple[str, ...]
    keys: tuple[KeyChoice, ...]
    silence: Patience
    wrong_key: Patience
    first_key_seconds: float
    between_keys_seconds: float
    early_keys: bool = True


class EntryKind(StrEnum):
    """What a caller can be asked to key in."""

    DIGITS = "digits"
    """An account, a contract: digits as they stand."""
    DATE = "date"
    """A day: eight digits, day or year first, in the calendar of the caller's language or the
    Gregorian one: the year tells which."""
    AMOUNT = "amount"
    """Money: `*` is the decimal point."""
    PHONE = "phone"
    """A telephone number, as it is dialled in the business's country."""


Checksum: TypeAlias = Literal["damm", "luhn", "verhoeff", "iso7064"]
"""Check digits, by their names in the literature; `iso7064` is MOD 97-10."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A value that a caller keys in.

    Attributes:
        id: Its name; conditions ask for it as `keyed: {account: ...}`.
        say: What asks for it.
        kind: What it is.
        shortest: The fewest digits that it has.
        longest: The most digits that it has.
        checksum: How its last digit is checked, if it is.
        least: The smallest amount, if there is one.
        most: The largest amount, if there is one.
        currency: Of an amount: one of `ivr.spoken.CURRENCIES`.
        secret: Whether it is kept out of the journal, the logs and the conditions.
        confirm: Whether it is read back and has to be confirmed.
        tries: How often it may be keyed.
        variable: The channel variable that gets it, if any.
        then: Where the call goes with it.
        otherwise: Where it goes without.
        first_key_seconds: How long to wait for the first key.
        between_keys_seconds: How long to wait for each further key.
    """

    id: str
    say: tuple[str, ...]
    kind: EntryKind
    shortest: int
    longest: int
    checksum: Checksum | None
    least: Decimal | None
    most: Decimal | None
    currency: str | None
    secret: bool
    confirm: bool
    tries: int
    variable: str | None
    then: Route
    otherwise: Route
    first_key_seconds: float
    between_keys_seconds: float


@dataclass(frozen=True, slots=True)
class AnswerCondition:
    """That an earlier question of a survey was answered so: with one of `allowed`."""

    question: str
    allowed: tuple[str | Range, ...]

    def holds(self, answers: Mapping[str, str]) -> bool:
        """Whether it does; a question that was not answered fails it."""
        given = answers.get(self.question)
        return given is not None and any(_fits(given, each) for each in self.allowed)


RECORDED: Final = "recorded"
"""What is kept as the answer to a question that is answered by speaking."""


def _fits(given: str, allowed: str | Range) -> bool:
    if isinstance(allowed, str):
        return given == allowed
    return given.isdecimal() and allowed.holds(int(given))


@dataclass(frozen=True, slots=True)
class SurveyQuestion:
    """One question of a survey, asked if all of `when` hold.

    Exactly one of these: a `scale` from low to high, `choices` by key, or `record`, the seconds
    that a spoken answer may last.
    """

    id: str
    say: str
    scale: tuple[int, int] | None
    choices: Mapping[str, str]
    record: int | None = None
    when: tuple[AnswerCondition, ...] = ()


@dataclass(frozen=True, slots=True)
class Survey:
    """Questions asked after a call, in order.

    Attributes:
        id: Its name.
        questions: What is asked.
        repeat: How often an unanswered question is repeated.
        first_key_seconds: How long to wait for the first key.
        between_keys_seconds: How long to wait for each further key.
        consent: What asks whether the caller will answer at all; None: that is not asked.
        again_after_days: For how many days nobody is asked again; None: asked each time.
        alert: When all of these hold somebody is to be alerted; empty: never.
    """

    id: str
    questions: tuple[SurveyQuestion, ...]
    repeat: int
    first_key_seconds: float
    between_keys_seconds: float
    consent: str | None = None
    again_after_days: int | None = None
    alert: tuple[AnswerCondition, ...] = ()


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A place for recorded messages.

    Attributes:
        id: Its name.
        say: What is said first.
        longest: The longest message in seconds.
        silence: Seconds of silence that end a message; None: only `#`, the limit and hanging up do.
        review: Whether the caller may hear the message and record it anew.
    """

    id: str
    say: tuple[str, ...]
    longest: int
    silence: int | None = None
    review: bool = False


@dataclass(frozen=True, slots=True)
class Tracking:
    """The look-up of a request by its tracking number, and how a new number is told.

    Attributes:
        tries: How often a number may be keyed.
        found_then: Where the call goes after the answer.
        not_found_then: Where it goes after the last try.
        identified: Whether only the customer is told how the request stands: who calls from the
            number of the request or the customer, or keys the customer's PIN.
        agent_ring: Seconds for which the agent of the request is rung, where the caller wants it;
            None: that is not offered.
        agent_otherwise: Where a call goes whose agent does not answer.
        note: Seconds of a spoken note that the caller may add to the request; None: not offered.
        sms: Whether a new number may be sent to the caller as a text message.
    """

    tries: int
    found_then: Route
    not_found_then: Route
    identified: bool = False
    agent_ring: int | None = None
    agent_otherwise: Route | None = None
    note: int | None = None
    sms: bool = False


@dataclass(frozen=True, slots=True)
class Callbacks:
    """What callers may ask for who want to be called back.

    Attributes:
        countries: The countries (ISO 3166) whose numbers are called.
        premium: Whether numbers are called that cost more than usual.
        hours: The hours that times to call lie within; None: callers cannot choose one.
        window: Seconds of each time to choose from.
        days: For how many days times are offered, today included.
        tries: How often a number may be keyed.
        then: Where the call goes after that.
        otherwise: Where it goes if nothing was put down.
    """

    countries: tuple[str, ...]
    premium: bool
    hours: str | None
    window: int
    days: int
    tries: int
    then: Route
    otherwise: Route


@dataclass(frozen=True, slots=True)
class Proof:
    """One-time codes that prove that a caller has the telephone that calls.

    Attributes:
        digits: How long a code is.
        valid: For how many seconds it holds.
        tries: How often one may be keyed.
        per_number: How many are sent to one number in 24 hours.
        per_day: How many are sent in all in 24 hours.
        proven: Where the call goes that has proved it.
        otherwise: Where it goes that has not.
    """

    digits: int
    valid: int
    tries: int
    per_number: int
    per_day: int
    proven: Route
    otherwise: Route
