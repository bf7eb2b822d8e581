"""Looking up requests for callers, who may only try so often."""

import asyncio
from typing import Final

import structlog

from agi_server.conversation import Conversation
from crm.asking_records import AttemptKind, Pin
from crm.hashed_secrets import matches
from crm.ports import Store, StoreError
from crm.records import Case
from ivr.effects import CheckPin, Failed, FindCase, FoundCase

log = structlog.get_logger(__name__)

MOST_MISSES: Final = 20
"""Tracking numbers that are nobody's, from one telephone in 24 hours. A slip of the finger is none:
the number itself tells it."""

MOST_WITHHELD_MISSES: Final = 200
"""The same for all together who show no number: who guesses hides theirs, and few others must not
be shut out by it. Of a million numbers that could be, so many guesses a day find none."""

MOST_PINS: Final = 15
"""PINs keyed for one customer in 24 hours, right or wrong, whoever keys them: the shortest has
10,000 others."""

STORE_SECONDS: Final = 0.5
"""How long a caller waits for an attempt to be counted."""

WITHHELD: Final = "withheld"
"""Stands for the number of who shows none."""


async def find_case(talk: Conversation, wanted: FindCase) -> FoundCase | Failed | None:
    """How a request stands, if there is one."""
    number = talk.course.facts.caller.number
    subject, most = (WITHHELD, MOST_WITHHELD_MISSES) if number is None else (number, MOST_MISSES)
    tracking, now = wanted.tracking, talk.now()

    def find(store: Store) -> tuple[Case | None, str | None] | Failed:
        if store.attempts(AttemptKind.TRACKING, subject, now) >= most:
            return Failed.TOO_OFTEN
        case = store.find_case(tracking)
        return case, None if case is None else _agent_of(store, tracking)

    try:
        found = await talk.journal.records.read(find)
        if isinstance(found, Failed):
            talk.journal.note("too-many-misses")
            return found
        case, agent = found
        if case is None:
            await talk.journal.records.stores.write(
                lambda store: store.count_attempt(AttemptKind.TRACKING, subject, now),
                STORE_SECONDS,
            )
    except StoreError as error:
        log.warning("case file unavailable", reason=str(error))
        return Failed.UNAVAILABLE
    if case is None:
        talk.journal.note("looked-up", tracking=tracking, found=False)
        return None
    known = talk.course.book.policy.agents
    request = FoundCase(case.state, _is_callers(talk, case), agent if agent in known else None)
    told = {"callers": request.is_callers, "agent": request.agent}
    talk.journal.note("looked-up", tracking=tracking, found=True, **told)
    return request


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
    tracking, now = asked.tracking, talk.now()

    def take_try(store: Store) -> Pin | Failed | None:
        case = store.find_case(tracking)
        whose = None if case is None else case.customer_id
        subject = tracking if whose is None else str(whose)
        if store.count_attempt(AttemptKind.PIN, subject, now) > MOST_PINS:
            return Failed.TOO_OFTEN
        return None if whose is None else store.pin(whose)

    try:
        pin = await talk.journal.records.stores.write(take_try, STORE_SECONDS)
    except StoreError as error:
        log.warning("no PIN can be checked", reason=str(error))
        return Failed.UNAVAILABLE
    if isinstance(pin, Failed):
        talk.journal.note("too-many-pins", tracking=tracking)
        return pin
    # In a thread of its own: a digest takes time on purpose, and the store has other callers.
    right = pin is not None and await asyncio.to_thread(matches, asked.pin, pin.salt, pin.digest)
    talk.journal.note("pin-checked", tracking=tracking, right=right)
    return right
