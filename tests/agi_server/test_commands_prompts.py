"""The commands that play and collect: what goes out, and what each reply means."""

# ruff: noqa: D103  the names of the tests say what they test

from math import inf, nan

import pytest

from agi_server.commands import (
    ANY_KEY,
    Chosen,
    Command,
    ControlStreamFile,
    DataFailed,
    Digits,
    GetData,
    GetOption,
    Interrupted,
    NotChosen,
    NotPressed,
    Played,
    PlayFailed,
    Pressed,
    RemotelyEnded,
    Stopped,
    StreamFile,
    WaitFailed,
    WaitForDigit,
    WaitInterrupted,
)
from agi_server.protocol import LocalProtocolError, RemoteProtocolError
from tests.replies import reply

CONTROLLED = b'CONTROL STREAM FILE "a" '


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (StreamFile("rahyab/fa/welcome"), b'STREAM FILE "rahyab/fa/welcome" ""\n'),
        (StreamFile("a", ANY_KEY), b'STREAM FILE "a" "0123456789*#"\n'),
        (StreamFile("a", offset_samples=8000), b'STREAM FILE "a" "" "8000"\n'),
        (GetData("a", 2.5, 3), b'GET DATA "a" "2500" "3"\n'),
        (GetData("", 5, 1023), b'GET DATA "" "5000" "1023"\n'),
        (GetOption("a", "12", 0.5), b'GET OPTION "a" "12" "500"\n'),
        (WaitForDigit(5), b'WAIT FOR DIGIT "5000"\n'),
        (WaitForDigit(None), b'WAIT FOR DIGIT "-1"\n'),
        (ControlStreamFile("a"), CONTROLLED + b'"" "3000" "#" "*" "" "0"\n'),
        (
            ControlStreamFile("a", "09", 1.5, "6", "4", "5", 12),
            CONTROLLED + b'"09" "1500" "6" "4" "5" "12000"\n',
        ),
        (
            ControlStreamFile("a", offset_seconds=-2),
            CONTROLLED + b'"" "3000" "#" "*" "" "-2000"\n',
        ),
    ],
)
def test_encoding(command: Command[object], line: bytes):
    assert command.encode() == line


@pytest.mark.parametrize(
    "command",
    [
        StreamFile("a\nb"),
        StreamFile("a", "x"),
        StreamFile("a", offset_samples=-1),
        *(GetData("a", limit, 1) for limit in (0, -1, nan, inf, 1e7)),
        GetData("a", 1, 0),
        GetData("a", 1, 1024),
        GetOption("a", "x", 1),
        GetOption("a", "1", 0),
        WaitForDigit(0),
        WaitForDigit(-1),
        ControlStreamFile("a", "x"),
        ControlStreamFile("a", "#"),
        ControlStreamFile("a", "1", forward="1"),
        ControlStreamFile("a", forward=""),
        ControlStreamFile("a", rewind=""),
        ControlStreamFile("a", pause="*"),
        ControlStreamFile("a", skip_seconds=0),
        ControlStreamFile("a", offset_seconds=nan),
        ControlStreamFile("a", offset_seconds=-1e6),
    ],
)
def test_what_cannot_be_sent_safely_is_refused(command: Command[object]):
    with pytest.raises(LocalProtocolError):
        command.encode()


@pytest.mark.parametrize(
    ("command", "line", "outcome"),
    [
        (StreamFile("a"), "0 endpos=3404", Played()),
        (StreamFile("a"), "-1 endpos=0", PlayFailed()),
        (StreamFile("a"), "49 endpos=160", Interrupted("1", 160)),
        (StreamFile("a"), "35 endpos=0", Interrupted("#", 0)),
        (StreamFile("a"), "1000 endpos=80", RemotelyEnded()),
        (StreamFile("a"), "1002 endpos=80", RemotelyEnded()),
        (GetData("a", 1, 1), "12", Digits("12", timed_out=False)),
        (GetData("a", 1, 1), "1 (timeout)", Digits("1", timed_out=True)),
        (GetData("a", 1, 1), " (timeout)", Digits("", timed_out=True)),
        (GetData("a", 1, 1), "", Digits("", timed_out=False)),
        (GetData("a", 1, 3), "1\udce82 (timeout)", Digits("12", timed_out=True)),
        (GetData("a", 1, 1), "-1", DataFailed()),
        (GetOption("a", "12", 1), "50 endpos=80", Chosen("2", 80)),
        (GetOption("a", "12", 1), "0 endpos=800", NotChosen(800)),
        (GetOption("a", "12", 1), "-1 endpos=0", PlayFailed()),
        (GetOption("a", "12", 1), "1001 endpos=0", RemotelyEnded()),
        (WaitForDigit(1), "42", Pressed("*")),
        (WaitForDigit(1), "68", Pressed("D")),
        (WaitForDigit(1), "0", NotPressed()),
        (WaitForDigit(1), "1", WaitInterrupted()),
        (WaitForDigit(1), "-1", WaitFailed()),
        (WaitForDigit(1), "1004", RemotelyEnded()),
        (ControlStreamFile("a"), "0 endpos=-1", Played()),
        (ControlStreamFile("a"), "0 endpos=1200", RemotelyEnded()),
        (ControlStreamFile("a", "0"), "48 endpos=1200", Stopped("0", 1200)),
        (ControlStreamFile("a"), "-1 endpos=-1", PlayFailed()),
    ],
)
def test_decoding(command: Command[object], line: str, outcome: object):
    assert command.decode(reply(line)) == outcome


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (StreamFile("a"), "0"),
        (StreamFile("a"), "1 endpos=0"),
        (StreamFile("a"), "999999 endpos=0"),
        (GetData("a", 1, 1), "12x"),
        (GetData("a", 1, 1), "1 (hangup)"),
        (GetOption("a", "1", 1), "0"),
        (GetOption("a", "1", 1), "49 endpos=x"),
        (WaitForDigit(1), "2"),
        (WaitForDigit(1), ""),
        (ControlStreamFile("a"), "0"),
        (ControlStreamFile("a"), "1 endpos=0"),
    ],
)
def test_what_no_asterisk_answers_is_an_error_of_the_peer(command: Command[object], line: str):
    with pytest.raises(RemoteProtocolError):
        command.decode(reply(line))


def test_each_command_says_how_long_it_may_take():
    assert StreamFile("a").allowance() == 600
    assert GetData("a", 5, 3).allowance() == 620
    assert GetOption("a", "1", 5).allowance() == 605
    assert WaitForDigit(5).allowance() == 5
    assert WaitForDigit(None).allowance() is None
    assert ControlStreamFile("a").allowance() is None
