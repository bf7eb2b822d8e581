"""Commands that run dialplan applications, and those that only speak to Asterisk."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from agi_server.commands.base import Command, expect, number
from agi_server.commands.checking import LARGEST_INT, checked_integer, checked_part
from agi_server.protocol import LocalProtocolError, Reply

NO_SUCH_APPLICATION: Final = -2
"""What EXEC returns for an application that is not loaded."""

_APPLICATION: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Exec(Command[int]):
    """Run a dialplan application; the result is the application's own.

    `options` are joined by commas. A part that holds a comma, quote, backslash or a bracket that is
    not closed would be read as something else by the application, and `${` or `$[` be evaluated
    under AGIEXECFULL: refused. No text of a caller belongs here at all.
    """

    application: str
    options: tuple[str, ...] = ()

    name: ClassVar[str] = "EXEC"
    works_when_dead: ClassVar[bool] = True
    may_show_usage: ClassVar[bool] = True

    def arguments(self) -> tuple[str, str]:
        """The application and its options, in one word even when there are none.

        Without that word, AGIEXECFULL would have Asterisk evaluate a null pointer (handle_exec).
        """
        if _APPLICATION.fullmatch(self.application) is None:
            raise LocalProtocolError(f"not the name of an application: {self.application!r}")
        where = f"EXEC {self.application}"
        return self.application, ",".join([checked_part(where, part) for part in self.options])

    def allowance(self) -> None:
        """An application may take as long as it likes; a hang-up ends it."""
        return

    def decode(self, reply: Reply) -> int:
        """The application's return; `NO_SUCH_APPLICATION` when there is none (handle_exec)."""
        return number(self, reply)


@dataclass(frozen=True, slots=True)
class Verbose(Command[None]):
    """Write a message to Asterisk's console and log, shown from verbosity `level` on."""

    message: str
    level: int = 1

    name: ClassVar[str] = "VERBOSE"
    works_when_dead: ClassVar[bool] = True

    def arguments(self) -> tuple[str, str]:
        """The message and the level."""
        return self.message, checked_integer("a level", self.level, 0, LARGEST_INT)

    def decode(self, reply: Reply) -> None:
        """`1` (handle_verbose)."""
        expect(self, reply, "1")


@dataclass(frozen=True, slots=True)
class Noop(Command[None]):
    """Do nothing: a reply shows that Asterisk is there and in step."""

    name: ClassVar[str] = "NOOP"
    works_when_dead: ClassVar[bool] = True

    def decode(self, reply: Reply) -> None:
        """`0` (handle_noop)."""
        expect(self, reply, "0")
