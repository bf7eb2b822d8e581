"""Playing a sound file by a program of this machine."""

import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

import click

from agi_server.cli.errors import CannotRunError

PLAYERS: Final = (("aplay", "-q"), ("paplay",), ("afplay",), ("play", "-q"))
"""What plays where nobody names a program, the likeliest first: of ALSA, of PulseAudio, of macOS,
of sox."""

player_option: Final = click.option(
    "--with",
    "player",
    metavar="PROGRAM",
    help="As in `aplay`; it gets the file's path.  [default: one that is installed]",
)


def play(player: str | None, path: str) -> None:
    """Play the file at `path` by the program of `--with`.

    If none is named, one that is installed plays it; but only where somebody sits at a terminal: a
    program that reads the path does not want to hear it. Where nothing plays, it says so.

    Raises:
        CannotRunError: The program is not there, or did not play it.
    """
    try:
        command = _installed() if player is None else shlex.split(player)
        if command is None:
            click.echo("It is not played: name a program with --with, as in --with aplay", err=True)
            return
        subprocess.run([*command, path], check=True)
    except (OSError, ValueError, subprocess.CalledProcessError, IndexError) as error:
        raise CannotRunError(
            f"The player did not play it ({error}): try another with --with"
        ) from None


def _installed() -> Sequence[str] | None:
    """The first of `PLAYERS` that is installed; None away from a terminal."""
    if not sys.stdout.isatty():
        return None
    return next((each for each in PLAYERS if shutil.which(each[0]) is not None), None)
