"""The programs that make sound: espeak-ng and Piper speak a text, sox reads any sound file.

They give samples through a pipe, and we write the file: espeak-ng ends with success after it could
not write (a full disk), and only the writer can tell that a file is whole.
"""

import io
import re
import shutil
import subprocess
import sys
import wave
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from agi_server.sound_samples import Sound

ESPEAK: Final = "espeak-ng"
PIPER: Final = "piper"
SOX: Final = "sox"

WORDS_A_MINUTE: Final = 155
"""Slower than the voice's own 175: callers hear a prompt once, over a telephone."""

LONGEST_RUN_SECONDS: Final = 60.0
"""A prompt takes a tenth of a second; a program that is still busy after this has hung."""

_STATISTIC: Final = re.compile(r"^(\w[\w ]*?) {2,}(-?[\d.]+|-inf)", re.MULTILINE)
"""A line of the effect `stats` of sox: a name, and the value of all channels together."""

_RAW: Final = ("--bits", "16", "--encoding", "signed-integer", "--channels", "1", "--type", "raw")
"""How sox writes and reads samples as we hold them."""

HALF_AS_LOUD: Final = "-6"
"""Decibels: room for the peaks that a change of the rate adds; the level is set afterwards."""

LONGEST_SECONDS: Final = 600.0
"""No prompt is longer: a file of a few kilobytes may say that it holds a week of silence."""


class SoundProgramError(Exception):
    """A program could not make a sound; the message says why, in one sentence."""


class RefusedSoundError(SoundProgramError):
    """A program ran and would not have what it was given; the message repeats what it says."""


def not_installed(programs: Iterable[str]) -> list[str]:
    """Those of `programs` that the PATH does not have."""
    return [program for program in programs if shutil.which(program) is None]


def speak(text: str, voice: str) -> Sound:
    """A text spoken by a voice of espeak-ng.

    Raises:
        SoundProgramError: espeak-ng failed, or there is no such voice.
    """
    # The text goes through stdin: no shell sees it, and one that begins with - is no option.
    speaking = [ESPEAK, "-v", voice, "-s", str(WORDS_A_MINUTE), "-b", "1", "--stdin", "--stdout"]
    return _spoken(_run(speaking, text.encode("utf-8", errors="ignore")), ESPEAK)


def speak_with_model(text: str, model: Path) -> Sound:
    """A text spoken by a model of Piper.

    Raises:
        SoundProgramError: Piper failed.
    """
    # The module of our own Python, not the program `piper` of the PATH: a settings window for mice
    # has the same name (Debian's package piper). -P: nothing in the working folder passes for it.
    # A process for each prompt loads the model each time, but one that dies or hangs is one
    # prompt's fault, and none of our memory is at the mercy of a model.
    speaking = [sys.executable, "-P", "-m", PIPER, "-m", str(model.absolute()), "-f", "-"]
    return _spoken(_run(speaking, text.encode("utf-8", errors="ignore"), PIPER), PIPER)


def has_piper() -> bool:
    """Whether Piper is installed beside this program."""
    return find_spec(PIPER) is not None


def read(recording: Path, rate: int, longest: float = LONGEST_SECONDS) -> Sound:
    """A sound file of any kind that sox reads, in one channel, half as loud as it is.

    Args:
        recording: The file.
        rate: Samples a second to convert it to.
        longest: Seconds after which the rest of it is left unread.

    Raises:
        SoundProgramError: sox cannot read the file.
    """
    # An absolute path: sox takes a leading - for an option and a leading | for a command.
    effects = ["trim", "0", str(longest), "gain", HALF_AS_LOUD, "rate", str(rate)]
    command = [SOX, "-V1", "-D", str(recording.absolute()), *_RAW, "-", *effects]
    return Sound(array("h", _run(command)), rate)


@dataclass(frozen=True, slots=True)
class Peaks:
    """The loudest moments of a recording.

    Attributes:
        level: In decibels below full scale.
        flatness: How many samples in a row they stay at that level, in decibels.
    """

    level: float
    flatness: float


def peaks(recording: Path, longest: float) -> Peaks:
    """The peaks of a sound file as it was recorded, before anything is converted.

    Args:
        recording: The file.
        longest: Seconds after which the rest of it is left unread.

    Raises:
        SoundProgramError: sox cannot read the file.
    """
    command = [SOX, "-V1", str(recording.absolute()), "-n", "trim", "0", str(longest), "stats"]
    told = _completed(command).stderr.decode(errors="replace")
    found = dict(_STATISTIC.findall(told))
    try:
        return Peaks(float(found["Pk lev dB"]), float(found["Flat factor"]))
    except (KeyError, ValueError) as error:
        raise SoundProgramError(f"{SOX} does not tell its peaks") from error


def converted(sound: Sound, rate: int, gain: float) -> Sound:
    """A sound at another rate, `gain` decibels louder.

    Raises:
        SoundProgramError: sox failed.
    """
    # Half as loud while the rate changes, which adds to peaks; sox reckons in 32 bits meanwhile.
    louder = f"{gain - float(HALF_AS_LOUD):.3f}"
    effects = ["gain", HALF_AS_LOUD, "rate", str(rate), "gain", louder]
    command = [SOX, "-V1", "-D", *_RAW, "--rate", str(sound.rate), "-", *_RAW, "-", *effects]
    content = _run(command, sound.samples.tobytes())
    if not content:
        raise SoundProgramError(f"{SOX} gave no sound")
    return Sound(array("h", content), rate)


def _spoken(content: bytes, program: str) -> Sound:
    """The sound in a WAV file that comes through a pipe; its header cannot tell its length."""
    if not content:
        return Sound(array("h"), 1)
    try:
        with wave.open(io.BytesIO(content)) as file:
            if (file.getnchannels(), file.getsampwidth()) != (1, 2):
                raise SoundProgramError(f"{program} gave no sound of one channel and 16 bits")
            return Sound(array("h", file.readframes(file.getnframes())), file.getframerate())
    except (wave.Error, EOFError, ValueError) as error:
        raise SoundProgramError(f"{program} gave no whole sound ({error})") from error


def _run(command: Sequence[str], stdin: bytes = b"", name: str = "") -> bytes:
    """What a program writes to its standard output."""
    return _completed(command, stdin, name).stdout


def _completed(
    command: Sequence[str], stdin: bytes = b"", name: str = ""
) -> subprocess.CompletedProcess[bytes]:
    """A program that has been run, and has ended well within its time."""
    program = name or command[0]
    try:
        done = subprocess.run(
            command, input=stdin, capture_output=True, timeout=LONGEST_RUN_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise SoundProgramError(f"{program} was not done in {LONGEST_RUN_SECONDS:.0f} s") from None
    except OSError as error:
        raise SoundProgramError(f"{program} cannot be run: {error.strerror}") from error
    if done.returncode:
        raise RefusedSoundError(f"{program} says: {_last_line(done.stderr, done.returncode)}")
    return done


def _last_line(stderr: bytes, code: int) -> str:
    lines = stderr.decode("utf-8", errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else f"nothing, but ends with code {code}"
