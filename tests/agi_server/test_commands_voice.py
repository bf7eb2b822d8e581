"""The commands that speak and record: what goes out, and what each reply means."""

# ruff: noqa: D103  the names of the tests say what they test

import pytest

from agi_server.commands import (
    Command,
    NotRecorded,
    Recorded,
    RecordFile,
    RecordingEnd,
    RecordingFormat,
    RemotelyEnded,
    Said,
    SayAlpha,
    SayDate,
    SayDatetime,
    SayDigits,
    SayFailed,
    SayInterrupted,
    SayNumber,
    SayPhonetic,
    SayTime,
    SpokenCase,
)
from agi_server.protocol import LocalProtocolError, RemoteProtocolError
from tests.replies import reply

SAYING = (
    SayAlpha("a"),
    SayPhonetic("a"),
    SayDigits("1"),
    SayNumber(1),
    SayDate(1),
    SayTime(1),
    SayDatetime(1),
)


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (SayAlpha("a b"), b'SAY ALPHA "a b" ""\n'),
        (SayAlpha("aB", "12", SpokenCase.BOTH), b'SAY ALPHA "aB" "12" "a"\n'),
        (SayAlpha("aB", case=SpokenCase.UPPER), b'SAY ALPHA "aB" "" "u"\n'),
        (SayAlpha("aB", case=SpokenCase.LOWER), b'SAY ALPHA "aB" "" "l"\n'),
        (SayPhonetic("x\udcff", "#"), b'SAY PHONETIC "x\xff" "#"\n'),
        (SayDigits("0912*#", "*"), b'SAY DIGITS "0912*#" "*"\n'),
        (SayDigits("-5"), b'SAY DIGITS "-5" ""\n'),
        (SayNumber(-12), b'SAY NUMBER "-12" ""\n'),
        (SayNumber(2_147_483_647, "1", "f"), b'SAY NUMBER "2147483647" "1" "f"\n'),
        (SayDate(0, "1"), b'SAY DATE "0" "1"\n'),
        (SayTime(-1), b'SAY TIME "-1" ""\n'),
        (SayDatetime(4_000_000_000), b'SAY DATETIME "4000000000" ""\n'),
        (
            SayDatetime(1, "2", "ABdY 'digits/at' IMp"),
            b'SAY DATETIME "1" "2" "ABdY \'digits/at\' IMp"\n',
        ),
        (
            SayDatetime(1, form="Q", zone="America/Port-au-Prince"),
            b'SAY DATETIME "1" "" "Q" "America/Port-au-Prince"\n',
        ),
        (RecordFile("/v/1", 120), b'RECORD FILE "/v/1" "wav" "#" "120000" "BEEP"\n'),
        (
            RecordFile("/v/1", 1.5, "0*", 3, beep=False, format=RecordingFormat.GSM),
            b'RECORD FILE "/v/1" "gsm" "0*" "1500" "s=3"\n',
        ),
        (
            RecordFile("/v/1", 1, "", 3, offset_samples=800),
            b'RECORD FILE "/v/1" "wav" "" "1000" "800" "BEEP" "s=3"\n',
        ),
        (
            RecordFile("/v/1", 1, beep=False, offset_samples=800, format=RecordingFormat.WAV49),
            b'RECORD FILE "/v/1" "wav49" "#" "1000" "800"\n',
        ),
    ],
)
def test_encoding(command: Command[object], line: bytes):
    assert command.encode() == line


@pytest.mark.parametrize(
    "command",
    [
        SayAlpha("a\nb"),
        SayAlpha("a", "x"),
        SayPhonetic("a", "x"),
        *(SayDigits(digits) for digits in ("", "*1", "a", "1a", "1 2", "۱", "1\n")),
        SayDigits("1", "x"),
        *(SayNumber(value) for value in (2**31, -(2**31))),
        SayNumber(1, "x"),
        SayNumber(1, gender="f m"),
        SayDate(2**31),
        SayDate(1, "x"),
        SayTime(2**31),
        SayTime(1, "x"),
        SayDatetime(10**12),
        SayDatetime(1, "x"),
        SayDatetime(1, form="'digits/at"),
        SayDatetime(1, zone="Asia/Tehran"),
        *(
            SayDatetime(1, form="Q", zone=zone)
            for zone in ("/etc/passwd", "../x", "Asia/", "a b", "Asia//x", "x\n")
        ),
        RecordFile("a", -1),
        RecordFile("a", 1, "E"),
        RecordFile("a", 1, silence_seconds=-1),
        RecordFile("a", 1, silence_seconds=2_147_484),
        RecordFile("a", 1, offset_samples=-1),
    ],
)
def test_what_cannot_be_sent_safely_is_refused(command: Command[object]):
    with pytest.raises(LocalProtocolError):
        command.encode()


@pytest.mark.parametrize("command", SAYING)
@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("0", Said()),
        ("50", SayInterrupted("2")),
        ("-1", SayFailed()),
        ("1000", RemotelyEnded()),
    ],
)
def test_each_way_of_saying_ends_alike(command: Command[object], line: str, outcome: object):
    assert command.decode(reply(line)) == outcome


@pytest.mark.parametrize("command", SAYING)
@pytest.mark.parametrize("line", ["", "1", "x", "300"])
def test_what_no_saying_answers_is_an_error_of_the_peer(command: Command[object], line: str):
    with pytest.raises(RemoteProtocolError):
        command.decode(reply(line))


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("35 (dtmf) endpos=8000", Recorded(RecordingEnd.KEY, 1000, "#")),
        ("0 (timeout) endpos=72000", Recorded(RecordingEnd.TIMEOUT, 9000)),
        ("16117 (timeout) endpos=80", Recorded(RecordingEnd.TIMEOUT, 10)),
        ("-1 (hangup) endpos=4000", Recorded(RecordingEnd.HANGUP, 500)),
        ("-1 (waitfor) endpos=0", Recorded(RecordingEnd.ERROR, 0)),
        ("49 (randomerror) endpos=0", NotRecorded("randomerror", "1")),
        ("1000 (randomerror) endpos=0", NotRecorded("randomerror")),
        ("-1 (randomerror) endpos=0", NotRecorded("randomerror")),
        ("-1 (writefile)", NotRecorded("writefile")),
        ("-1", NotRecorded("")),
    ],
)
def test_how_a_recording_ended(line: str, outcome: object):
    assert RecordFile("a", 9).decode(reply(line)) == outcome


@pytest.mark.parametrize("coding", RecordingFormat)
def test_a_recordings_length_is_counted_by_its_format(coding: RecordingFormat):
    is_wideband = coding.extension in ("wav16", "sln16", "g722")
    recorded = RecordFile("a", 9, format=coding).decode(reply("35 (dtmf) endpos=8000"))
    assert recorded == Recorded(RecordingEnd.KEY, 500 if is_wideband else 1000, "#")


@pytest.mark.parametrize("line", ["0 (surprise) endpos=0", "0 (dtmf) endpos=0", "0 nonsense", ""])
def test_what_no_recording_answers_is_an_error_of_the_peer(line: str):
    with pytest.raises(RemoteProtocolError):
        RecordFile("a", 9).decode(reply(line))


def test_each_command_says_how_long_it_may_take():
    assert RecordFile("a", 120).allowance() == 125
    assert {command.allowance() for command in SAYING} == {600}
