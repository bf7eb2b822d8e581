"""The AGI commands: which there are, and those on channel, variables and applications."""

# ruff: noqa: D103  the names of the tests say what they test

from urllib.parse import quote

import pytest

from agi_server.commands import (
    COMMANDS,
    NO_SUCH_APPLICATION,
    Answer,
    ChannelState,
    ChannelStatus,
    Command,
    Exec,
    GetFullVariable,
    GetUntrusted,
    GetVariable,
    Hangup,
    Noop,
    SetVariable,
    VariableValue,
    Verbose,
)
from agi_server.protocol import LocalProtocolError, RemoteProtocolError
from tests.replies import reply

WORK_WHEN_DEAD = """
ASYNCAGI BREAK, DATABASE DEL, DATABASE DELTREE, DATABASE GET, DATABASE PUT, EXEC, GET FULL VARIABLE,
GET VARIABLE, NOOP, SET VARIABLE, SPEECH DESTROY, SPEECH UNLOAD GRAMMAR, VERBOSE
"""
NEED_A_LIVE_CHANNEL = """
ANSWER, CHANNEL STATUS, CONTROL STREAM FILE, GET DATA, GET OPTION, GOSUB, HANGUP, RECEIVE CHAR,
RECEIVE TEXT, RECORD FILE, SAY ALPHA, SAY DATE, SAY DATETIME, SAY DIGITS, SAY NUMBER, SAY PHONETIC,
SAY TIME, SEND IMAGE, SEND TEXT, SET AUTOHANGUP, SET CALLERID, SET CONTEXT, SET EXTENSION,
SET MUSIC, SET PRIORITY, SPEECH ACTIVATE GRAMMAR, SPEECH CREATE, SPEECH DEACTIVATE GRAMMAR,
SPEECH LOAD GRAMMAR, SPEECH RECOGNIZE, SPEECH SET, STREAM FILE, TDD MODE, WAIT FOR DIGIT
"""


def names(listed: str) -> list[str]:
    return sorted(name.strip() for name in listed.split(","))


def test_they_are_the_commands_of_asterisk_22():
    assert len(COMMANDS) == 47
    dead = [command.name for command in COMMANDS if command.works_when_dead]
    live = [command.name for command in COMMANDS if not command.works_when_dead]
    assert sorted(dead) == names(WORK_WHEN_DEAD)
    assert sorted(live) == names(NEED_A_LIVE_CHANNEL)


def test_only_exec_shows_its_usage_unasked():
    assert [command.name for command in COMMANDS if command.may_show_usage] == ["EXEC"]


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (Answer(), b"ANSWER\n"),
        (Hangup(), b"HANGUP\n"),
        (ChannelStatus(), b"CHANNEL STATUS\n"),
        (Noop(), b"NOOP\n"),
        (Hangup("PJSIP/a b-1"), b'HANGUP "PJSIP/a b-1"\n'),
        (ChannelStatus("PJSIP/a-1"), b'CHANNEL STATUS "PJSIP/a-1"\n'),
        (GetFullVariable("A", "PJSIP/a-1"), b'GET FULL VARIABLE "${A}" "PJSIP/a-1"\n'),
        (SetVariable("A", ""), b'SET VARIABLE "A" ""\n'),
        (
            SetVariable("__RAHYAB_CALL", 'a "b" \\c'),
            b'SET VARIABLE "__RAHYAB_CALL" "a \\"b\\" \\\\c"\n',
        ),
        (
            SetVariable("TIMEOUT(digit)", "ی\udcff"),
            b'SET VARIABLE "TIMEOUT(digit)" "\xdb\x8c\xff"\n',
        ),
        (GetVariable("CHANNEL(language)"), b'GET VARIABLE "CHANNEL(language)"\n'),
        (GetFullVariable("CALLERID(name)"), b'GET FULL VARIABLE "${CALLERID(name)}"\n'),
        (
            GetUntrusted("CALLERID(name)"),
            (b'GET FULL VARIABLE "${URIENCODE(x${STRREPLACE(CALLERID(name),:,\x1f\x1e\x1f)})}"\n'),
        ),
        (Exec("NoOp"), b'EXEC "NoOp" ""\n'),
        (Exec("Playback", ("a&b", "noanswer")), b'EXEC "Playback" "a&b,noanswer"\n'),
        (Exec("Dial", ("Local/1@a", "", "g(b)")), b'EXEC "Dial" "Local/1@a,,g(b)"\n'),
        (Verbose("hello", 3), b'VERBOSE "hello" "3"\n'),
    ],
)
def test_encoding(command: Command[object], line: bytes):
    assert command.encode() == line


