"""Recording what a caller says: on Asterisk's machine, with a reference in the store."""

import re
from typing import Final

import structlog

from agi_server.commands import ChannelStatus, NotRecorded, Recorded
from agi_server.conversation import Conversation
from crm.ports import StoreError
from crm.records import Outcome, Recording
from ivr.effects import KeepRecording, NoTape, PlayBack, Record, Taped

log = structlog.get_logger(__name__)

FILE_NAME: Final = re.compile(r"[^0-9A-Za-z._-]")
"""What may not stand in a recording's name. Call ids are ours, but they cross the network."""

IN_FILE_NAMES: Final = str.maketrans({" ": "_", "/": "."})
"""What stands there for the marks of a place. No id has either, so that no two places, as
`survey a-b/c` and `survey a/b-c`, come to one file."""

MOST_OF_A_REQUEST: Final = 100
"""More recordings than one request makes: it goes through at most half as many dialogues."""

_CURE: Final = "see that Asterisk can write to the folder RAHYAB_MESSAGES, and that there is room"


def recordings_before(visit: int) -> int:
    """How many recordings of one place earlier requests of a call may have made.

    Args:
        visit: The how-manieth request of the call this is.
    """
    return max(0, visit - 1) * MOST_OF_A_REQUEST


async def record(talk: Conversation, wanted: Record) -> Taped:
    """Beep and record, in place of an earlier take."""
    path = _path(talk, wanted.place, wanted.number)
    outcome = await talk.line.record(path, wanted.longest, wanted.silence)
    if isinstance(outcome, Recorded):
        taped = Taped(outcome.milliseconds / 1000)
    else:
        taped = Taped(0.0, await _failure(talk, path, outcome))
    failed = {} if taped.failure is None else {"failure": taped.failure}
    talk.journal.note("taped", place=wanted.place, seconds=taped.seconds, **failed)
    return taped


async def _failure(talk: Conversation, path: str, outcome: NotRecorded) -> NoTape:
    """Why nothing was recorded. Raises HungUpError if the caller is gone."""
    if outcome.key is not None:
        return NoTape.KEY
    await talk.line.channel.send(ChannelStatus())
    log.error("nothing can be recorded", path=path, reason=outcome.reason, cure=_CURE)
    return NoTape.NOT_WRITTEN


async def play_back(talk: Conversation, wanted: PlayBack) -> None:
    """Let the caller hear what they have recorded; it is noted once it has been played."""
    if await talk.line.play_back(_path(talk, wanted.place, wanted.number)):
        talk.journal.note("played-back", place=wanted.place)


async def keep_recording(talk: Conversation, kept: KeepRecording) -> bool:
    """Put the reference on disk; whether it is there."""
    facts = talk.course.facts
    recording = Recording(
        call_id=facts.call_id,
        mailbox=_mailbox(kept.place, kept.number),
        path=f"{_path(talk, kept.place, kept.number)}.wav",
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


def _mailbox(place: str, number: int) -> str:
    """What a recording is kept under: `support`, then `support (2)`, as no id looks."""
    return place if number == 1 else f"{place} ({number})"


def file_name(call_id: str, place: str, number: int) -> str:
    """What the file of a recording is called, without its ending: no other of the call is."""
    further = "" if number == 1 else f"_{number}"
    return FILE_NAME.sub("-", f"{call_id}-{place.translate(IN_FILE_NAMES)}{further}")


def _path(talk: Conversation, place: str, number: int) -> str:
    """Where a recording lies as Asterisk sees it, without its ending."""
    return f"{talk.messages}/{file_name(talk.course.facts.call_id, place, number)}"
