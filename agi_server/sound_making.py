"""Makes the finished sound of one prompt: silence trimmed, level made even, at each rate.

A text is spoken once, whatever the number of rates; the files of each rate are made of that.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from agi_server import sound_programs, voices
from agi_server.prompt_sources import Source
from agi_server.sound_programs import SoundProgramError, converted
from agi_server.sound_samples import Loudness, Sound, silence, wav
from agi_server.voices import Voice

NARROW_RATE: Final = 8000
"""Samples a second: all that an ordinary telephone line carries."""

WIDE_RATE: Final = 16000
"""Samples a second: what wideband telephones carry (G.722)."""

NARROW: Final = ".wav"
WIDE: Final = ".wav16"

RATES: Final[Mapping[str, int]] = MappingProxyType({NARROW: NARROW_RATE, WIDE: WIDE_RATE})
"""The files of a prompt, by the ends of their names. Asterisk knows the rate of a file by its name
alone (formats/format_wav.c), and plays the one that costs a channel the least conversion."""


UNHEARD_DB: Final = 0.5
"""Nobody hears so small a difference in level."""


class BadPromptError(Exception):
    """This one prompt cannot be made; the others can. The message is one sentence."""


def make_files(source: Source) -> Mapping[str, bytes]:
    """The files of a prompt, by the ends of their names.

    Raises:
        BadPromptError: Its text or its recording makes no sound.
    """
    if source.recording is not None:
        sound = _recorded(source.recording)
    elif source.voice is not None:
        sound = _spoken(source, source.voice)
    else:
        seconds = source.prompt.silence or 0.0
        return {suffix: wav(silence(seconds, rate)) for suffix, rate in RATES.items()}
    loudness = Loudness(sound)
    if not loudness.audible:
        raise BadPromptError(_told_silent(source))
    speech = sound.trimmed(loudness)
    try:
        wide, narrow = (converted(speech, rate, loudness.gain) for rate in (WIDE_RATE, NARROW_RATE))
    except SoundProgramError as error:
        raise BadPromptError(f"{_name(source)}: {error}") from error
    return {WIDE: wav(wide), NARROW: wav(_levelled(narrow))}


def _levelled(sound: Sound) -> Sound:
    """The sound at an even level again: where the line carries no hisses, they did not count."""
    gain = Loudness(sound).gain
    return sound if abs(gain) < UNHEARD_DB else sound.amplified(gain)


def _told_silent(source: Source) -> str:
    if source.recording is not None:
        return f"{source.recording} holds no sound: record it again, or remove it"
    return (
        f"{_name(source)}: the text {source.prompt.text!r} makes no sound: write words, or record "
        "the prompt"
    )


def _spoken(source: Source, voice: Voice) -> Sound:
    try:
        return voices.speak(source.prompt.text, voice)
    except SoundProgramError as error:
        raise BadPromptError(
            f"{_name(source)}: the text cannot be spoken by {voice.label}: {error} (record the "
            "prompt instead, or see `espeak-ng --voices` for the languages that have a voice)"
        ) from error


def _recorded(recording: Path) -> Sound:
    try:
        return sound_programs.read(recording, WIDE_RATE)
    except SoundProgramError as error:
        raise BadPromptError(
            f"{recording} cannot be read: {error}; save it as a WAV file"
        ) from error


def _name(source: Source) -> str:
    return f"prompt {source.prompt.id} ({source.prompt.language})"
