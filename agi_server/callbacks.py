"""Callers who want to be called back: put down on disk before they are told that we shall."""

import structlog

from agi_server.conversation import Conversation
from crm.ports import StoreError
from crm.records import Callback, Outcome
from ivr.effects import Failed, PutDown, PutDownCallback

log = structlog.get_logger(__name__)


async def put_down_callback(talk: Conversation, wanted: PutDownCallback) -> PutDown | Failed:
    """Put down that somebody wants to be called back."""
    facts, now = talk.course.facts, talk.now()
    wish = Callback(
        call_id=facts.call_id,
        number=wanted.number,
        asked_at=now,
        customer_id=facts.customer.id,
        queue=talk.queue,
        language=facts.language,
        since=talk.first_queued_at or now,
        earliest=wanted.earliest,
        latest=wanted.latest,
    )
    try:
        # Nobody is to call back whoever tries the rules out in a terminal.
        kept = wish if talk.trial else await talk.journal.promise(wish)
    except StoreError as error:
        log.error("callback not put down", call=facts.call_id, error=str(error))
        talk.journal.note("callback-failed", number=wish.number)
        return Failed.UNAVAILABLE
    joined = kept.call_id != wish.call_id
    talk.journal.note("callback-asked", number=kept.number, joined=joined, **_window(wish))
    talk.journal.learn(outcome=Outcome.CALLBACK)
    return PutDown(joined)


def _window(wish: Callback) -> dict[str, str]:
    times = {"earliest": wish.earliest, "latest": wish.latest}
    return {name: each.isoformat() for name, each in times.items() if each is not None}
