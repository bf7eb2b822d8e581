"""The commands on dialplan, database and channel: what goes out, and what each reply means."""

# ruff: noqa: D103  the names of the tests say what they test

from math import inf, nan

import pytest

from agi_server.commands import (
    AsyncAgiBreak,
    Command,
    DatabaseDel,
    DatabaseDelTree,
    DatabaseGet,
    DatabasePut,
    Gosub,
    ReceiveChar,
    ReceiveText,
    SendImage,
    SendText,
    SetAutoHangup,
    SetCallerId,
    SetContext,
    SetExtension,
    SetMusic,
    SetPriority,
    SubroutineEnd,
    TddMode,
    TddSetting,
)
from agi_server.protocol import LocalProtocolError, RemoteProtocolError
from tests.replies import reply

BAD_PLACES = ("", "a b", "a,b", "a&b", "a(b", "${A}", "a\n", "é", "x" * 80)


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (SetContext("from-inside"), b'SET CONTEXT "from-inside"\n'),
        (SetExtension("*98#"), b'SET EXTENSION "*98#"\n'),
        (SetExtension("+982112345678"), b'SET EXTENSION "+982112345678"\n'),
        (SetPriority(1), b'SET PRIORITY "1"\n'),
        (SetPriority("after-queue"), b'SET PRIORITY "after-queue"\n'),
        (Gosub("sub", "s", 1), b'GOSUB "sub" "s" "1"\n'),
        (Gosub("sub", "s", "start", ("a", "", "(b)")), b'GOSUB "sub" "s" "start" "a,,(b)"\n'),
        (Gosub("s", "s", 1, ("x",) * 100), f'GOSUB "s" "s" "1" "{",".join("x" * 100)}"\n'.encode()),
        (AsyncAgiBreak(), b"ASYNCAGI BREAK\n"),
        (DatabaseGet("cid", "0912"), b'DATABASE GET "cid" "0912"\n'),
        (DatabasePut("cid/vip", 'a "b"', ""), b'DATABASE PUT "cid/vip" "a \\"b\\"" ""\n'),
        (DatabaseDel("cid", "0912"), b'DATABASE DEL "cid" "0912"\n'),
        (DatabaseDelTree("cid"), b'DATABASE DELTREE "cid"\n'),
        (DatabaseDelTree("cid", "a/b"), b'DATABASE DELTREE "cid" "a/b"\n'),
        (SendText("سلام"), 'SEND TEXT "سلام"\n'.encode()),
        (SendImage("logo"), b'SEND IMAGE "logo"\n'),
        (ReceiveChar(0.25), b'RECEIVE CHAR "250"\n'),
        (ReceiveChar(None), b'RECEIVE CHAR "-1"\n'),
        (ReceiveText(2), b'RECEIVE TEXT "2000"\n'),
        (ReceiveText(None), b'RECEIVE TEXT "-1"\n'),
        (SetAutoHangup(0), b'SET AUTOHANGUP "0"\n'),
        (SetAutoHangup(90.5), b'SET AUTOHANGUP "90.500"\n'),
        (SetCallerId("0912"), b'SET CALLERID "\\"\\" <0912>"\n'),
        (SetCallerId("", "Sara <1>"), b'SET CALLERID "\\"Sara <1>\\" <>"\n'),
        (SetCallerId("+98", 'a"b\\'), b'SET CALLERID "\\"a\\\\\\"b\\\\\\\\\\" <+98>"\n'),
        (SetCallerId("1", "\udcff" * 249), b'SET CALLERID "\\"' + b"\xff" * 249 + b'\\" <1>"\n'),
        (SetMusic(on=True), b'SET MUSIC "on"\n'),
        (SetMusic(on=True, music_class="soft"), b'SET MUSIC "on" "soft"\n'),
        (SetMusic(on=False), b'SET MUSIC "off"\n'),
        (TddMode(TddSetting.ON), b'TDD MODE "on"\n'),
        (TddMode(TddSetting.OFF), b'TDD MODE "off"\n'),
        (TddMode(TddSetting.MATE), b'TDD MODE "mate"\n'),
    ],
)
def test_encoding(command: Command[object], line: bytes):
    assert command.encode() == line


