"""The two programs that make sound: espeak-ng speaks a text, sox reads any sound file.

Both give samples through a pipe, and we write the file: espeak-ng ends with success after it could
not write (a full disk), and only the writer can tell that a file is whole.
"""

import shutil
import subprocess
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from agi_server.sound_samples import Samples

ESPEAK: Final = "espeak-ng"
SOX: Final = "sox"

WORDS_A_MINUTE: Final = 155
"""Slower than the voice's own 175: callers hear a prompt once, over a telephone."""

LONGEST_RUN_SECONDS: Final = 60.0
"""A prompt takes a tenth of a second; a program that is still busy after this has hung."""

_HEADROOM_DB: Final = "-6"
"""Room for the peaks that resampling adds; the level is set afterwards."""


class SoundProgramError(Exception):
    """A program could not make a sound; the message says why, in one sentence."""


def not_installed(programs: Iterable[str]) -> list[str]:
    """Those of `programs` that the PATH does not have."""
    return [program for program in programs if shutil.which(program) is None]


def speak(text: str, voice: str, rate: int) -> Samples:
    """The samples of `text` spoken by a voice of espeak-ng.

    Raises:
        SoundProgramError: espeak-ng or sox failed, or there is no such voice.
    """
    # The text goes through stdin: no shell sees it, and one that begins with - is no option.
    speaking = [ESPEAK, "-v", voice, "-s", str(WORDS_A_MINUTE), "-b", "1", "--stdin", "--stdout"]
    spoken = _run(speaking, text.encode("utf-8", errors="ignore"))
    if not spoken:
        return array("h")
    return _samples(["--ignore-length", "--type", "wav", "-"], rate, spoken)


def read(recording: Path, rate: int) -> Samples:
    """The samples of a sound file of any kind that sox reads.

    Raises:
        SoundProgramError: sox cannot read the file.
    """
    # An absolute path: sox takes a leading - for an option and a leading | for a command.
    return _samples([str(recording.absolute())], rate)


def _samples(source: Sequence[str], rate: int, stdin: bytes = b"") -> Samples:
    """Have sox turn `source` into one channel of 16-bit samples at `rate`."""
    wanted = ["--bits", "16", "--encoding", "signed-integer", "--channels", "1", "--type", "raw"]
    command = [SOX, "-V1", "-D", *source, *wanted, "-", "gain", _HEADROOM_DB, "rate", str(rate)]
    return array("h", _run(command, stdin))


def _run(command: Sequence[str], stdin: bytes) -> bytes:
    program = command[0]
    try:
        done = subprocess.run(
            command, input=stdin, capture_output=True, timeout=LONGEST_RUN_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise SoundProgramError(f"{program} was not done in {LONGEST_RUN_SECONDS:.0f} s") from None
    except OSError as error:
        raise SoundProgramError(f"{program} cannot be run: {error.strerror}") from error
    if done.returncode:
        raise SoundProgramError(f"{program} says: {_last_line(done.stderr, done.returncode)}")
    return done.stdout


def _last_line(stderr: bytes, code: int) -> str:
    lines = stderr.decode("utf-8", errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else f"nothing, but ends with code {code}"
