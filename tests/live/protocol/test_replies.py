"""What commands answer."""

import base64

import pytest

from tests.live.protocol.raw import RawSession
from tests.live.protocol.real import RealAsterisk

pytestmark = pytest.mark.live

CUT = 1023
"""Bytes of a value that GET VARIABLE returns."""

CONVERSATIONS = {
    "answer": [("ANSWER", "200 result=0"), ("ANSWER again and more", "200 result=0")],
    "asyncagi break": [("ASYNCAGI BREAK", "200 result=0"), ("NOOP", "200 result=0")],
    "channel status": [("CHANNEL STATUS", "200 result=6"), ("CHANNEL STATUS x", "200 result=-1")],
    "database": [
        ("DATABASE PUT replies key value", "200 result=1"),
        ("DATABASE GET replies key", "200 result=1 (value)"),
        ("DATABASE DEL replies key", "200 result=1"),
        ("DATABASE GET replies key", "200 result=0"),
    ],
    "database del of nothing": [("DATABASE DEL replies nothing", "200 result=1")],
    "database deltree": [
        ("DATABASE PUT replies key value", "200 result=1"),
        ("DATABASE DELTREE replies", "200 result=0"),
        ("DATABASE DELTREE replies", "200 result=1"),
    ],
    "exec": [
        ("EXEC Set A=1", "200 result=0"),
        ("EXEC NoSuchApplication", "200 result=-2"),
        ("EXEC Set A=2 B=3", "200 result=0"),
        ("GET VARIABLE A", "200 result=1 (2)"),
        ("GET VARIABLE B", "200 result=0"),
        ('EXEC Set "A=2 B=3"', "200 result=0"),
        ("GET VARIABLE A", "200 result=1 (2 B=3)"),
    ],
    "exec substitutes nothing": [
        ("EXEC Set A=${CHANNEL}", "200 result=0"),
        ("GET VARIABLE A", "200 result=1 (${CHANNEL})"),
    ],
    "get variable": [
        ("GET VARIABLE NOSUCH", "200 result=0"),
        ('SET VARIABLE EMPTY ""', "200 result=1"),
        ("GET VARIABLE EMPTY", "200 result=1 ()"),
        ("GET VARIABLE ${EMPTY}", "200 result=0"),
        ('GET VARIABLE "LEN(word)"', "200 result=1 (4)"),
        ("SET VARIABLE FORGED hangup", "200 result=1"),
        ("GET VARIABLE FORGED", "200 result=1 (hangup)"),
    ],
    "get full variable": [
        ("SET VARIABLE A value", "200 result=1"),
        ("GET FULL VARIABLE A", "200 result=1 (A)"),
        ("GET FULL VARIABLE ${A}${A:1}$[1+1]", "200 result=1 (valuealue2)"),
        ("GET FULL VARIABLE ${NOSUCH}", "200 result=1 ()"),
        ("GET FULL VARIABLE ${A} no-such-channel", "200 result=0"),
    ],
    "hangup of nobody": [("HANGUP no-such-channel", "200 result=-1")],
    "record file": [
        ("RECORD FILE /no-such-folder/x wav # 50", "200 result=-1 (writefile)"),
        ("RECORD FILE x no-such-format # 50", "200 result=-1 (writefile)"),
    ],
    "say": [
        ('SAY DIGITS "" ""', "520"),
        ('SAY DIGITS 1x ""', "200 result=0"),
        ('SAY DIGITS x ""', "520"),
        ('SAY NUMBER x ""', "520"),
        ('SAY DATE x ""', "520"),
        ('SAY TIME x ""', "520"),
        ('SAY ALPHA "" ""', "200 result=0"),
        ('SAY PHONETIC "" ""', "200 result=0"),
    ],
    "send": [("SEND TEXT word", "200 result=0"), ("SEND IMAGE no-such-file", "200 result=0")],
    "set": [
        ("SET AUTOHANGUP 0", "200 result=0"),
        ('SET CALLERID "\\"Zahra\\" <123>"', "200 result=1"),
        ('GET VARIABLE "CALLERID(all)"', '200 result=1 ("Zahra" <123>)'),
        ("SET MUSIC on", "200 result=0"),
        ("SET MUSIC off", "200 result=0"),
        ("SET PRIORITY no-such-label", "520"),
        ("SET VARIABLE ONE", "520"),
        ("SET VARIABLE ONE two three", "520"),
    ],
    "speech without an engine": [
        ("SPEECH CREATE none", "200 result=0"),
        ("SPEECH SET name value", "200 result=0"),
        ("SPEECH LOAD GRAMMAR a b", "200 result=0"),
        ("SPEECH ACTIVATE GRAMMAR a", "200 result=0"),
        ("SPEECH RECOGNIZE beep 1", "200 result=0"),
        ("SPEECH DESTROY", "200 result=0"),
    ],
    "tdd mode": [("TDD MODE on", "200 result=0"), ("TDD MODE nonsense", "200 result=0")],
    "verbose": [("VERBOSE word", "200 result=1"), ("VERBOSE word 3", "200 result=1")],
}


