"""Whatever bytes come in, and however they are cut; whatever text goes out."""

# ruff: noqa: D103  the names of the tests say what they test

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from agi_server import environment as environment_module
from agi_server.commands import Command, Exec, Noop, SetVariable, StreamFile, Verbose
from agi_server.protocol import (
    MAX_ASIDES,
    MAX_LINE_BYTES,
    MAX_USAGE_BYTES,
    Event,
    Machine,
    RemoteProtocolError,
    Signal,
)
from agi_server.testing import split_words

ENVIRONMENT = b"agi_network: yes\nagi_request: x\nagi_version: 22.10.1\nagi_threadid: 7\n\n"

line = st.sampled_from(
    [
        b"200 result=0",
        b"200 result=1",
        b"200 result=1 (a \xff)",
        b"100 result=0 Trying...",
        b"511 Command Not Permitted",
        b"520-Invalid command syntax.",
        b"text520 End of proper usage.",
        b"520 End of proper usage.",
        b"520 Invalid command syntax.",
        b"HANGUP",
        b"",
    ]
)
conversation = st.lists(st.one_of(line, line, line, st.binary(max_size=12)), max_size=8).map(
    lambda lines: b"".join(text + b"\n" for text in lines)
)
environment = st.one_of(
    st.just(ENVIRONMENT),
    st.lists(
        st.one_of(
            st.sampled_from([b"agi_callerid: 1", b"agi_calleridname: a", b"agi_arg_1: x", b"b"]),
            st.binary(max_size=12),
        ),
        max_size=5,
    ).map(
        lambda lines: (
            b"agi_network: yes\n"
            + b"".join(text + b"\n" for text in lines)
            + b"agi_threadid: 7\n\n"
        )
    ),
    st.binary(max_size=40),
)
stream = st.builds(lambda start, rest: start + rest, environment, conversation)


def play(pieces: list[bytes]) -> list[Event | str]:
    """Feed the pieces as a link does, answer each event with the next command, and take it down."""
    machine = Machine()
    found: list[Event | str] = []
    commands: list[Command[object]] = [Exec("App"), Noop()]
    for piece in pieces:
        reply = machine.receive_reply(piece)
        if reply is not None:
            found.append(reply)
            machine.send(commands[len(found) % 2])
        if not drain(machine, found, commands):
            return found
    machine.receive_eof()
    drain(machine, found, commands)
    return found


def drain(machine: Machine, found: list[Event | str], commands: list[Command[object]]) -> bool:
    try:
        while (event := machine.next_event()) is not Signal.NEED_DATA:
            found.append(event)
            if event is Signal.END:
                return False
            if not machine.busy:
                machine.send(commands[len(found) % 2])
    except RemoteProtocolError as error:
        found.append(str(error))
        return False
    return True


@settings(max_examples=300, deadline=None)
@given(stream, st.lists(st.integers(min_value=0, max_value=400), max_size=6))
def test_any_split_gives_the_same_events(data: bytes, cuts: list[int]):
    edges = sorted({0, len(data), *(min(cut, len(data)) for cut in cuts)})
    pieces = [data[start:end] for start, end in pairwise(edges)]
    whole = play([data])
    assert play(pieces) == whole
    assert play([data[i : i + 1] for i in range(len(data))]) == whole


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text("a:_ \udcff", max_size=9), min_size=22, max_size=22), st.integers(0, 3))
def test_the_quick_reading_of_an_environment_is_the_thorough_one(values: list[str], count: int):
    names = [*environment_module._ORDER, *(f"agi_arg_{n}" for n in range(1, count + 1))]
    text = "\n".join(f"{name}: {value}" for name, value in zip(names, values * 2, strict=False))
    assert environment_module._parse_usual(text) == environment_module._parse_unusual(text)


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from([b"", ENVIRONMENT]),
    st.sampled_from([b"agi_network: yes\n", b"x", b"HANGUP", b"520-usage", b"200 result=", b"\n"]),
    st.sampled_from([b"x", b"\n", b"HANGUP\n", b"100 \n", b"520-a\n", b"agi_x: y\n"]),
)
def test_memory_is_bounded(start: bytes, first: bytes, flood: bytes):
    machine = Machine()
    machine.receive_data(start)
    if start:
        machine.next_event()
        machine.send(Noop())
    found: list[Event | str] = []
    piece = flood * (4096 // len(flood))
    machine.receive_data(first)
    for _ in range(100):
        machine.receive_data(piece)
        drain(machine, found, [Noop(), Noop()])
        held = len(machine._buffer) + sum(map(len, machine._usage or ()))
        assert held <= MAX_LINE_BYTES + MAX_USAGE_BYTES + len(piece)
    assert len(found) <= 100 + MAX_ASIDES + 1


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=6))
def test_any_bytes_give_events_or_the_one_error(pieces: list[bytes]):
    play(pieces)
    play([ENVIRONMENT, *pieces])


argument = st.text(
    st.one_of(
        st.sampled_from('"\\ \t(${}\udc80\udcff'),
        st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]),
    ),
    max_size=30,
)


def as_bytes(words: list[str]) -> list[bytes]:
    return [word.encode("utf-8", "surrogateescape") for word in words]


@settings(max_examples=300, deadline=None)
@given(argument, argument)
def test_asterisk_splits_a_line_into_the_arguments_it_was_made_of(first: str, second: str):
    for command, words in (
        (SetVariable("A", first), ["SET", "VARIABLE", "A", first]),
        (StreamFile(second, "1"), ["STREAM", "FILE", second, "1"]),
        (Verbose(first, 2), ["VERBOSE", first, "2"]),
    ):
        encoded = command.encode()
        assert encoded.count(b"\n") == 1
        assert encoded.endswith(b"\n")
        line = encoded[:-1].decode("utf-8", "surrogateescape")
        assert as_bytes(split_words(line)) == as_bytes(words)
