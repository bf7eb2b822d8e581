"""What must hold for any bytes: one function that a fuzzer calls, and an ordinary test replays.

An input is a byte that says what is tried (`KINDS`), and what to try:

- `w`: a command line; the fake's splitting into words against the reference's;
- `e`: a conversation from its first byte on;
- `c`: a conversation behind a good environment.

A conversation has a head of its own, so that the fuzzer decides how the bytes are split and which
commands are asked: the first command, the step to the next one, how often the last piece comes
(below `REPEAT_FROM`: once), how many pieces there are before the last, and their lengths.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from sys import getsizeof
from typing import Final, TypeAlias

from agi_server.commands import (
    COMMANDS,
    Command,
    DatabaseDel,
    DatabaseDelTree,
    DatabaseGet,
    DatabasePut,
    Exec,
    GetData,
    GetFullVariable,
    GetOption,
    GetUntrusted,
    GetVariable,
    Gosub,
    ReceiveChar,
    ReceiveText,
    RecordFile,
    SayAlpha,
    SayDate,
    SayDatetime,
    SayDigits,
    SayNumber,
    SayPhonetic,
    SayTime,
    SendImage,
    SendText,
    SetAutoHangup,
    SetCallerId,
    SetContext,
    SetExtension,
    SetMusic,
    SetPriority,
    SetVariable,
    SpeechActivateGrammar,
    SpeechDeactivateGrammar,
    SpeechLoadGrammar,
    SpeechRecognize,
    SpeechSet,
    SpeechUnloadGrammar,
    StreamFile,
    TddMode,
    TddSetting,
    Verbose,
    WaitForDigit,
)
from agi_server.commands.prompts import ControlStreamFile
from agi_server.environment import MAX_ENVIRONMENT_BYTES
from agi_server.protocol import (
    MAX_ASIDES,
    MAX_LINE_BYTES,
    SUCCESS,
    Environment,
    Event,
    LocalProtocolError,
    Machine,
    RemoteProtocolError,
    Reply,
    Signal,
)
from agi_server.testing.words import split_words
from tests.asterisk_words import MAX_ARGS, split_as_asterisk

ENVIRONMENT: Final = (
    b"agi_network: yes\nagi_network_script: x\nagi_version: 22.10.1\nagi_threadid: 7\n\n"
)

_WITH_ARGUMENTS: Final[tuple[Command[object], ...]] = (
    ControlStreamFile("f"),
    DatabaseDel("f", "k"),
    DatabaseDelTree("f"),
    DatabaseGet("f", "k"),
    DatabasePut("f", "k", "v"),
    Exec("Dial", ("PJSIP/1",)),
    GetData("f", 5, 4),
    GetFullVariable("NAME"),
    GetOption("f", "12", 5),
    GetUntrusted("NAME"),
    GetVariable("NAME"),
    Gosub("c", "e", 1),
    ReceiveChar(5),
    ReceiveText(5),
    RecordFile("f", 5),
    SayAlpha("a"),
    SayDate(1),
    SayDatetime(1),
    SayDigits("1"),
    SayNumber(1),
    SayPhonetic("a"),
    SayTime(1),
    SendImage("i"),
    SendText("t"),
    SetAutoHangup(5),
    SetCallerId("1"),
    SetContext("c"),
    SetExtension("e"),
    SetMusic(on=True),
    SetPriority(1),
    SetVariable("NAME", "v"),
    SpeechActivateGrammar("g"),
    SpeechDeactivateGrammar("g"),
    SpeechLoadGrammar("g", "p"),
    SpeechRecognize("f", 5),
    SpeechSet("s", "v"),
    SpeechUnloadGrammar("g"),
    StreamFile("f"),
    TddMode(TddSetting.ON),
    Verbose("m"),
    WaitForDigit(5),
)
_KINDS_WITH_ARGUMENTS: Final = frozenset(map(type, _WITH_ARGUMENTS))
EXAMPLES: Final[tuple[Command[object], ...]] = (
    *_WITH_ARGUMENTS,
    *(kind() for kind in COMMANDS if kind not in _KINDS_WITH_ARGUMENTS),
)
"""One of each command, asked in turn."""

REPEAT_FROM: Final = 192
"""The last piece comes more often than once from this value of its byte on."""
MOST_REPEATED: Final = MAX_LINE_BYTES + 16 * 1024
"""Bytes that repeating makes of a piece, about: beyond every limit."""
CHUNK: Final = MAX_LINE_BYTES + 8 * 1024
"""The most of them that come at once; uvloop reads more than a whole line may have."""
FEW: Final = 1_024
"""Conversations up to this length are also played byte by byte."""
HELD_AT_MOST: Final = 8 * MAX_ENVIRONMENT_BYTES
"""Bytes that a machine and its events may hold, beside what has just come: a character takes up
to four bytes in Python, and one line of a text about fifty more."""

Told: TypeAlias = Event | str
"""An event, what a reply means, or the error, as text."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a peer says, in pieces, and what it is asked meanwhile."""

    pieces: tuple[bytes, ...]
    first: int = 0
    step: int = 1

    def command(self, number: int) -> Command[object]:
        """What is asked as number `number`."""
        return EXAMPLES[(self.first + number * self.step) % len(EXAMPLES)]


