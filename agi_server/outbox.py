"""Text messages to callers: handed to the outbox, from which they are sent."""

from collections.abc import Mapping
from datetime import datetime

import structlog

from agi_server.conversation import Conversation
from crm.asking_records import MessageKind, OutboxMessage
from crm.ports import StoreError
from ivr.effects import SendText
from ivr.texts import text_message

log = structlog.get_logger(__name__)


async def send_text(talk: Conversation, wanted: SendText) -> bool:
    """Send the caller what a course wants them to have; whether it is on its way."""
    return await queue_text(talk, MessageKind.TRACKING, wanted.text, wanted.values)


async def queue_text(
    talk: Conversation,
    kind: MessageKind,
    text: str,
    values: Mapping[str, str],
    expires_at: datetime | None = None,
) -> bool:
    """Put a message for the caller into the outbox; whether it is there.

    Args:
        talk: The call; who shows no number gets none.
        kind: What it is about.
        text: Which text of the rules.
        values: What stands for its placeholders.
        expires_at: From when on it is not to be sent any more.
    """
    facts, policy = talk.course.facts, talk.course.book.policy
    if facts.caller.number is None:
        return False
    now = talk.now()
    message = OutboxMessage(
        id=f"{facts.call_id}/{kind}/{now:%Y%m%dT%H%M%S.%f}",
        call_id=facts.call_id,
        kind=kind,
        number=facts.caller.number,
        text=text_message(policy, text, facts.language, values),
        language=facts.language,
        written_at=now,
        expires_at=expires_at,
        customer_id=facts.customer.id,
    )
    try:
        if not talk.trial:  # nobody is to be written to by who tries the rules out in a terminal
            await talk.journal.promise(message)
    except StoreError as error:
        log.error("text message not kept", call=facts.call_id, kind=kind, error=str(error))
        return False
    talk.journal.note("text-queued", kind=kind)
    return True
