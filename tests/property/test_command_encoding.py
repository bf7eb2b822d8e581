"""Whatever a command is given, Asterisk takes it apart into just that, or we refuse to send it."""

# ruff: noqa: D103  the names of the tests say what they test

from dataclasses import fields
from enum import Enum
from types import UnionType
from typing import get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agi_server.commands import (
    COMMANDS,
    Command,
    CountAgents,
    GetUntrusted,
    ReadQueue,
    SetCallerId,
)
from agi_server.protocol import LocalProtocolError, RemoteProtocolError, Reply
from tests.asterisk_words import split_as_asterisk

EVERY_COMMAND = (*COMMANDS, GetUntrusted, ReadQueue, CountAgents)

hostile_text = st.text(
    st.one_of(
        st.sampled_from("\"\\'\t ,;:()[]{}$&|<>/%_.-+*#09aZ\n\r\0\x1fی\udc22\udc80\udcff\ud800"),
        st.characters(),
    ),
    max_size=40,
)
polite_text = st.sampled_from(
    ["", "a", "1", "12*#", "#", "CALLERID(name)", "rahyab/fa/welcome", "cid", "from-inside", "s=3"]
)

EXAMPLES = min(40, settings.default.max_examples)
"""Of each of the 47."""
seconds = st.one_of(st.floats(), st.floats(min_value=0.001, max_value=1e6))


def of_type(hint: object) -> st.SearchStrategy[object]:
    """Arguments of one type, polite and hostile ones."""
    if isinstance(hint, UnionType):
        return st.one_of(*(of_type(part) for part in get_args(hint)))
    if get_origin(hint) is tuple:
        return st.lists(of_type(str), max_size=130).map(tuple)
    if hint is str:
        return st.one_of(polite_text, hostile_text)
    if hint is float:
        return seconds
    if hint is int:
        return st.one_of(st.integers(min_value=0, max_value=2_000), st.integers())
    assert hint in (bool, type(None)) or issubclass(hint, Enum), hint
    return st.from_type(hint)


def built(kind: type[Command[object]]) -> st.SearchStrategy[Command[object]]:
    """Commands of one class with any arguments."""
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: of_type(hints[field.name]) for field in fields(kind)})


def as_bytes(words: tuple[str, ...]) -> list[bytes]:
    return [word.encode("utf-8", "surrogateescape") for word in words]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"NOOP", [b"NOOP"]),
        (b"  a \t b  ", [b"a", b"b"]),
        (b'a "b c" "" d"e f"g', [b"a", b"b c", b"", b"de fg"]),
        (b'"a\\"b" \\"c d\\ e \\\\', [b'a"b', b'"c', b"d e", b"\\"]),
        (b'a "never closed', [b"a", b"never closed"]),
        (b" ".join([b"x"] * 200), [b"x"] * 127),
    ],
)
def test_the_reference_splits_as_parse_args_does(line: bytes, words: list[bytes]):
    assert split_as_asterisk(line) == words


def test_the_reference_knows_what_overwrites_asterisks_stack():
    with pytest.raises(AssertionError, match="behind the end"):
        split_as_asterisk(b" ".join([b'"x"'] * 128))


@pytest.mark.parametrize("kind", EVERY_COMMAND)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_asterisk_splits_a_command_into_its_name_and_arguments(
    kind: type[Command[object]], data: st.DataObject
):
    command = data.draw(built(kind))
    try:
        line = command.encode()
    except LocalProtocolError:
        return
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert b"\r" not in line
    assert b"\0" not in line
    words = split_as_asterisk(line[:-1])
    assert words == [*as_bytes(tuple(command.name.split())), *as_bytes(command.arguments())]
    assert len(words) <= 126


result = st.one_of(
    st.sampled_from(["", "0", "1", "-1", "-2", "12#", "35", "49", "255", "1000", "9" * 18]),
    st.text(max_size=12),
    st.integers().map(str),
)
fragment = st.sampled_from(
    [
        "(timeout)",
        "(hangup)",
        "(dtmf)",
        "(randomerror)",
        "(speech)",
        "(digit)",
        "digit=5",
        "endpos=7",
        "endpos=-1",
        "results=2",
        "results=999999999",
        'score0=1 text0="a',
        '" grammar0=g',
        'score1=-3 text1=""',
        "(x%41)",
        "Gosub complete",
    ]
)
data_text = st.one_of(st.text(max_size=40), st.lists(fragment, max_size=8).map(" ".join))


@pytest.mark.parametrize("kind", EVERY_COMMAND)
@settings(max_examples=EXAMPLES)
@given(data=st.data(), result=result, text=data_text)
def test_any_reply_gives_an_outcome_or_is_an_error_of_the_peer(
    kind: type[Command[object]], data: st.DataObject, result: str, text: str
):
    command = data.draw(built(kind))
    try:
        command.decode(Reply(200, result, text))
    except RemoteProtocolError:
        return


def parse_caller(text: bytes) -> tuple[bytes, bytes]:
    """The name and the number of a text in brackets, as ast_callerid_parse and its helpers do."""
    before, _, number = text.strip()[:255].rpartition(b"<")
    name = before.strip()
    if name.startswith(b'"') and name.endswith(b'"'):
        name = name[1:-1]
    unescaped, rest = b"", name
    while rest:
        rest = rest[1:] if rest.startswith(b"\\") else rest
        unescaped, rest = unescaped + rest[:1], rest[1:]
    number = number[: number.rindex(b">")] if b">" in number else number
    return unescaped, number.translate(None, b"( )-.")


@given(
    name=st.one_of(st.text('"\\<> a1', max_size=12), hostile_text),
    number=st.one_of(st.text("01+*#a", max_size=12), st.text('01-.(<>" ', max_size=6)),
)
def test_asterisk_reads_the_caller_that_was_meant(name: str, number: str):
    try:
        (text,) = SetCallerId(number, name).arguments()
    except LocalProtocolError:
        return
    assert parse_caller(*as_bytes((text,))) == tuple(as_bytes((name, number)))
