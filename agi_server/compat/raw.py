"""Commands that the typed ones refuse or do not know, as pyst2's scripts may write them.

They go over the same encoder as all others: every word is quoted, and what cannot be quoted is
refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, TypeAlias

from agi_server.commands import (
    COMMANDS,
    Command,
    Digits,
    Exec,
    GetData,
    NotRecorded,
    Recorded,
    RecordFile,
)
from agi_server.commands.base import text
from agi_server.commands.checking import checked_part
from agi_server.commands.collecting import DataFailed
from agi_server.compat.pyst2 import AGIInvalidCommand, AGIUsageError
from agi_server.protocol import LocalProtocolError, Reply
from agi_server.testing import split_words

Result: TypeAlias = dict[str, tuple[str, str]]
"""What pyst2's `execute` returns: `{"result": ("1", "value"), "endpos": ("8000", "")}`."""

_VALUES: Final = frozenset(
    ("GET VARIABLE", "GET FULL VARIABLE", "DATABASE GET", "RECEIVE TEXT"),
)
"""Commands that answer a text in brackets: there `(hangup)` is somebody's text."""

_MOST_WORDS_OF_EXEC: Final = 2


class Raw(Command[Reply]):
    """A command in the words of a script; its reply, uninterpreted."""

    __slots__ = ("_words",)

    def __init__(self, words: tuple[str, ...]) -> None:
        self._words = words

    def arguments(self) -> tuple[str, ...]:
        """The words behind the command's name."""
        return self._words

    def allowance(self) -> None:
        """As long as Asterisk likes: nobody knows what the words ask for. A hang-up ends it."""
        return

    def decode(self, reply: Reply) -> Reply:
        """The reply."""
        return reply


@dataclass(frozen=True, slots=True)
class ExecAsWritten(Command[Reply]):
    """EXEC with its options in one text, commas and brackets included; the reply, uninterpreted.

    What `Exec` refuses in a part is refused here too, but for the commas.
    """

    application: str
    options: str = ""

    name: ClassVar[str] = Exec.name
    works_when_dead: ClassVar[bool] = Exec.works_when_dead
    may_show_usage: ClassVar[bool] = Exec.may_show_usage

    def arguments(self) -> tuple[str, str]:
        """The application and its options."""
        application, _ = Exec(self.application).arguments()
        checked_part(f"EXEC {application}", self.options.replace(",", " "))
        return application, self.options

    def allowance(self) -> None:
        """An application may take as long as it likes; a hang-up ends it."""
        return

    def decode(self, reply: Reply) -> Reply:
        """The reply."""
        return reply


@dataclass(frozen=True, slots=True)
class GetDataAsWritten(Command[Digits | DataFailed]):
    """GET DATA with a time limit in milliseconds as Asterisk reads it.

    0 is Asterisk's own limits, 6 seconds to the first key and 2 between keys; below 0 there is no
    limit (ast_app_getdata).
    """

    file: str
    milliseconds: int
    max_digits: int

    name: ClassVar[str] = GetData.name

    def arguments(self) -> tuple[str, str, str]:
        """The file, milliseconds, the number of digits."""
        file, _, longest = GetData(self.file, 1.0, self.max_digits).arguments()
        return file, str(self.milliseconds), longest

    def allowance(self) -> None:
        """No limit: with 0 the prompt and the caller set it."""
        return

    def decode(self, reply: Reply) -> Digits | DataFailed:
        """As `GetData`."""
        return GetData(self.file, 1.0, self.max_digits).decode(reply)