@pytest.mark.parametrize(
    "command",
    [
        *(SetVariable("A", value) for value in ("a\nb", "a\rb", "a\0b", "\ud800", "\udc0a")),
        *(
            SetVariable(name, "x")
            for name in ("", "A B", "A(${B})", "A}", "1A", "___A", "A(b", "A\n", "ی")
        ),
        GetVariable("${A}"),
        GetFullVariable("A}${B"),
        GetUntrusted("A,b"),
        GetFullVariable("A", "a\nb"),
        *(kind(channel) for kind in (Hangup, ChannelStatus) for channel in ("", "a\nb")),
        Exec("No Op"),
        *(
            Exec("NoOp", (part,))
            for part in ("${A}", "$[1]", "a,b", 'a"', "a\\", "a(b", "a]", ")(")
        ),
        Verbose("a", -1),
        Verbose("a\nSET VARIABLE"),
    ],
)
def test_what_cannot_be_sent_safely_is_refused(command: Command[object]):
    with pytest.raises(LocalProtocolError):
        command.encode()


def test_no_line_has_more_words_than_asterisk_holds():
    class Long(Noop):
        def arguments(self) -> tuple[str, ...]:
            return ("x",) * 123

    with pytest.raises(LocalProtocolError, match="arguments"):
        Long().encode()


@pytest.mark.parametrize(
    ("command", "line", "outcome"),
    [
        (Answer(), "0", True),
        (Answer(), "-1", False),
        (Hangup(), "1", True),
        (Hangup("a"), "1", True),
        (Hangup("a"), "-1", False),
        (ChannelStatus(), "6", ChannelState.UP),
        (ChannelStatus("a"), "0", ChannelState.DOWN),
        (ChannelStatus("a"), "-1", None),
        (GetFullVariable("A"), "1 ()", ""),
        (GetFullVariable("A", "a"), "0", None),
        (SetVariable("A", "b"), "1", None),
        (GetVariable("A"), "0", VariableValue(None)),
        (GetVariable("A"), "1 ()", VariableValue("")),
        (GetVariable("A"), "1 (hangup)", VariableValue("hangup")),
        (GetVariable("A"), "1 (a) (b))", VariableValue("a) (b)")),
        (GetVariable("A"), f"1 ({'x' * 1022})", VariableValue("x" * 1022)),
        (GetVariable("A"), f"1 ({'x' * 1023})", VariableValue("x" * 1023, may_be_cut=True)),
        (
            GetVariable("A"),
            f"1 ({'ی' * 511}\udcdb)",
            VariableValue("ی" * 511 + "\udcdb", may_be_cut=True),
        ),
        (GetFullVariable("A"), f"1 ({'x' * 5000})", "x" * 5000),
        (Exec("NoOp"), "0", 0),
        (Exec("NoOp"), "-2", NO_SUCH_APPLICATION),
        (Verbose("a"), "1", None),
        (Noop(), "0", None),
    ],
)
def test_decoding(command: Command[object], line: str, outcome: object):
    assert command.decode(reply(line)) == outcome


@pytest.mark.parametrize("value", ["", "plain", "a:b", "نام", "\udcff", "a\nb"])
def test_an_untrusted_value_comes_back_as_it_was(value: str):
    raw = ("x" + value.replace(":", "\x1f\x1e\x1f")).encode("utf-8", "surrogateescape")
    encoded = quote(raw)
    assert GetUntrusted("A").decode(reply(f"1 ({encoded})")) == value


def test_a_missing_encoder_is_told_with_its_cure():
    with pytest.raises(RemoteProtocolError, match="func_uri"):
        GetUntrusted("A").decode(reply("1 ()"))


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (Answer(), ""),
        (Answer(), "x"),
        (Answer(), "٣"),
        (Hangup(), "-1"),
        (Hangup("a"), "0"),
        (ChannelStatus(), "77"),
        (ChannelStatus(), "-1"),
        (GetFullVariable("A"), "0"),
        (SetVariable("A", "b"), "0"),
        (GetVariable("A"), "1 (cut by a newline"),
        (GetVariable("A"), "2 (x)"),
        (GetUntrusted("A"), "1 (not ours)"),
        (GetUntrusted("A"), "1 (YWJj)"),
        (Exec("NoOp"), "yes"),
    ],
)
def test_what_no_asterisk_answers_is_an_error_of_the_peer(command: Command[object], line: str):
    with pytest.raises(RemoteProtocolError):
        command.decode(reply(line))


def test_each_command_says_how_long_it_may_take():
    assert Noop().allowance() == 0
    assert Exec("Dial").allowance() is None
