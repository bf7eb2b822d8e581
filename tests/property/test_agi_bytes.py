"""Whatever bytes come in, and however they are cut; whatever text goes out."""

# ruff: noqa: D103  the names of the tests say what they test

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from agi_server.commands import Command, Exec, Noop, SetVariable, StreamFile, Verbose
from agi_server.protocol import Event, Machine, RemoteProtocolError, Signal
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
    """Feed the pieces, answer each event with the next command, and take down what happened."""
    machine = Machine()
    found: list[Event | str] = []
    commands: list[Command[object]] = [Exec("App"), Noop()]
    for piece in pieces:
        machine.receive_data(piece)
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