@dataclass(frozen=True, slots=True)
class RecordAsWritten(Command[Recorded | NotRecorded]):
    """RECORD FILE in any format that Asterisk has; `milliseconds` below 0: without a limit.

    The length that its outcome tells is that of 8,000 samples a second.
    """

    file: str
    extension: str
    milliseconds: int
    escape_digits: str
    offset_samples: int
    beep: bool
    silence_seconds: int

    name: ClassVar[str] = RecordFile.name

    def arguments(self) -> tuple[str, ...]:
        """As `RecordFile`."""
        if not (self.extension.isascii() and self.extension.isalnum()):
            raise LocalProtocolError(f"RECORD FILE: not a format: {self.extension!r}")
        file, _, keys, _, *rest = self._typed().arguments()
        return file, self.extension, keys, str(max(self.milliseconds, -1)), *rest

    def allowance(self) -> float | None:
        """The whole length and the beep."""
        return self._typed().allowance() if self.milliseconds > 0 else None

    def decode(self, reply: Reply) -> Recorded | NotRecorded:
        """As `RecordFile`."""
        return self._typed().decode(reply)

    def _typed(self) -> RecordFile:
        return RecordFile(
            self.file,
            max(self.milliseconds, 1) / 1000,
            self.escape_digits,
            self.silence_seconds,
            self.beep,
            offset_samples=self.offset_samples,
        )


@dataclass(frozen=True, slots=True)
class GetExpression(Command[str]):
    """GET FULL VARIABLE with an expression of the script's own, which Asterisk evaluates.

    Empty when there is no channel of that name. A value that holds a newline ends the session.
    """

    expression: str
    channel: str | None = None

    name: ClassVar[str] = "GET FULL VARIABLE"
    works_when_dead: ClassVar[bool] = True

    def arguments(self) -> tuple[str, ...]:
        """The expression, and the channel where one is named."""
        return (self.expression,) if self.channel is None else (self.expression, self.channel)

    def decode(self, reply: Reply) -> str:
        """`1 (text)`, or `0` (handle_getvariablefull)."""
        return text(self, reply) or ""


def _raw_form(typed: type[Command[object]]) -> type[Raw]:
    """The class of raw commands of the same name as a typed one."""

    class RawForm(Raw):
        __slots__ = ()
        name: ClassVar[str] = typed.name
        works_when_dead: ClassVar[bool] = typed.works_when_dead
        may_show_usage: ClassVar[bool] = typed.may_show_usage

    return RawForm


_FORMS: Final[Mapping[str, type[Raw]]] = {typed.name: _raw_form(typed) for typed in COMMANDS}


def command_of_line(line: str) -> Raw | ExecAsWritten:
    """The command of a line as pyst2 writes it, cut into words as Asterisk does.

    Raises:
        AGIUsageError: the line is more than one, or EXEC is given more than it takes.
        AGIInvalidCommand: Asterisk has no such command.
    """
    if "\n" in line or "\r" in line or "\0" in line:
        raise AGIUsageError(f"no command can hold a CR, LF or NUL; nothing was sent: {line!r}")
    words = split_words(line)
    for length in (4, 3, 2, 1):
        form = _FORMS.get(" ".join(words[:length]).upper())
        if form is not None:
            arguments = tuple(words[length:])
            return _exec(arguments) if form.name == Exec.name else form(arguments)
    raise AGIInvalidCommand(f"Asterisk has no such command; nothing was sent: {line!r}")


def _exec(words: tuple[str, ...]) -> ExecAsWritten:
    if not 1 <= len(words) <= _MOST_WORDS_OF_EXEC:
        raise AGIUsageError(
            f"EXEC takes an application and one word of options, not {list(words)}: "
            "put commas between options, and quotes around what holds blanks"
        )
    return ExecAsWritten(*words)


def result_of(name: str, reply: Reply) -> tuple[Result, bool]:
    """The reply to the command `name` as pyst2 takes it apart, and whether it tells a hang-up."""
    text_end = reply.data.rfind(")") if reply.data.startswith("(") else -1
    inner, rest = reply.data[1 : max(text_end, 1)], reply.data[text_end + 1 :]
    result: Result = {"result": (reply.result, inner if reply.result and text_end > 0 else "")}
    for part in rest.split():
        key, equals, value = part.partition("=")
        if equals and value and key != "result":
            result[key] = (value, "")
    return result, inner == "hangup" and name not in _VALUES