class Player:
    """Plays a conversation, and checks on the way."""

    def __init__(self, conversation: Conversation, *, late: bool) -> None:
        """Make it.

        Args:
            conversation: What to play.
            late: Whether the next command is sent when all that has come is read, as by a handler
                that must be woken up, and not at once.
        """
        self._conversation = conversation
        self._late = late
        self._machine = Machine()
        self._sent: Command[object] | None = None
        self._asked = 0
        self._hang_ups = 0
        self.told: list[Told] = []

    def play(self) -> list[Told]:
        """What comes of it."""
        for piece in self._conversation.pieces:
            reply = self._machine.receive_reply(piece)
            if reply is not None:
                self._take(reply)
            alive = self._drain()
            self._check_memory(len(piece))
            if not alive:
                return self.told
            self._ask()
        self._machine.receive_eof()
        self._drain()
        return self.told

    def _drain(self) -> bool:
        """Read all events; whether there may be more."""
        try:
            while (event := self._machine.next_event()) is not Signal.NEED_DATA:
                self._take(event)
                if event is Signal.END:
                    assert self._machine.next_event() is Signal.END
                    return False
        except RemoteProtocolError as error:
            self._check_broken(error)
            return False
        return True

    def _take(self, event: Event) -> None:
        if event is not Signal.END:
            assert isinstance(event, Environment) == (not self.told), "the environment comes first"
        self.told.append(event)
        if isinstance(event, Reply):
            assert self._sent is not None, "a reply to nothing"
            self.told.append(meaning(self._sent, event))
            self._sent, self._hang_ups = None, 0
        elif event is Signal.HANGUP:
            self._hang_ups += 1
            assert self._hang_ups <= MAX_ASIDES
        if not self._late and event is not Signal.END:
            self._ask()

    def _ask(self) -> None:
        if self.told and not self._machine.busy:
            self._sent = self._conversation.command(self._asked)
            self._asked += 1
            self._machine.send(self._sent)

    def _check_broken(self, error: RemoteProtocolError) -> None:
        """After its one error a machine does nothing more."""
        self.told.append(str(error))
        self._machine.receive_data(b"200 result=1\n")
        assert raises(RemoteProtocolError, self._machine.next_event) == str(error)
        raises(LocalProtocolError, lambda: self._machine.send(EXAMPLES[0]))

    def _check_memory(self, came: int) -> None:
        machine = self._machine
        held = getsizeof(machine._buffer) + sum(map(getsizeof, machine._usage or ()))
        held += sum(size_of(told) for told in self.told[-2:])
        assert held <= HELD_AT_MOST + 2 * came, f"{held} bytes are held"


def check(data: bytes) -> None:
    """Try one input.

    Raises:
        AssertionError: something does not hold.
        Exception: what the code under test may not raise.
    """
    kind = KINDS.get(data[:1])
    if kind is not None:
        kind(data[1:])


def check_words(line: bytes) -> None:
    """The fake splits a line as the reference does, where Asterisk reads it whole."""
    if b"\0" in line or b"\n" in line:
        return
    words = split_words(line.decode("utf-8", "surrogateescape"))
    if len(words) < MAX_ARGS - 1:
        found = [word.encode("utf-8", "surrogateescape") for word in words]
        assert found == split_as_asterisk(line)


def check_opening(data: bytes) -> None:
    """A conversation from its first byte on."""
    check_conversation(data, b"")


def check_session(data: bytes) -> None:
    """A conversation behind a good environment."""
    check_conversation(data, ENVIRONMENT)


def check_conversation(data: bytes, opening: bytes) -> None:
    """However the bytes are split, the same comes of them."""
    if len(data) < 4:  # too short for a head
        return
    first, step = data[0], data[1]
    pieces = tuple(split(opening, data[2:]))
    whole = b"".join(pieces)
    Player(Conversation(pieces, first, step), late=True).play()
    told = Player(Conversation(pieces, first, step), late=False).play()
    assert told == Player(Conversation((whole,), first, step), late=False).play()
    if len(whole) <= FEW:
        bytewise = tuple(whole[at : at + 1] for at in range(len(whole)))
        assert told == Player(Conversation(bytewise, first, step), late=False).play()


def split(opening: bytes, data: bytes) -> Iterator[bytes]:
    """The pieces, none of them empty, of an input that begins with its `repeat` byte."""
    count = data[1] % 16
    lengths, stream = data[2 : 2 + count], opening + data[2 + count :]
    edges = [len(opening)] if opening else [0]
    for length in lengths:
        edges.append(min(edges[-1] + length, len(stream)))
    yield from filter(None, (stream[: edges[0]], *(stream[a:b] for a, b in pairwise(edges))))
    last = stream[edges[-1] :]
    if data[0] >= REPEAT_FROM and last:
        last *= min(1 << (data[0] - REPEAT_FROM) // 3, -(-MOST_REPEATED // len(last)))
    yield from (last[at : at + CHUNK] for at in range(0, len(last), CHUNK))


def meaning(command: Command[object], reply: Reply) -> str:
    """What a reply means to a command, or why it means nothing."""
    assert "\n" not in reply.result
    if reply.code != SUCCESS:
        return f"{command.name}: {reply.code}"
    try:
        return f"{command.name}: {command.decode(reply)!r}"
    except RemoteProtocolError as error:
        return str(error)


def raises(kind: type[Exception], call: Callable[[], object]) -> str:
    """The message of the error that `call` must raise."""
    try:
        call()
    except kind as error:
        return str(error)
    raise AssertionError(f"no {kind.__name__}")


def size_of(told: Told) -> int:
    """Bytes that it holds."""
    if isinstance(told, Environment):
        pairs = told.values.items()
        return getsizeof(told.values) + sum(getsizeof(a) + getsizeof(b) for a, b in pairs)
    if isinstance(told, Reply):
        return getsizeof(told.result) + getsizeof(told.data)
    return 0


KINDS: Final[dict[bytes, Callable[[bytes], None]]] = {
    b"w": check_words,
    b"e": check_opening,
    b"c": check_session,
}
