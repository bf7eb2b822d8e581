"""What every AGI command is: quoting on the way out, strict reading on the way in.

Source: res_agi.c of Asterisk 16 to 22, `parse_args`.
"""

import re
from abc import ABC, abstractmethod
from functools import lru_cache
from typing import ClassVar, Final, Generic, TypeVar

from agi_server.protocol import LocalProtocolError, RemoteProtocolError, Reply

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

MAX_ARGUMENTS: Final = 122
"""Arguments of a command, whose own name is up to four words: 126 words in all. From the 128th on,
quoted words overwrite Asterisk's stack (parse_args)."""

LONGEST_PROMPT_SECONDS: Final = 600.0
"""How long a sound file may play: Asterisk does not tell its length beforehand."""

_VARIABLE: Final = re.compile(r"_{0,2}[A-Za-z][A-Za-z0-9_]*(\([A-Za-z0-9_,./-]*\))?", re.ASCII)
_KEYS: Final = re.compile(r"[0-9A-D*#]*", re.ASCII)
_NUMBER: Final = re.compile(r"-?\d{1,18}", re.ASCII)


class Command(ABC, Generic[T_co]):
    """One AGI command; `T_co` is what its reply means.

    A subclass is a frozen dataclass of its arguments. Its `decode` sees replies of code 200 only.
    """

    __slots__ = ()

    name: ClassVar[str]
    """The command's own words, as Asterisk lists them."""
    works_when_dead: ClassVar[bool] = False
    """Whether Asterisk still performs it after the caller has hung up."""
    may_show_usage: ClassVar[bool] = False
    """Whether `result=1` is followed by a 520 that nobody asked for."""

    @abstractmethod
    def decode(self, reply: Reply) -> T_co:
        """What a reply means.

        Raises:
            RemoteProtocolError: no Asterisk answers this command so.
        """

    def arguments(self) -> tuple[str, ...]:
        """The arguments in order, unquoted.

        Raises:
            LocalProtocolError: one of them may not be sent.
        """
        return ()

    def allowance(self) -> float | None:
        """Seconds that the command itself may take in Asterisk; None: as long as it likes."""
        return 0.0

    def encode(self) -> bytes:
        """The line for Asterisk, with its newline.

        Raises:
            LocalProtocolError: an argument cannot or may not be sent.
        """
        arguments = self.arguments()
        text = "".join(arguments)
        if "\n" in text or "\r" in text or "\0" in text:
            raise LocalProtocolError(f"{self.name}: no argument can hold a CR, LF or NUL")
        if len(arguments) > MAX_ARGUMENTS:
            raise LocalProtocolError(f"{self.name}: more than {MAX_ARGUMENTS} arguments")
        if '"' in text or "\\" in text:
            arguments = tuple(map(_escape, arguments))
        line = self.name + ' "' + '" "'.join(arguments) + '"' if arguments else self.name
        try:
            return (line + "\n").encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            raise LocalProtocolError(f"{self.name}: half a character in an argument") from None


def _escape(argument: str) -> str:
    r"""The argument as it stands between quotes: `\` makes the next byte literal, no more."""
    return argument.replace("\\", "\\\\").replace('"', '\\"')


@lru_cache(maxsize=1024)
def checked_variable(name: str) -> str:
    """The name of a variable or function, if it is nothing else.

    Raises:
        LocalProtocolError: it could be evaluated as something else.
    """
    if _VARIABLE.fullmatch(name) is None:
        raise LocalProtocolError(f"not the name of a variable: {name!r}")
    return name


def checked_keys(keys: str) -> str:
    """The keys, if they are keys.

    Raises:
        LocalProtocolError: they are not.
    """
    if not is_keys(keys):
        raise LocalProtocolError(f"not telephone keys: {keys!r}")
    return keys


def is_keys(keys: str) -> bool:
    """Whether all of them are keys that Asterisk can report, the rare A to D included."""
    return _KEYS.fullmatch(keys) is not None


def milliseconds(seconds: float) -> str:
    """A time limit as Asterisk wants it: 0 and less would mean something else to it.

    Raises:
        LocalProtocolError: it is not positive.
    """
    limit = round(seconds * 1000)
    if limit < 1:
        raise LocalProtocolError(f"a time limit must be positive, not {seconds} s")
    return str(limit)


def unreadable(command: Command[T], reply: Reply) -> RemoteProtocolError:
    """The error for a reply that this command never gets."""
    return RemoteProtocolError(f"no reply to {command.name}: {reply.result!r} {reply.data[:60]!r}")


def number(command: Command[T], reply: Reply) -> int:
    """The result as a number."""
    if _NUMBER.fullmatch(reply.result) is None:
        raise unreadable(command, reply)
    return int(reply.result)


def expect(command: Command[T], reply: Reply, *results: str) -> str:
    """The result, if it is one of `results`."""
    if reply.result not in results:
        raise unreadable(command, reply)
    return reply.result


def text(command: Command[T], reply: Reply) -> str | None:
    """The text of `1 (text)`, None for `0`.

    The text ends at the last `)`. One that holds a newline arrives cut, and its rest is out of
    step: `GetUntrusted` is for such.
    """
    if expect(command, reply, "0", "1") == "0":
        return None
    if not (reply.data.startswith("(") and reply.data.endswith(")")):
        raise unreadable(command, reply)
    return reply.data[1:-1]


def key(command: Command[T], reply: Reply) -> str:
    """The key whose character code is the result."""
    code = number(command, reply)
    pressed = chr(code) if 0 < code < 128 else ""  # noqa: PLR2004  the end of ASCII
    if not pressed or not is_keys(pressed):
        raise unreadable(command, reply)
    return pressed
