"""Playing a sound file by a program of this machine."""

import shlex
import subprocess
from typing import Final

import click

from agi_server.cli.errors import CannotRunError

player_option: Final = click.option(
    "--with", "player", metavar="PROGRAM", help="As in `aplay`; it gets the file's path."
)


def play(player: str | None, path: str) -> None:
    """Play the file at `path` by the program of `--with`, if one is named.

    Raises:
        CannotRunError: The program is not there, or did not play it.
    """
    if player is None:
        return
    try:
        subprocess.run([*shlex.split(player), path], check=True)
    except (OSError, ValueError, subprocess.CalledProcessError, IndexError) as error:
        raise CannotRunError(
            f"The player did not play it ({error}): try another with --with"
        ) from None
