"""The AGI commands: what goes out, and what each reply means."""

# ruff: noqa: D103  the names of the tests say what they test

from urllib.parse import quote

import pytest

from agi_server.commands import (
    ANY_KEY,
    NO_SUCH_APPLICATION,
    Answer,
    ChannelState,
    ChannelStatus,
    Command,
    DataFailed,
    Digits,
    Exec,
    GetData,
    GetFullVariable,
    GetUntrusted,
    GetVariable,
    Hangup,
    Interrupted,
    Noop,
    NotRecorded,
    Played,
    PlayFailed,
    Recorded,
    RecordFile,
    RecordingEnd,
    RecordingFormat,
    SetVariable,
    StreamFile,
    VariableValue,
    Verbose,
)
from agi_server.protocol import LocalProtocolError, RemoteProtocolError, Reply


def reply(line: str) -> Reply:
    result, _, data = line.partition(" ")
    return Reply(200, result, data)


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (Answer(), b"ANSWER\n"),
        (Hangup(), b"HANGUP\n"),
        (ChannelStatus(), b"CHANNEL STATUS\n"),
        (Noop(), b"NOOP\n"),
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
        (StreamFile("rahyab/fa/welcome"), b'STREAM FILE "rahyab/fa/welcome" ""\n'),
        (StreamFile("a", ANY_KEY), b'STREAM FILE "a" "0123456789*#"\n'),
        (GetData("a", 2.5, 3), b'GET DATA "a" "2500" "3"\n'),
        (GetData("", 5, 1), b'GET DATA "" "5000" "1"\n'),
        (RecordFile("/v/1", 120), b'RECORD FILE "/v/1" "wav" "#" "120000" "BEEP"\n'),
        (
            RecordFile("/v/1", 1.5, "0*", 3, beep=False, format=RecordingFormat.GSM),
            b'RECORD FILE "/v/1" "gsm" "0*" "1500" "s=3"\n',
        ),
        (Exec("NoOp"), b'EXEC "NoOp" ""\n'),
        (Exec("Playback", ("a&b", "noanswer")), b'EXEC "Playback" "a&b,noanswer"\n'),
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
        StreamFile("a\nb"),
        StreamFile("a", "x"),
        GetData("a", 0, 1),
        GetData("a", 1, 0),
        RecordFile("a", -1),
        RecordFile("a", 1, "E"),
        Exec("No Op"),
        *(Exec("NoOp", (part,)) for part in ("${A}", "$[1]", "a,b", 'a"', "a\\")),
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
        (ChannelStatus(), "6", ChannelState.UP),
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
        (StreamFile("a"), "0 endpos=3404", Played()),
        (StreamFile("a"), "-1 endpos=0", PlayFailed()),
        (StreamFile("a"), "49 endpos=160", Interrupted("1", 160)),
        (StreamFile("a"), "35 endpos=0", Interrupted("#", 0)),
        (GetData("a", 1, 1), "12", Digits("12", timed_out=False)),
        (GetData("a", 1, 1), "1 (timeout)", Digits("1", timed_out=True)),
        (GetData("a", 1, 1), " (timeout)", Digits("", timed_out=True)),
        (GetData("a", 1, 1), "", Digits("", timed_out=False)),
        (GetData("a", 1, 1), "-1", DataFailed()),
        (RecordFile("a", 9), "35 (dtmf) endpos=8000", Recorded(RecordingEnd.KEY, 1000, "#")),
        (RecordFile("a", 9), "0 (timeout) endpos=72000", Recorded(RecordingEnd.TIMEOUT, 9000)),
        (RecordFile("a", 9), "16117 (timeout) endpos=80", Recorded(RecordingEnd.TIMEOUT, 10)),
        (RecordFile("a", 9), "-1 (hangup) endpos=4000", Recorded(RecordingEnd.HANGUP, 500)),
        (RecordFile("a", 9), "-1 (waitfor) endpos=0", Recorded(RecordingEnd.ERROR, 0)),
        (
            RecordFile("a", 9, format=RecordingFormat.WAV16),
            "35 (dtmf) endpos=8000",
            Recorded(RecordingEnd.KEY, 500, "#"),
        ),
        (RecordFile("a", 9), "49 (randomerror) endpos=0", NotRecorded("randomerror", "1")),
        (RecordFile("a", 9), "-1 (randomerror) endpos=0", NotRecorded("randomerror")),
        (RecordFile("a", 9), "-1 (writefile)", NotRecorded("writefile")),
        (RecordFile("a", 9), "-1", NotRecorded("")),
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
        (ChannelStatus(), "77"),
        (SetVariable("A", "b"), "0"),
        (GetVariable("A"), "1 (cut by a newline"),
        (GetVariable("A"), "2 (x)"),
        (GetUntrusted("A"), "1 (not ours)"),
        (GetUntrusted("A"), "1 (YWJj)"),
        (StreamFile("a"), "0"),
        (StreamFile("a"), "1 endpos=0"),
        (StreamFile("a"), "999999 endpos=0"),
        (GetData("a", 1, 1), "12x"),
        (GetData("a", 1, 1), "1 (hangup)"),
        (RecordFile("a", 9), "0 (surprise) endpos=0"),
        (RecordFile("a", 9), "0 (dtmf) endpos=0"),
        (RecordFile("a", 9), "0 nonsense"),
        (Exec("NoOp"), "yes"),
    ],
)
def test_what_no_asterisk_answers_is_an_error_of_the_peer(command: Command[object], line: str):
    with pytest.raises(RemoteProtocolError):
        command.decode(reply(line))


def test_each_command_says_how_long_it_may_take():
    assert Noop().allowance() == 0
    assert StreamFile("a").allowance() == 600
    assert GetData("a", 5, 3).allowance() == 620
    assert RecordFile("a", 120).allowance() == 125
    assert Exec("Dial").allowance() is None
