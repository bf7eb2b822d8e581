"""Recording what a caller says: a message, a note to a request, a spoken answer."""

from dataclasses import dataclass
from typing import Final

from ivr.effects import KeepRecording, PlayBack, Record, Say, Steps, Taped, expect
from ivr.machine import Outcome, WantsPerson
from ivr.talk import Talk, choice, is_key

SHORTEST_SECONDS: Final = 1.0
"""A shorter recording is a caller who hung up at the tone."""

MOST_TAKES: Final = 4
"""How often one thing may be recorded: nobody fills the disk by recording anew."""

SPEECHLESS_SECONDS: Final = 8
"""The silence that ends a note or a spoken answer: long, for who looks for words."""

KEEP: Final = "1"
HEAR: Final = "2"
ANEW: Final = "3"

_REVIEW: Final = choice("review", "message-review", keys=(KEEP, HEAR, ANEW))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be recorded.

    Attributes:
        place: What it is kept as: see `ivr.effects.Record`.
        say: What is said before the beep.
        longest: The longest in seconds.
        silence: Seconds of silence that end it; None: silence does not.
        review: Whether the caller may hear it and record it anew.
        tracking: The request that it belongs to, if any.
    """

    place: str
    say: tuple[str, ...]
    longest: int
    silence: int | None = None
    review: bool = False
    tracking: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """There is a recording, of so many seconds."""

    seconds: float


def record(talk: Talk, wanted: Wanted) -> Steps[Kept | WantsPerson | None]:
    """Record until there is a take that the caller is content with. None: nothing is kept.

    Each take is put down at once, so that it is there when the caller hangs up. One that replaces
    another is put down however short it is: that one is gone.
    """
    has_take = False
    if wanted.say:
        yield Say(wanted.say, to_the_end=False)
    for left in reversed(range(MOST_TAKES if wanted.review else 1)):
        taped = yield Record(wanted.place, wanted.longest, wanted.silence)
        seconds = expect(taped, Taped).seconds
        is_whole = seconds >= SHORTEST_SECONDS
        if (is_whole or has_take) and not (yield from _put_down(wanted, seconds)):
            return None
        if not is_whole:
            yield Say(("message-too-short", "message-anew") if left else ("message-too-short",))
            continue
        has_take = True
        outcome = (yield from _review(talk, wanted)) if left else None
        if isinstance(outcome, WantsPerson):
            return outcome
        if outcome is None or not is_key(outcome, ANEW):
            yield Say(("message-kept",))
            return Kept(seconds)
        yield Say(("message-anew",))
    return None


def _put_down(wanted: Wanted, seconds: float) -> Steps[bool]:
    """Whether the take is on disk; the caller hears it if not."""
    is_kept = expect((yield KeepRecording(wanted.place, seconds, wanted.tracking)), bool)
    if not is_kept:
        yield Say(("message-not-kept",))
    return is_kept


def _review(talk: Talk, wanted: Wanted) -> Steps[Outcome]:
    """What is to become of a take: silence keeps it, as hanging up does."""
    for _ in range(MOST_TAKES):
        outcome = yield from talk.ask(wanted.place, _REVIEW)
        if not is_key(outcome, HEAR):
            break
        yield PlayBack(wanted.place)
    return outcome


def take_message(talk: Talk, mailbox_id: str) -> Steps[WantsPerson | None]:
    """Take a message for a mailbox."""
    mailbox = talk.book.policy.mailboxes[mailbox_id]
    talk.stage = f"voicemail {mailbox_id}"
    wanted = Wanted(
        mailbox.id, mailbox.say, mailbox.longest, mailbox.silence, review=mailbox.review
    )
    outcome = yield from record(talk, wanted)
    return outcome if isinstance(outcome, WantsPerson) else None
