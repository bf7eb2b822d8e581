"""Recording what a caller says: on Asterisk's machine, with a reference in the store."""

import re
from typing import Final

import structlog

from agi_server.commands import Recorded
from agi_server.conversation import Conversation
from crm.ports import StoreError
from crm.records import Outcome, Recording
from ivr.effects import KeepRecording, PlayBack, Record, Taped

log = structlog.get_logger(__name__)

FILE_NAME: Final = re.compile(r"[^0-9A-Za-z._-]")
"""What may not stand in a recording's name. Call ids are ours, but they cross the network."""


async def record(talk: Conversation, wanted: Record) -> Taped:
    """Beep and record, in place of an earlier take."""
    path = _path(talk, wanted.place)
    outcome = await talk.line.record(path, wanted.longest, wanted.silence)
    seconds = outcome.milliseconds / 1000 if isinstance(outcome, Recorded) else 0.0
    talk.journal.note("taped", place=wanted.place, seconds=seconds)
    return Taped(seconds)


async def play_back(talk: Conversation, wanted: PlayBack) -> None:
    """Let the caller hear what they have recorded; it is noted once it has been played."""
    if await talk.line.play_back(_path(talk, wanted.place)):
        talk.journal.note("played-back", place=wanted.place)


async def keep_recording(talk: Conversation, kept: KeepRecording) -> bool:
    """Put the reference on disk; whether it is there."""
    facts = talk.course.facts
    recording = Recording(
        call_id=facts.call_id,
        mailbox=kept.place,
        path=f"{_path(talk, kept.place)}.wav",
        seconds=kept.seconds,
        recorded_at=talk.now(),
        customer_id=facts.customer.id,
        tracking=kept.tracking or talk.cases.tracking,
    )
    try:
        if not talk.trial:  # a terminal call records nothing that could be listened to
            await talk.journal.promise(recording)
    except StoreError as error:
        log.error("message not kept", path=recording.path, error=str(error))
        return False
    talk.journal.note("recorded", place=kept.place, path=recording.path, seconds=kept.seconds)
    if kept.place in talk.course.book.policy.mailboxes:
        talk.journal.learn(outcome=Outcome.VOICEMAIL)
    return True


def _path(talk: Conversation, place: str) -> str:
    """Where a recording lies as Asterisk sees it, without its ending."""
    name = FILE_NAME.sub("-", f"{talk.course.facts.call_id}-{place}")
    return f"{talk.messages}/{name}"
