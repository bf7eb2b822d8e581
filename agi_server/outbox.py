"""Text messages to callers: handed to the outbox, from which they are sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog

from agi_server.commands import Verbose
from agi_server.conversation import Conversation
from crm.asking_records import MessageKind, OutboxMessage
from crm.ports import StoreError
from ivr.effects import SendText
from ivr.texts import text_message

log = structlog.get_logger(__name__)

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
"""Ends of lines and their like: no AGI command holds one."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text message to be written.

    Attributes:
        kind: What it is about.
        name: Which one of its kind it is, in the call: the same is not sent twice.
        id: Which text of the rules it has.
        values: What stands for the placeholders of that.
        expires_at: From when on it is not to be sent any more; None: never.
    """

    kind: MessageKind
    name: str
    id: str
    values: Mapping[str, str] = field(repr=False)
    expires_at: datetime | None = None


async def send_text(talk: Conversation, wanted: SendText) -> bool:
    """Send the caller what a course wants them to have; whether it is on its way."""
    name = "-".join(wanted.values.values())
    return await queue_text(talk, Text(MessageKind.TRACKING, name, wanted.text, wanted.values))


async def queue_text(talk: Conversation, text: Text) -> bool:
    """Put a message for the caller into the outbox; whether it is there.

    Who shows no number gets none. Nobody is written to by who tries the rules out in a terminal:
    there the text is shown.
    """
    facts = talk.course.facts
    if facts.caller.number is None:
        return False
    words = text_message(talk.course.book.policy, text.id, facts.language, text.values)
    message = OutboxMessage(
        id=f"{facts.call_id}/{text.kind}/{text.name}",
        call_id=facts.call_id,
        kind=text.kind,
        number=facts.caller.number,
        text=words,
        language=facts.language,
        written_at=talk.now(),
        expires_at=text.expires_at,
        customer_id=facts.customer.id,
    )
    try:
        if talk.trial:
            await talk.line.channel.send(Verbose(_on_one_line(words)))
        else:
            await talk.journal.promise(message)
    except StoreError as error:
        log.error("text message not kept", call=facts.call_id, kind=text.kind, error=str(error))
        return False
    talk.journal.note("text-queued", kind=text.kind)
    return True


def _on_one_line(words: str) -> str:
    """A message as a terminal is told it: where it has another line, there is a stroke."""
    return _CONTROLS.sub(" / ", words.strip())
