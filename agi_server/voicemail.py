"""Taking a recorded message."""

import re
from typing import Final

import structlog

from agi_server.commands import Recorded
from agi_server.conversation import Conversation
from crm.ports import StoreError
from crm.records import Outcome, Recording

log = structlog.get_logger(__name__)

SHORTEST_MESSAGE_SECONDS: Final = 1.0
"""A shorter recording is a caller who hung up at the tone."""

FILE_NAME: Final = re.compile(r"[^0-9A-Za-z._-]")
"""What may not stand in a recording's name. Call ids are ours, but they cross the network."""


async def take_message(talk: Conversation, mailbox_id: str, folder: str) -> None:
    """Play the mailbox's words, record, and put the reference on disk before thanking for it.

    Raises:
        HungUpError: The caller left; a message recorded until then is kept.
    """
    mailbox = talk.course.book.policy.mailboxes[mailbox_id]
    talk.course.stage = f"voicemail {mailbox_id}"
    await talk.line.say(mailbox.say)
    path = f"{folder}/{FILE_NAME.sub('-', talk.course.facts.call_id)}-{mailbox_id}"
    outcome = await talk.line.record(path, mailbox.longest)
    seconds = outcome.milliseconds / 1000 if isinstance(outcome, Recorded) else 0.0
    if seconds < SHORTEST_MESSAGE_SECONDS:
        talk.journal.note("message-too-short", seconds=seconds)
        await talk.line.say(("message-too-short",))
        return
    kept = await _keep(
        talk,
        Recording(
            call_id=talk.course.facts.call_id,
            mailbox=mailbox_id,
            path=f"{path}.wav",
            seconds=seconds,
            recorded_at=talk.now(),
            customer_id=talk.course.facts.customer.id,
        ),
    )
    if kept:
        await talk.line.say(("message-kept",))


async def _keep(talk: Conversation, recording: Recording) -> bool:
    try:
        if not talk.trial:  # a terminal call records nothing that could be listened to
            await talk.journal.promise(recording)
    except StoreError as error:
        log.error("message not kept", path=recording.path, error=str(error))
        return False
    talk.journal.note("recorded", path=recording.path, seconds=recording.seconds)
    talk.journal.learn(outcome=Outcome.VOICEMAIL)
    return True
