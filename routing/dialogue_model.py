"""The part of the model about what callers are asked: menus, values, numbers, messages."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from routing.currencies import Currency
from routing.dialogues import Checksum
from routing.entry_fields import Between, Length
from routing.fields import (
    ChannelVariable,
    KeyPause,
    MenuKey,
    OneOrMany,
    Quiet,
    Ringing,
    Speaking,
    Tries,
)
from routing.name_fields import PromptName
from routing.route_model import RouteShape
from routing.shape import Shape


class KeyShape(RouteShape):
    """What one key of a menu does."""

    model_config = ConfigDict(title="Menu key")

    say_key: PromptName | None = Field(
        None, description="The prompt that offers the key: it is said after that of the menu."
    )


class PatienceShape(Shape):
    """What happens to a caller who presses nothing, or something else."""

    repeat: Annotated[int, Field(ge=0, le=9)] = Field(
        description="How often the question is asked again."
    )
    say: OneOrMany[PromptName] | None = Field(
        None,
        description="Prompts that are said before it is asked again. If left out: `not-a-choice`"
        " after a wrong key, `nothing-pressed` after silence.",
    )
    then: RouteShape = Field(description="Where the call goes after that.")


class MenuShape(Shape):
    """A question that is answered by a key.

    A menu says `say`, then the `say_key` of each key in the order of the file, and listens
    meanwhile. A caller who knows the menu may press a key before it speaks, unless `early_keys` is
    `false`. Where a menu gives them no meaning of its own, `0` leads to a [`person`](#person), and
    `*` says it again: 5 times at most, from then on it is a wrong key.

    With keys of different length, such as `1` and `12`, a caller who pressed `1` is waited for by
    `between_keys`, unless `#` follows.

    `silence` and `wrong_key` are counted apart: the call goes on by the `then` of the one whose
    repeats are used up.

    Example:
        menus:
          welcome:
            say: welcome
            keys:
              "1": {say_key: for-support, rules: arrival}
              "2": {say_key: track-request, track: true}
              "5": {say_key: more-time, pace: slow, menu: welcome}
              "9": {say_key: in-english, language: en, menu: welcome}
              "0": {say_key: for-a-person, queue: reception}
            silence: {repeat: 2, then: {queue: reception}}
            wrong_key: {repeat: 2, say: not-a-choice, then: {queue: reception}}
            first_key: 5s
            between_keys: 2.5s
            early_keys: true
    """

    say: OneOrMany[PromptName] = Field(description="What is said before the keys are offered.")
    keys: Annotated[dict[MenuKey, KeyShape], Field(min_length=1)] = Field(
        description="What each key does; they are offered in this order."
    )
    silence: PatienceShape = Field(description="When no key is pressed.")
    wrong_key: PatienceShape = Field(description="When a key is pressed that is not offered.")
    first_key: KeyPause = Field(6.0, description="How long to wait for the first key.")
    between_keys: KeyPause = Field(3.0, description="How long to wait for each further key.")
    early_keys: bool = Field(
        default=True, description="Whether keys count that are pressed before the menu speaks."
    )


class EntryShape(Shape):
    """A value that a caller keys in.

    It is keyed to the last digit that it can have, or ended by `#`. What cannot be right is told
    and asked for again: the wrong number of digits, a wrong check digit, a day that there is not.
    Who presses `*` after some digits begins anew, unless it is the decimal point; `*` alone has it
    asked again, as in a [menu](#menus), and `0` alone leads to a [`person`](#person), unless it is
    a value that fits.
    What is meant by the keys depends on the kind:

    - `digits`: an account, a contract: kept as they stand. `length` says how many there are.
    - `date`: eight digits, day, month and year or year, month and day, in the calendar of the
      caller's language or the Gregorian one: the year tells which; kept as `2026-11-24`.
    - `amount`: money, `*` is the decimal point; kept as `12`, or `12.50` if there was a point. With
      a `currency` it is read back as people say it.
    - `phone`: a telephone number as it is dialled in the country of the business; kept with its
      country: `+982191000000`.

    Rules ask for the value by [`keyed`](#conditions), the dialplan of the site finds it in
    `variable`. A menu and an entry cannot have the same name.

    What is `secret` is never written down: not in the journal, not in a log. So it cannot be read
    back, and no rule can ask for it: only `variable` gets it, which must not be one of those
    declared under [`variables`](#variables).

    Example:
        entries:
          account:
            say: enter-account
            kind: digits
            length: 6..10
            checksum: luhn
            confirm: true
            tries: 3
            variable: SITE_ACCOUNT
            first_key: 8s
            between_keys: 4s
            then: {rules: arrival}
            otherwise: {queue: reception}
          appointment:
            say: enter-date
            kind: date
            then: {queue: support}
            otherwise: {queue: reception}
          payment:
            say: enter-amount
            kind: amount
            currency: EUR
            between: 1..500000
            then: {queue: support}
            otherwise: {queue: reception}
          pin:
            say: enter-pin
            length: 4
            secret: true
            variable: SITE_PIN
            then: {extension: "201"}
            otherwise: {hangup: true}
        menus:
          values:
            say: welcome
            keys:
              "1": {enter: account}
              "2": {enter: appointment}
              "3": {enter: payment}
              "4": {enter: pin}
            silence: {repeat: 1, then: {queue: reception}}
            wrong_key: {repeat: 1, then: {queue: reception}}
    """

    say: OneOrMany[PromptName] = Field(description="What asks for it.")
    kind: Literal["digits", "date", "amount", "phone"] = Field("digits", description="What it is.")
    length: Length | None = Field(
        None, description="How many digits it has; of `digits` only. If left out: 1 to 20."
    )
    checksum: Checksum | None = Field(
        None,
        description="How its last digits are checked; of `digits` only. `iso7064` is MOD 97-10,"
        " which has two check digits.",
    )
    currency: Currency | None = Field(
        None, description="Of an `amount`; `IRT` is the toman. If left out: digits are read back."
    )
    between: Between | None = Field(
        None, description="The smallest and the largest `amount`: 1..500000."
    )
    confirm: bool = Field(
        default=False, description="Whether it is read back: 1 says that it is right, 2 asks anew."
    )
    secret: bool = Field(default=False, description="Whether it is never written down.")
    tries: Tries = Field(3, description="How often it may be keyed.")
    variable: ChannelVariable | None = Field(
        None, description="The channel variable in which the site's dialplan finds it."
    )
    first_key: KeyPause = Field(8.0, description="How long to wait for the first key.")
    between_keys: KeyPause = Field(4.0, description="How long to wait for each further key.")
    then: RouteShape = Field(description="Where the call goes with it.")
    otherwise: RouteShape = Field(description="Where it goes after the last try.")


class MailboxShape(Shape):
    """A place for recorded messages.

    Example:
        mailboxes:
          support: {say: leave-a-message, longest: 2m, silence: 5s, review: true}
    """

    say: OneOrMany[PromptName] = Field(default=(), description="Said before the recording.")
    longest: Speaking = Field(120, description="The longest message.")
    silence: Quiet | None = Field(
        None,
        description="A silence that ends the message. If left out: only `#`, hanging up and"
        " `longest` do.",
    )
    review: bool = Field(
        default=False,
        description="Whether callers may hear their message, and record it anew.",
    )


class RingAgentShape(Shape):
    """The agent of a request is rung, where the caller wants it."""

    ring: Ringing = Field(20, description="How long their telephone rings.")
    otherwise: RouteShape = Field(description="Where the call goes if they do not answer.")


class TrackingShape(Shape):
    """The look-up of a request by its tracking number, and how a new number is told.

    A caller gets here by `track: true`, keys in the number, and hears how the request stands. A
    digit that is mistyped is noticed by the number itself, and told.

    What is said of a request is never more than how it stands. Where even that is nobody else's
    business, `identified` keeps it for the customer: whoever calls from the number of the request
    or of the customer, or keys in the customer's PIN
    (`rahyab customers pin`).

    Example:
        tracking:
          tries: 3
          identified: true
          agent: {ring: 20s, otherwise: {queue: support}}
          note: 60s
          sms: true
          found: {menu: welcome}
          not_found: {queue: reception}
    """

    tries: Tries = Field(3, description="How often a caller may key in a number.")
    identified: bool = Field(
        default=False, description="Whether only the customer is told how a request stands."
    )
    agent: RingAgentShape | None = Field(
        None, description="Offers to ring the agent of the request. If left out: it does not."
    )
    note: Speaking | None = Field(
        None,
        description="Offers to add a spoken note to the request, of this length at most. If left"
        " out: it does not.",
    )
    sms: bool = Field(
        default=False,
        description="Whether a new tracking number may be sent to the caller as a text message.",
    )
    found: RouteShape = Field(description="Where the call goes after the answer.")
    not_found: RouteShape = Field(description="Where it goes after the last try.")
