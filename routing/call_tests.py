"""Calls that are given rather than made, and what is to become of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from routing.facts import Caller, CustomerFacts, QueueFacts
from routing.key_script import Word
from routing.waits import Place

UNNAMED_CALL: Final = "test"
"""The id of a given call that nobody has named."""


MOMENT: Final = "%Y-%m-%d %H:%M"
"""How moments are written that tests expect, by the clock of the business."""

NotAsked: TypeAlias = Literal["recently", "forbidden"]
"""Why a caller is not asked a survey: they were not long ago, or do not want to be."""


class VisitEnd(StrEnum):
    """How a visit to a queue ends."""

    ANSWERED = "answered"
    GAVE_UP = "gave up"
    """Nobody answered before the queue's own limit."""
    REFUSED = "refused"
    """The queue let the caller in no longer, or not at all: nobody was there."""
    FULL = "full"
    """The queue let nobody more in: as many waited as may."""
    LEFT = "left"
    """The caller left by a key of the queue."""
    HUNG_UP = "hung up"
    """The caller left."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What happens while a caller waits in a queue.

    Attributes:
        end: How it ends.
        after: Seconds of waiting until then; counts for ANSWERED, LEFT and HUNG_UP.
        agent: Who answered.
        key: By which the caller left; empty if not by one.
    """

    end: VisitEnd
    after: int = 0
    agent: str | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class GivenRequest:
    """A request that can be looked up.

    Attributes:
        state: How it stands.
        is_callers: Whether the caller is its customer, or calls from its number.
        agent: Who last spoke about it.
        pin: The PIN of its customer; None: they have none.
    """

    state: str
    is_callers: bool = False
    agent: str | None = None
    pin: str | None = None


@dataclass(frozen=True, slots=True)
class ScriptedCall:
    """A call with everything that the world would bring to it.

    Attributes:
        call_id: What shares of trials are counted by.
        at: The moment, in the business's time zone.
        caller: Who calls.
        dialled: What was dialled, as the trunk writes it.
        customer: What the store knows of the caller.
        keys: What the caller does, one word a question; after the last one nothing more.
        agents: Who is logged in; None if nothing is said of that.
        queues: How queues stand, each time that rules look; the last state stays. One that is not
            there is not known.
        places: Where the caller would be in each queue, beside each of its states; None where
            nothing is said of it.
        variables: The declared channel variables that are set, by their id in the rules.
        requests: The requests that can be looked up, by their tracking numbers.
        code: The one-time code that the caller is sent; empty: the first digits of `1234567890`.
        callbacks: The numbers (E.164) for which there is a request to call back already.
        surveys: Which surveys the caller is not asked, and why.
        visits: What happens in the queues that the call enters and at the agents that are rung for
            it, in this order; in further ones it waits on.
    """

    call_id: str
    at: datetime
    caller: Caller
    dialled: str
    customer: CustomerFacts
    keys: tuple[Word, ...] = ()
    agents: tuple[str, ...] | None = None
    queues: Mapping[str, tuple[QueueFacts, ...]] = field(default_factory=dict)
    places: Mapping[str, tuple[Place | None, ...]] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    requests: Mapping[str, GivenRequest] = field(default_factory=dict)
    code: str = ""
    callbacks: tuple[str, ...] = ()
    surveys: Mapping[str, NotAsked] = field(default_factory=dict)
    visits: tuple[Visit, ...] = ()


Wanted: TypeAlias = str | int | tuple[str, ...] | Mapping[str, str] | None
"""The value of an expectation, as its key of the test has it; None where the key is just `true`."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """One thing that is to happen: a key of `expect`, and its value."""

    key: str
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class CallTest:
    """A test as an administrator writes it.

    Attributes:
        name: Its name.
        call: The call.
        expect: What must happen.
        never: What must not happen.
        file: Where it is written.
        line: From which line on.
    """

    name: str
    call: ScriptedCall
    expect: tuple[Expectation, ...]
    never: tuple[Expectation, ...]
    file: str
    line: int
