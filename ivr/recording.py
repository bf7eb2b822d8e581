"""Recording what a caller says: a message, a note to a request, a spoken answer."""

from dataclasses import dataclass
from typing import Final

from ivr.effects import KeepRecording, NoTape, PlayBack, Record, Say, Steps, Taped, expect
from ivr.keys import SLOWER
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


@dataclass(slots=True)
class _Tape:
    """One recording, take by take.

    Attributes:
        wanted: What is to be recorded.
        number: Which recording of its place in the call it is.
        has_take: Whether there is a take on disk, however short.
        kept: The take on disk, if it is one that somebody can listen to.
    """

    wanted: Wanted
    number: int
    has_take: bool = False
    kept: Kept | None = None

    def take(self, talk: Talk) -> Steps[Taped]:
        """Record once, at the caller's pace.

        Who presses a key during the beep was early by a moment, and hears it again. Only once more:
        a telephone whose key is stuck must come to an end.
        """
        wanted, silence = self.wanted, self.wanted.silence
        if silence is not None and talk.is_slow:
            silence = round(silence * SLOWER)
        effect = Record(wanted.place, wanted.longest, silence, self.number)
        taped = expect((yield effect), Taped)
        if taped.failure is NoTape.KEY:
            taped = expect((yield effect), Taped)
        return taped

    def put_down(self, talk: Talk, seconds: float) -> Steps[bool]:
        """Whether the take is on disk; the caller hears it if not."""
        place = self.wanted.place
        talk.know_recording(place, self.number)
        effect = KeepRecording(place, seconds, self.wanted.tracking, self.number)
        if not expect((yield effect), bool):
            yield Say(("message-not-kept",))
            return False
        self.has_take = True
        self.kept = Kept(seconds) if seconds >= SHORTEST_SECONDS else None
        return True

    def review(self, talk: Talk) -> Steps[Outcome]:
        """What is to become of a take: silence keeps it, as hanging up does."""
        for _ in range(MOST_TAKES):
            outcome = yield from talk.ask(self.wanted.place, _REVIEW)
            if not is_key(outcome, HEAR):
                break
            yield PlayBack(self.wanted.place, self.number)
        return outcome


def record(talk: Talk, wanted: Wanted) -> Steps[Kept | WantsPerson | None]:
    """Record until there is a take that the caller is content with. None: nothing is kept.

    Each take is put down at once, so that it is there when the caller hangs up. One that replaces
    another is put down however short it is: that one is gone. What was recorded earlier in the call
    at the same place stays, with what is told of it.
    """
    tape = _Tape(wanted, talk.next_recording(wanted.place))
    if wanted.say:
        yield Say(wanted.say, to_the_end=False)
    for left in reversed(range(MOST_TAKES if wanted.review else 1)):
        taped = yield from tape.take(talk)
        if taped.failure is NoTape.NOT_WRITTEN:
            yield Say(("message-not-kept",))
            break
        is_whole = taped.seconds >= SHORTEST_SECONDS
        replaces = tape.has_take and taped.failure is None
        if (is_whole or replaces) and not (yield from tape.put_down(talk, taped.seconds)):
            return None
        if not is_whole:
            yield Say(("message-too-short", "message-anew") if left else ("message-too-short",))
            continue
        outcome = (yield from tape.review(talk)) if left else None
        if isinstance(outcome, WantsPerson):
            return outcome
        if outcome is None or not is_key(outcome, ANEW):
            yield Say(("message-kept",))
            break
        yield Say(("message-anew",))
    return tape.kept


def take_message(talk: Talk, mailbox_id: str) -> Steps[WantsPerson | None]:
    """Take a message for a mailbox."""
    mailbox = talk.book.policy.mailboxes[mailbox_id]
    talk.stage = f"voicemail {mailbox_id}"
    wanted = Wanted(
        mailbox.id, mailbox.say, mailbox.longest, mailbox.silence, review=mailbox.review
    )
    outcome = yield from record(talk, wanted)
    return outcome if isinstance(outcome, WantsPerson) else None
