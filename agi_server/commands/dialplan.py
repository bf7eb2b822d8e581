"""Commands about where the dialplan goes on, and the one that runs a part of it at once."""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Final

from agi_server.commands.base import Command, expect, unreadable
from agi_server.commands.checking import checked_part, checked_place, checked_priority
from agi_server.protocol import LocalProtocolError, Reply

MAX_SUBROUTINE_ARGUMENTS: Final = 100
"""Asterisk leaves further ones in the last (gosub_exec)."""


@dataclass(frozen=True, slots=True)
class SetContext(Command[None]):
    """Have the dialplan go on in another context once this session is over.

    Nothing checks that it is there (ask `DIALPLAN_EXISTS` first). Set context, extension and
    priority, all three: with the first two alone it goes on at the priority after this one.
    """

    context: str

    name: ClassVar[str] = "SET CONTEXT"

    def arguments(self) -> tuple[str]:
        """The context."""
        return (checked_place("a context", self.context),)

    def decode(self, reply: Reply) -> None:
        """`0` (handle_setcontext)."""
        expect(self, reply, "0")


@dataclass(frozen=True, slots=True)
class SetExtension(Command[None]):
    """Have the dialplan go on at another extension; see `SetContext`."""

    extension: str

    name: ClassVar[str] = "SET EXTENSION"

    def arguments(self) -> tuple[str]:
        """The extension."""
        return (checked_place("an extension", self.extension),)

    def decode(self, reply: Reply) -> None:
        """`0` (handle_setextension)."""
        expect(self, reply, "0")


@dataclass(frozen=True, slots=True)
class SetPriority(Command[None]):
    """Have the dialplan go on at another priority: a number, or a label; see `SetContext`.

    A number is not checked. A label is looked up at once, in the context and extension set so far;
    Asterisk answers an unknown one with its usage text (520).
    """

    priority: int | str

    name: ClassVar[str] = "SET PRIORITY"

    def arguments(self) -> tuple[str]:
        """The priority."""
        return (checked_priority(self.priority),)

    def decode(self, reply: Reply) -> None:
        """`0` (handle_setpriority)."""
        expect(self, reply, "0")


class SubroutineEnd(Enum):
    """How a GOSUB ended (handle_gosub)."""

    RETURNED = ("0", "Gosub complete")
    """By Return; what it returned is in GOSUB_RETVAL."""
    LEFT = ("0", "Gosub complete (abnormal exit)")
    """It went elsewhere and ended there, or the caller hung up in it."""
    NOT_FOUND = ("-1", "Gosub label not found")
    """There is no such place. The session will end in `AGISTATUS=FAILURE`."""
    FAILED = ("-1", "Gosub failed")


@dataclass(frozen=True, slots=True)
class Gosub(Command[SubroutineEnd]):
    """Run a subroutine of the dialplan and wait for its end.

    `subroutine_arguments` become ARG1, ARG2… there; Asterisk cuts them apart at commas, so what
    would be cut elsewhere is refused, and expressions are too. A value that a caller chose belongs
    in a variable.
    """

    context: str
    extension: str
    priority: int | str
    subroutine_arguments: tuple[str, ...] = ()

    name: ClassVar[str] = "GOSUB"

    def arguments(self) -> tuple[str, ...]:
        """Context, extension, priority, and the subroutine's arguments in one word."""
        if len(self.subroutine_arguments) > MAX_SUBROUTINE_ARGUMENTS:
            raise LocalProtocolError(f"GOSUB: more than {MAX_SUBROUTINE_ARGUMENTS} arguments")
        place = (
            checked_place("a context", self.context),
            checked_place("an extension", self.extension),
            checked_priority(self.priority),
        )
        parts = [checked_part("GOSUB", part) for part in self.subroutine_arguments]
        return (*place, ",".join(parts)) if parts else place

    def allowance(self) -> None:
        """A subroutine may take as long as it likes; a hang-up ends it."""
        return

    def decode(self, reply: Reply) -> SubroutineEnd:
        """`0` or `-1` and a sentence (handle_gosub); a `100` before it is skipped long before."""
        try:
            return SubroutineEnd((reply.result, reply.data))
        except ValueError:
            raise unreadable(self, reply) from None


@dataclass(frozen=True, slots=True)
class AsyncAgiBreak(Command[None]):
    """End an AsyncAGI session. In FastAGI it does nothing: to end that, the server closes."""

    name: ClassVar[str] = "ASYNCAGI BREAK"
    works_when_dead: ClassVar[bool] = True

    def decode(self, reply: Reply) -> None:
        """`0` (handle_asyncagi_break)."""
        expect(self, reply, "0")