@pytest.mark.parametrize("conversation", CONVERSATIONS.values(), ids=CONVERSATIONS)
def test_replies(real_asterisk: RealAsterisk, conversation: list[tuple[str, str]]):
    """Command by command; of a 520 only that it is one."""
    session = real_asterisk.call().session()

    for line, expected in conversation:
        reply = session.command(line).decode()
        assert (reply[:3] if expected == "520" else reply) == expected, line


def put_long_value(session: RawSession, length: int) -> bytes:
    """Give the variable LONG a value longer than a line of version 16 may be."""
    half = b"0123456789" * (length // 20)
    assert session.command(b"SET VARIABLE HALF " + half) == b"200 result=1"
    assert session.command('EXEC Exec "Set(LONG=${HALF}${HALF})"') == b"200 result=0"
    return half * 2


def test_get_variable_cuts(real_asterisk: RealAsterisk):
    """In silence; GET FULL VARIABLE does not, nor does it when it encodes."""
    session = real_asterisk.call().session()
    value = put_long_value(session, 3000)

    assert session.command("GET VARIABLE LONG") == b"200 result=1 (%s)" % value[:CUT]
    assert session.command("GET FULL VARIABLE ${LONG}") == b"200 result=1 (%s)" % value
    encoded = base64.b64encode(value)
    reply = session.command("GET FULL VARIABLE ${BASE64_ENCODE(${LONG})}")
    assert reply == b"200 result=1 (%s)" % encoded


@pytest.mark.parametrize("command", ["GET VARIABLE FORGED", "GET FULL VARIABLE ${FORGED}"])
def test_a_newline_in_a_value_forges_a_reply(real_asterisk: RealAsterisk, command: str):
    """Nothing is escaped."""
    call = real_asterisk.call(before="Set(FORGED=a)${URIDECODE(%0A)}200 result=1 (b)")
    session = call.session()

    assert session.command(command) == b"200 result=1 (a)"
    assert session.read_line() == b"200 result=1 (b)"


def test_gosub_answers_100_first(real_asterisk: RealAsterisk):
    """Its end comes in a line of its own."""
    session = real_asterisk.call().session()

    assert session.command("GOSUB agi-lab-subroutine run 1 argument") == b"100 result=0 Trying..."
    assert session.read_reply() == b"200 result=0 Gosub complete"
    assert session.variable("GOSUB_RETVAL") == "back"
    assert session.variable("CALLED") == "argument"


def test_gosub_to_nowhere(real_asterisk: RealAsterisk):
    """No 100 then, and the session will have failed."""
    call = real_asterisk.call()
    session = call.session()

    reply = session.command("GOSUB no-such-context run 1")
    assert reply == b"200 result=-1 Gosub label not found"
    session.end()
    assert call.status() == "FAILURE"


def test_agiexecfull_makes_exec_substitute(real_asterisk: RealAsterisk):
    """Version 16 has it too, from 16.27 on."""
    session = real_asterisk.call(variables={"AGIEXECFULL": "yes"}).session()

    assert session.command("EXEC Set A=$[1+1]${LEN(abc)}") == b"200 result=0"
    assert session.variable("A") == "23"


@pytest.mark.parametrize(
    ("command", "reply", "status"),
    [
        ("STREAM FILE no-such-file 1", b"200 result=-1 endpos=0", "FAILURE"),
        ('STREAM FILE no-such-file "" 80', b"200 result=-1 endpos=80", "FAILURE"),
        ("GET OPTION no-such-file 1", b"200 result=-1 endpos=0", "FAILURE"),
        ("CONTROL STREAM FILE no-such-file 1", b"200 result=-1 endpos=-1", "FAILURE"),
        ("GET DATA no-such-file", b"200 result=-1", "SUCCESS"),
        ("RECORD FILE x no-such-format # 50", b"200 result=-1 (writefile)", "FAILURE"),
        ("RECEIVE CHAR 50", b"200 result=-1 (hangup)", "FAILURE"),
        ("RECEIVE TEXT 50", b"200 result=-1", "SUCCESS"),
        ("EXEC NoSuchApplication", b"200 result=-2", "SUCCESS"),
        ("NOSUCH COMMAND", b"510 Invalid or unknown command", "SUCCESS"),
    ],
)
def test_a_failed_command_marks_the_session(
    real_asterisk: RealAsterisk, command: str, reply: bytes, status: str
):
    """Though the caller is there, and all that follows goes well."""
    call = real_asterisk.call()
    session = call.session()

    assert session.command(command) == reply
    assert session.command("CHANNEL STATUS") == b"200 result=6"
    assert session.end() == [b"HANGUP"]
    assert call.status() == status
