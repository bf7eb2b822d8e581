"""Commands that read and write channel variables and dialplan functions."""

from dataclasses import dataclass
from typing import ClassVar, Final
from urllib.parse import unquote_to_bytes

from agi_server.commands.base import Command, checked_variable, expect, text, unreadable
from agi_server.commands.checking import given
from agi_server.protocol import RemoteProtocolError, Reply

CUT_AT_BYTES: Final = 1_023
"""GET VARIABLE hands out no more of a value (handle_getvariable, `tempstr`)."""

COLON: Final = "\x1f\x1e\x1f"
"""Stands for `:` in what `GetUntrusted` reads: see there."""


@dataclass(frozen=True, slots=True)
class SetVariable(Command[None]):
    """Set a channel variable, or write a dialplan function such as `CHANNEL(language)`.

    Asterisk answers 1 whatever happens, also for a function that it does not have.
    """

    variable: str
    value: str

    name: ClassVar[str] = "SET VARIABLE"
    works_when_dead: ClassVar[bool] = True

    def arguments(self) -> tuple[str, str]:
        """The variable's name and the value, which Asterisk stores as it is."""
        return checked_variable(self.variable), self.value

    def decode(self, reply: Reply) -> None:
        """`1` (handle_setvariable)."""
        expect(self, reply, "1")


@dataclass(frozen=True, slots=True)
class VariableValue:
    """A value as GET VARIABLE gave it: `text` is None when there is no such variable.

    `may_be_cut`: it is as long as GET VARIABLE's longest answer, so there may be more of it.
    """

    text: str | None
    may_be_cut: bool = False


@dataclass(frozen=True, slots=True)
class GetVariable(Command[VariableValue]):
    """Read a variable or function whose value we or the dialplan made: short, without newline.

    What a caller may have chosen must be read by `GetUntrusted`.
    """

    variable: str

    name: ClassVar[str] = "GET VARIABLE"
    works_when_dead: ClassVar[bool] = True

    def arguments(self) -> tuple[str]:
        """The variable's name."""
        return (checked_variable(self.variable),)

    def decode(self, reply: Reply) -> VariableValue:
        """`1 (value)` or `0` (handle_getvariable)."""
        value = text(self, reply)
        if value is None:
            return VariableValue(None)
        size = len(value.encode("utf-8", "surrogateescape"))
        return VariableValue(value, may_be_cut=size >= CUT_AT_BYTES)


@dataclass(frozen=True, slots=True)
class GetFullVariable(Command[str | None]):
    """Read a variable or function of any length, without newline; empty when there is none.

    It is this channel's, or that of the channel named `channel` (its name or unique id); None:
    there is no channel of that name.

    The expression is made here of a checked name: nothing else may reach this command, because
    Asterisk evaluates what it is given.
    """

    variable: str
    channel: str | None = None

    name: ClassVar[str] = "GET FULL VARIABLE"
    works_when_dead: ClassVar[bool] = True

    def arguments(self) -> tuple[str, ...]:
        """The expression `${variable}`, and the channel where one is named."""
        return "${" + checked_variable(self.variable) + "}", *given(self.channel)

    def decode(self, reply: Reply) -> str | None:
        """`1 (text)`, or `0` (handle_getvariablefull).

        `0` is also an Asterisk without memory: without a channel's name that is an error.
        """
        value = text(self, reply)
        if value is None and self.channel is None:
            raise unreadable(self, reply)
        return value


@dataclass(frozen=True, slots=True)
class GetUntrusted(Command[str]):
    """Read a value that a stranger may have chosen: whole, whatever it holds.

    Asterisk encodes it (func_uri.c), so that a newline in it cannot forge a reply. A plain
    `${URIENCODE(${X})}` is not enough: after the inner value is in its place, Asterisk looks
    for `:offset:length` outside parentheses (parse_variable_name), and a value such as `):1`
    garbles the answer. So STRREPLACE, which takes the variable by its name, first replaces each
    colon by `COLON`, which is turned back here; a value that holds those three control bytes
    itself comes back with a colon in their place. The `x` keeps the argument from being empty,
    which URIENCODE would complain about in Asterisk's log. BASE64_ENCODE would be shorter, but
    Asterisk 16 cuts its result here.
    """

    variable: str

    name: ClassVar[str] = "GET FULL VARIABLE"
    works_when_dead: ClassVar[bool] = True

    def arguments(self) -> tuple[str]:
        """The expression that has the value encoded."""
        variable = checked_variable(self.variable)
        return (f"${{URIENCODE(x${{STRREPLACE({variable},:,{COLON})}})}}",)

    def decode(self, reply: Reply) -> str:
        """`1 (x…)`: the value, unescaped, as UTF-8 with `surrogateescape`; empty when unset."""
        encoded = text(self, reply)
        if not encoded:
            raise RemoteProtocolError(
                "Asterisk did not encode a variable: load its modules func_uri and func_strings"
            )
        value = unquote_to_bytes(encoded.encode("utf-8", "surrogateescape"))
        if not value.startswith(b"x"):
            raise unreadable(self, reply)
        return value[1:].decode("utf-8", "surrogateescape").replace(COLON, ":")
