"""Looking up requests for callers, who may only try so often."""

from typing import Final

import structlog

from agi_server.conversation import Conversation
from crm.asking_records import AttemptKind
from crm.hashed_secrets import matches
from crm.ports import Store, StoreError
from crm.records import Case
from ivr.effects import CheckPin, Failed, FindCase, FoundCase

log = structlog.get_logger(__name__)

MOST_MISSES: Final = 20
"""Tracking numbers that are nobody's, from one telephone in 24 hours; also for all who show none:
who guesses hides their number."""

MOST_WRONG_PINS: Final = 10
"""Wrong PINs of one customer in 24 hours, whoever keys them: the shortest has 10,000 others."""

WITHHELD: Final = "withheld"
"""Stands for the number of who shows none."""


async def find_case(talk: Conversation, wanted: FindCase) -> FoundCase | Failed | None:
    """How a request stands, if there is one."""
    number = talk.course.facts.caller.number or WITHHELD
    tracking, now = wanted.tracking, talk.now()

    def find(store: Store) -> tuple[Case | None, str | None, int]:
        misses = store.attempts(AttemptKind.TRACKING, number, now)
        case = store.find_case(tracking) if misses < MOST_MISSES else None
        if case is None:
            return None, None, misses
        agents = [call.agent for call in store.case_file(tracking).calls if call.agent]
        return case, agents[-1] if agents else None, misses

    try:
        case, agent, misses = await talk.journal.records.read(find)
        if misses >= MOST_MISSES:
            talk.journal.note("too-many-misses", kind=AttemptKind.TRACKING)
            return Failed.TOO_OFTEN
        if case is None:
            await _count(talk, AttemptKind.TRACKING, number)
    except StoreError as error:
        log.warning("case file unavailable", reason=str(error))
        return Failed.UNAVAILABLE
    talk.journal.note("looked-up", tracking=tracking, found=case is not None)
    if case is None:
        return None
    known = talk.course.book.policy.agents
    return FoundCase(case.state, _is_callers(talk, case), agent if agent in known else None)


def _is_callers(talk: Conversation, case: Case) -> bool:
    facts = talk.course.facts
    same_number = case.number is not None and case.number == facts.caller.number
    return same_number or (case.customer_id is not None and case.customer_id == facts.customer.id)


async def check_pin(talk: Conversation, asked: CheckPin) -> bool | Failed:
    """Whether this is the PIN of the customer of a request: of one without PIN, none is."""
    now = talk.now()

    def check(store: Store) -> bool | Failed:
        case = store.find_case(asked.tracking)
        subject = asked.tracking if case is None else str(case.customer_id or asked.tracking)
        if store.count_attempt(AttemptKind.PIN, subject, now) > MOST_WRONG_PINS:
            return Failed.TOO_OFTEN
        pin = None if case is None or case.customer_id is None else store.pin(case.customer_id)
        return pin is not None and matches(asked.pin, pin.salt, pin.digest)

    try:
        result = await talk.journal.records.stores.write(check, PIN_SECONDS)
    except StoreError as error:
        log.warning("no PIN can be checked", reason=str(error))
        return Failed.UNAVAILABLE
    talk.journal.note("pin-checked", tracking=asked.tracking, right=result is True)
    return result


PIN_SECONDS: Final = 2.0
"""How long a caller waits for a PIN to be checked: its digest takes time on purpose."""


async def _count(talk: Conversation, kind: AttemptKind, subject: str) -> None:
    now = talk.now()
    await talk.journal.records.stores.write(
        lambda store: store.count_attempt(kind, subject, now), PIN_SECONDS
    )
