"""Looking up requests for callers, who may only try so often.

Who tries the rules out in a terminal (`Conversation.trial`) is counted nowhere: no caller is shut
out by it.
"""

import asyncio
from collections.abc import Callable
from typing import Final, TypeAlias, TypeVar

import structlog

from agi_server.caps import (
    MOST_LOOK_UPS,
    MOST_PINS,
    MOST_WITHHELD_LOOK_UPS,
    WITHHELD,
    Cap,
    may_try,
    tell_reached,
)
from agi_server.conversation import Conversation
from crm.asking_records import AttemptKind, Pin
from crm.hashed_secrets import matches
from crm.ports import Store, StoreError
from crm.records import Case
from ivr.effects import CheckPin, Failed, FindCase, FoundCase

log = structlog.get_logger(__name__)

T = TypeVar("T")

STORE_SECONDS: Final = 0.5
"""How long a caller waits for a try to be counted and answered."""

Looked: TypeAlias = tuple[Case | None, str | None]
"""A request, if there is one, and who last spoke about it."""


async def find_case(talk: Conversation, wanted: FindCase) -> FoundCase | Failed | None:
    """How a request stands, if there is one."""
    tracking = wanted.tracking
    try:
        looked = await _look(talk, tracking)
    except StoreError as error:
        log.warning("case file unavailable", reason=str(error))
        return Failed.UNAVAILABLE
    if isinstance(looked, Failed):
        talk.journal.note("too-many-look-ups")
        withheld = talk.course.facts.caller.number is None
        tell_reached(talk, Cap.WITHHELD_LOOK_UPS if withheld else Cap.LOOK_UPS)
        return looked
    case, agent = looked
    if case is None:
        talk.journal.note("looked-up", tracking=tracking, found=False)
        return None
    known = talk.course.book.policy.agents
    request = FoundCase(case.state, _is_callers(talk, case), agent if agent in known else None)
    told = {"callers": request.is_callers, "agent": request.agent}
    talk.journal.note("looked-up", tracking=tracking, found=True, **told)
    return request


async def _look(talk: Conversation, tracking: str) -> Looked | Failed:
    """Look a request up, in the write that counts it: what cannot be counted is not answered.

    Raises:
        StoreError: The store is away.
    """
    number, now = talk.course.facts.caller.number, talk.now()
    most = MOST_WITHHELD_LOOK_UPS if number is None else MOST_LOOK_UPS

    def count_and_look(store: Store) -> Looked | Failed:
        subject = number or WITHHELD
        if not (talk.trial or may_try(store, AttemptKind.TRACKING, subject, now, most)):
            return Failed.TOO_OFTEN
        case = store.find_case(tracking)
        return case, None if case is None else _agent_of(store, tracking)

    return await _answered(talk, count_and_look)


async def _answered(talk: Conversation, operation: Callable[[Store], T]) -> T:
    """What a counted operation comes to; that of a trial counts nothing, and so only reads."""
    if talk.trial:
        return await talk.journal.records.read(operation)
    return await talk.journal.records.stores.write(operation, STORE_SECONDS)


def _agent_of(store: Store, tracking: str) -> str | None:
    """Who last spoke with somebody about a request."""
    agents = [call.agent for call in store.case_file(tracking).calls if call.agent]
    return agents[-1] if agents else None


def _is_callers(talk: Conversation, case: Case) -> bool:
    facts = talk.course.facts
    same_number = case.number is not None and case.number == facts.caller.number
    return same_number or (case.customer_id is not None and case.customer_id == facts.customer.id)


async def check_pin(talk: Conversation, asked: CheckPin) -> bool | Failed:
    """Whether this is the PIN of the customer of a request: of one without PIN, none is."""
    tracking = asked.tracking
    try:
        pin = await _pin(talk, tracking)
    except StoreError as error:
        log.warning("no PIN can be checked", reason=str(error))
        return Failed.UNAVAILABLE
    if isinstance(pin, Failed):
        talk.journal.note("too-many-pins", tracking=tracking)
        tell_reached(talk, Cap.PINS)
        return pin
    # In a thread of its own: a digest takes time on purpose, and the store has other callers.
    right = pin is not None and await asyncio.to_thread(matches, asked.pin, pin.salt, pin.digest)
    talk.journal.note("pin-checked", tracking=tracking, right=right)
    return right


async def _pin(talk: Conversation, tracking: str) -> Pin | Failed | None:
    """The PIN to compare with, from the write that counts the try. Raises StoreError."""
    now = talk.now()

    def take_try(store: Store) -> Pin | Failed | None:
        whose = _customer_of(store, tracking)
        subject = tracking if whose is None else str(whose)
        if not (talk.trial or may_try(store, AttemptKind.PIN, subject, now, MOST_PINS)):
            return Failed.TOO_OFTEN
        return None if whose is None else store.pin(whose)

    return await _answered(talk, take_try)


def _customer_of(store: Store, tracking: str) -> int | None:
    case = store.find_case(tracking)
    return None if case is None else case.customer_id