@pytest.mark.parametrize(
    "command",
    [
        *(SetContext(place) for place in BAD_PLACES),
        *(SetExtension(place) for place in BAD_PLACES),
        *(Gosub(place, "s", 1) for place in BAD_PLACES),
        *(Gosub("sub", place, 1) for place in BAD_PLACES),
        *(SetPriority(bad) for bad in (0, -1, 2**31, "", "1st", "+1", "-1", "a b", "a(b", "a\n")),
        *(Gosub("sub", "s", bad) for bad in (0, "1st", "a,b")),
        *(
            Gosub("sub", "s", 1, (part,))
            for part in ("a,b", 'a"b', "a\\b", "a(b", "a)b(", "a[b", "${A}", "$[1]", "a\nb")
        ),
        Gosub("sub", "s", 1, ("x",) * 101),
        *(
            kind(family, "k")
            for kind in (DatabaseGet, DatabaseDel)
            for family in ("", "/a", "a/", "a//b", "a\nb")
        ),
        *(kind("a", key) for kind in (DatabaseGet, DatabaseDel) for key in ("", "b/c", "/")),
        DatabasePut("", "k", "v"),
        DatabasePut("f", "a/b", "v"),
        DatabasePut("f", "k", "v\nw"),
        *(DatabaseDelTree(family) for family in ("", "/", "a/", "a_b", "%")),
        *(DatabaseDelTree("a", tree) for tree in ("", "/b", "b_c", "b%")),
        SendText("a\nb"),
        SendImage("a\0b"),
        *(kind(limit) for kind in (ReceiveChar, ReceiveText) for limit in (0, -1, nan)),
        *(SetAutoHangup(limit) for limit in (-1, 0.0001, nan, inf, 1e7)),
        *(SetCallerId(number) for number in ("0 9", "0-9", "<1>", "a.b", '"', "(1)", "1\n", "۱")),
        SetCallerId("1", "a\nb"),
        SetCallerId("1", "\ud800"),
        SetCallerId("1", "x" * 250),
        SetCallerId("1", "ی" * 125),
        SetMusic(on=True, music_class=""),
        SetMusic(on=True, music_class="a\nb"),
    ],
)
def test_what_cannot_be_sent_safely_is_refused(command: Command[object]):
    with pytest.raises(LocalProtocolError):
        command.encode()


@pytest.mark.parametrize(
    ("command", "line", "outcome"),
    [
        (SetContext("a"), "0", None),
        (SetExtension("a"), "0", None),
        (SetPriority(1), "0", None),
        (Gosub("a", "s", 1), "0 Gosub complete", SubroutineEnd.RETURNED),
        (Gosub("a", "s", 1), "0 Gosub complete (abnormal exit)", SubroutineEnd.LEFT),
        (Gosub("a", "s", 1), "-1 Gosub label not found", SubroutineEnd.NOT_FOUND),
        (Gosub("a", "s", 1), "-1 Gosub failed", SubroutineEnd.FAILED),
        (AsyncAgiBreak(), "0", None),
        (DatabaseGet("f", "k"), "1 (a (b))", "a (b)"),
        (DatabaseGet("f", "k"), "1 ()", ""),
        (DatabaseGet("f", "k"), "0", None),
        (DatabasePut("f", "k", "v"), "1", True),
        (DatabasePut("f", "k", "v"), "0", False),
        (DatabaseDel("f", "k"), "1", True),
        (DatabaseDel("f", "k"), "0", False),
        (DatabaseDelTree("f"), "0", True),
        (DatabaseDelTree("f"), "1", False),
        (SendText("a"), "0", True),
        (SendText("a"), "-1", False),
        (SendImage("a"), "0", True),
        (SendImage("a"), "-1", False),
        (ReceiveChar(1), "65", b"A"),
        (ReceiveChar(1), "219", b"\xdb"),
        (ReceiveChar(1), "0 (timeout)", b""),
        (ReceiveChar(1), "-1 (hangup)", None),
        (ReceiveText(1), "1 (hangup)", "hangup"),
        (ReceiveText(1), "1 ()", ""),
        (ReceiveText(1), "-1", None),
        (SetAutoHangup(1), "0", None),
        (SetCallerId("1"), "1", None),
        (SetMusic(on=True), "0", None),
        (TddMode(TddSetting.ON), "1", True),
        (TddMode(TddSetting.ON), "0", False),
    ],
)
def test_decoding(command: Command[object], line: str, outcome: object):
    assert command.decode(reply(line)) == outcome


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (SetContext("a"), "1"),
        (SetExtension("a"), "-1"),
        (SetPriority(1), ""),
        (Gosub("a", "s", 1), "0"),
        (Gosub("a", "s", 1), "1 Gosub complete"),
        (AsyncAgiBreak(), "1"),
        (DatabaseGet("f", "k"), "-1"),
        (DatabaseGet("f", "k"), "1 (cut by a newline"),
        (DatabasePut("f", "k", "v"), "-1"),
        (DatabaseDel("f", "k"), "2"),
        (DatabaseDelTree("f"), "-1"),
        (SendText("a"), "x"),
        (SendImage("a"), ""),
        (ReceiveChar(1), "256"),
        (ReceiveChar(1), "(timeout)"),
        (ReceiveText(1), "0"),
        (ReceiveText(1), "1 (cut by a newline"),
        (SetAutoHangup(1), "1"),
        (SetCallerId("1"), "0"),
        (SetMusic(on=True), "1"),
        (TddMode(TddSetting.ON), "2"),
    ],
)
def test_what_no_asterisk_answers_is_an_error_of_the_peer(command: Command[object], line: str):
    with pytest.raises(RemoteProtocolError):
        command.decode(reply(line))


def test_each_command_says_how_long_it_may_take():
    assert Gosub("a", "s", 1).allowance() is None
    assert ReceiveChar(5).allowance() == 5
    assert ReceiveText(5).allowance() == 5
    assert ReceiveText(None).allowance() is None
    assert SetContext("a").allowance() == 0
    assert DatabaseGet("f", "k").allowance() == 0
