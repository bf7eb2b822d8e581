"""A running Asterisk, asked through its own command: `asterisk -rx "..."`."""

import getpass
import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from agi_server.cli.errors import CannotRunError

ANSWER_SECONDS: Final = 30.0
"""How long Asterisk may take to answer: reloading a large dialplan takes it seconds."""

_SOCKET: Final = re.compile(r"\(does (\S+) exist\?\)")


class NoAsteriskError(Exception):
    """Asterisk could not be asked; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class AsteriskCommand:
    """The command line of Asterisk.

    Attributes:
        words: The program, and arguments that stand before `-rx`.
    """

    words: tuple[str, ...]

    @classmethod
    def of(cls, line: str) -> Self:
        """The command that a line names, as a shell splits it. Raises CannotRunError."""
        try:
            words = tuple(shlex.split(line))
        except ValueError as error:
            raise CannotRunError(f"{line!r} is not a command line: {error}") from None
        if not words:
            raise CannotRunError("the command line of Asterisk is empty: write, say, asterisk")
        return cls(words)

    def rx(self, command: str) -> str:
        """Run a command of Asterisk's command line, and return what it prints.

        Raises:
            NoAsteriskError: Asterisk could not be asked.
        """
        try:
            done = subprocess.run(
                [*self.words, "-rx", command],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=ANSWER_SECONDS,
                check=False,
            )
        except OSError as error:
            raise NoAsteriskError(
                f"{self.words[0]} cannot be run here ({error.strerror}): name the command by "
                "which this machine reaches Asterisk with --asterisk-command, or in"
                " RAHYAB_ASTERISK_COMMAND"
            ) from None
        except subprocess.TimeoutExpired:
            raise NoAsteriskError(
                f"Asterisk did not answer {command!r} within {ANSWER_SECONDS:.0f} seconds: "
                "see what it is busy with"
            ) from None
        # What stands in channels and names of other sites need not be UTF-8.
        printed, said = (each.decode(errors="replace") for each in (done.stdout, done.stderr))
        if done.returncode:
            raise NoAsteriskError(_refusal(" ".join(self.words), said or printed))
        if printed.startswith("No such command"):
            raise NoAsteriskError(
                f"Asterisk does not know {command!r}: load app_queue.so and pbx_config.so in"
                " modules.conf"
            )
        return printed


def _refusal(command: str, said: str) -> str:
    last = (said.strip().splitlines() or ["no reason was given"])[-1]
    told = f"`{command} -rx` failed: {last}"
    named = _SOCKET.search(last)
    if named is None:
        return f"{told}; see that Asterisk runs, and that this user may speak to it"
    socket = Path(named[1])
    try:
        closed = socket.exists() and not os.access(socket, os.W_OK)
    except PermissionError:
        closed = True
    if closed:
        return (
            f"{told}; {getpass.getuser()} may not open it: run this as root or as Asterisk's own "
            "user, or let it in (astctlpermissions and astctlgroup in asterisk.conf)"
        )
    return f"{told}; start Asterisk, or run this on the machine where it runs"
