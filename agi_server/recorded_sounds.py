"""Reads the recording of a prompt and judges it: its level, its peaks, its length."""

from pathlib import Path
from typing import Final

from agi_server import sound_programs
from agi_server.sound_making import WIDE_RATE
from agi_server.sound_programs import HALF_AS_LOUD, RefusedSoundError, SoundProgramError
from agi_server.sound_samples import Loudness, Sound, decibels
from ivr.prompts import Prompt
from ivr.studio import is_counted

TOO_QUIET_DBFS: Final = -40.0
"""Speech below this would be lifted by 20 dB, and the noise of the room with it."""

FULL_DBFS: Final = -0.2
"""Peaks above this stand at the end of the scale."""

FLAT_DB: Final = 9.0
"""sox tells how long peaks stay at their height, in decibels: this is about three samples in a row,
which no voice does by itself."""

LONGEST_SECONDS: Final = 120.0
"""Nobody listens to a longer prompt."""

SHORT_PART: Final = 0.4
LONG_PART: Final = 2.5
"""People and voices differ in tempo, though not by as much: a recording that is shorter or longer
than this part of the spoken text may have lost a word, or be of another prompt."""

LONGEST_PART_OF_A_NUMBER: Final = 4.0
"""A digit or a word that takes longer than this part of the spoken text spoils every number, date
and time that it is in: it is not taken."""

SLACK_SECONDS: Final = 0.3
"""Of single words, which a fraction of a second makes twice as long."""


class BadRecordingError(Exception):
    """A recording is not taken; the message says why.

    Attributes:
        seconds: How long it takes, if it could be read.
    """

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        """Keep the reason and the length."""
        super().__init__(reason)
        self.seconds = seconds


def checked_sound(file: Path, prompt: Prompt) -> tuple[Sound, str]:
    """A recording, without the silence at its ends, and what is odd about it though it will do.

    Args:
        file: The recording.
        prompt: What it should say.

    Raises:
        BadRecordingError: It cannot be read, is silent, too quiet, too loud or too long.
    """
    try:
        sound = sound_programs.read(file, WIDE_RATE, LONGEST_SECONDS + 1)
        peaks = sound_programs.peaks(file, LONGEST_SECONDS)
    except RefusedSoundError as error:
        # What sox says is of chunks and headers, which somebody with a microphone never saw.
        raise BadRecordingError("it is damaged: save it anew and deliver it again") from error
    except SoundProgramError as error:
        raise BadRecordingError(f"it cannot be read: {error}") from error
    loudness = Loudness(sound)
    speech = sound.trimmed(loudness)
    if not loudness.audible:
        raise BadRecordingError("it holds no sound: record it again", sound.seconds)
    if sound.seconds > LONGEST_SECONDS:
        raise BadRecordingError(f"it is longer than {LONGEST_SECONDS:.0f} s: cut it")
    level = decibels(loudness.speech) - float(HALF_AS_LOUD)
    if level < TOO_QUIET_DBFS:
        raise BadRecordingError(
            f"it is too quiet ({level:.0f} dB, where {TOO_QUIET_DBFS:.0f} is the least): record it"
            " again, nearer or with more gain",
            speech.seconds,
        )
    if peaks.level > FULL_DBFS and peaks.flatness > FLAT_DB:
        raise BadRecordingError(
            "it was recorded too loud, and its peaks are cut off: record it again with less gain",
            speech.seconds,
        )
    return speech, _told_length(speech.seconds, prompt)


def _told_length(seconds: float, prompt: Prompt) -> str:
    """What is odd about the length of a recording; nothing where it is as expected.

    Raises:
        BadRecordingError: It is a part of numbers, and far too long for one.
    """
    expected = _spoken_seconds(prompt)
    if expected is None:
        return ""
    if seconds < expected * SHORT_PART - SLACK_SECONDS / 3:
        odd = "shorter"
    elif seconds > expected * LONG_PART + SLACK_SECONDS:
        if is_counted(prompt.id) and seconds > expected * LONGEST_PART_OF_A_NUMBER + SLACK_SECONDS:
            raise BadRecordingError(
                f"it is more than {LONGEST_PART_OF_A_NUMBER:.0f} times as long as its text, which"
                f" takes about {expected:.1f} s, and would be heard in the midst of numbers: record"
                " the word alone",
                seconds,
            )
        odd = "longer"
    else:
        return ""
    return f"far {odd} than its text, which takes about {expected:.1f} s: listen to it"


def _spoken_seconds(prompt: Prompt) -> float | None:
    """How long the text takes when espeak-ng speaks it; None if it cannot."""
    if prompt.silence is not None:
        return None
    try:
        spoken = sound_programs.speak(prompt.text, prompt.voice)
    except SoundProgramError:
        return None
    return spoken.trimmed(Loudness(spoken)).seconds or None
