"""The caller leaves."""

import pytest

from agi_server.lab.waiting import wait_until
from tests.live.protocol.raw import RawSession
from tests.live.protocol.real import RealAsterisk, RealCall

pytestmark = pytest.mark.live

DEAD = b"511 Command Not Permitted on a dead channel or intercept routine"
LONG_PROMPT = "demo-congrats"


def begin(asterisk: RealAsterisk, **variables: str) -> tuple[RealCall, RawSession]:
    """A call whose caller is there."""
    call = asterisk.call(variables=variables)
    session = call.session()
    call.session("caller")
    return call, session


def channels(asterisk: RealAsterisk, context: str) -> int:
    """How many channels are in a context of the dialplan."""
    rows = asterisk.asterisk.rx("core show channels concise").splitlines()
    return sum(row.split("!")[1] == context for row in rows)


def leave_and_send(call: RealCall, data: bytes) -> None:
    """Let the caller leave, and send something, while a command runs that notices neither."""
    gate = call.asterisk.asterisk.folder / f"gate-{call.port}"
    session = call.session()
    session.start(f'EXEC System "while [ ! -e {gate} ]; do sleep 0.02; done"')
    call.hang_up()
    assert wait_until(lambda: not channels(call.asterisk, "agi-lab-caller"), 5)
    session.send(data)
    gate.touch()


def test_between_commands(real_asterisk: RealAsterisk):
    """The notice comes unasked; dead-safe commands go on, the others are refused."""
    call, session = begin(real_asterisk)
    call.hang_up()

    assert session.read_line() == b"HANGUP"
    assert session.command("SET VARIABLE LATE yes") == b"200 result=1"
    assert session.command("EXEC NoOp") == b"200 result=0"
    assert session.command("CHANNEL STATUS") == DEAD
    assert session.end() == [b"HANGUP"]
    assert call.status() == "HANGUP"
    assert call.after("LATE") == "yes"


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("WAIT FOR DIGIT -1", b"200 result=-1"),
        (f"GET DATA {LONG_PROMPT}", b"200 result=-1"),
        ('GET DATA "" -1', b"200 result=-1"),
        ("RECEIVE CHAR 10000", b"200 result=-1 (hangup)"),
        ("RECEIVE TEXT 10000", b"200 result=-1"),
        ("EXEC Wait 10", b"200 result=-1"),
        ("EXEC Read X,,1,,,10", b"200 result=0"),
    ],
)
def test_during_a_command(real_asterisk: RealAsterisk, command: str, reply: bytes):
    """It answers first, then the notice comes."""
    call, session = begin(real_asterisk)
    session.start(command)
    call.hang_up()

    assert session.read_reply() == reply
    assert session.read_line() == b"HANGUP"
    session.end()
    assert call.status() == "HANGUP"


@pytest.mark.parametrize("command", ["STREAM FILE", "CONTROL STREAM FILE", "GET OPTION"])
def test_during_a_prompt(real_asterisk: RealAsterisk, command: str):
    """The same, with the place that was reached."""
    call, session = begin(real_asterisk)
    session.start(f'{command} {LONG_PROMPT} ""')
    call.hang_up()

    assert session.read_reply().startswith(b"200 result=-1 endpos=")
    assert session.read_line() == b"HANGUP"
    session.end()
    assert call.status() == "HANGUP"


def test_by_command(real_asterisk: RealAsterisk):
    """The reply, then the notice."""
    call, session = begin(real_asterisk)

    assert session.command("HANGUP") == b"200 result=1"
    assert session.read_line() == b"HANGUP"
    assert session.end() == [b"HANGUP"]
    assert call.status() == "HANGUP"


def test_by_autohangup(real_asterisk: RealAsterisk):
    """After so many seconds, of which fractions count."""
    call, session = begin(real_asterisk)

    assert session.command("SET AUTOHANGUP 0.2") == b"200 result=0"
    assert session.command("WAIT FOR DIGIT 5000") == b"200 result=-1"
    assert session.read_line() == b"HANGUP"
    session.end()
    assert call.status() == "HANGUP"


def test_the_notice_goes_before_a_command_that_waits(real_asterisk: RealAsterisk):
    """Though both are there when the command before them ends."""
    call, session = begin(real_asterisk)
    leave_and_send(call, b"NOOP\n")

    assert session.read_line() == b"200 result=0"
    assert session.read_line() == b"HANGUP"
    assert session.read_line() == b"200 result=0"


def test_without_notices(real_asterisk: RealAsterisk):
    """AGISIGHUP=no: only -1 and 511 tell, and nothing comes at the end."""
    call, session = begin(real_asterisk, AGISIGHUP="no")
    session.start("WAIT FOR DIGIT -1")
    call.hang_up()

    assert session.read_reply() == b"200 result=-1"
    assert session.command("CHANNEL STATUS") == DEAD
    assert session.command("NOOP") == b"200 result=0"
    assert session.end() == []
    assert call.status() == "HANGUP"


def test_no_notice_at_a_normal_end_either(real_asterisk: RealAsterisk):
    """With AGISIGHUP=no."""
    call, session = begin(real_asterisk, AGISIGHUP="no")

    assert session.end() == []
    assert call.status() == "SUCCESS"


@pytest.mark.parametrize(
    ("command", "replies"),
    [("", []), ("WAIT FOR DIGIT -1", [b"200 result=-1"])],
    ids=["idle", "in a command"],
)
def test_ending_with_the_call(real_asterisk: RealAsterisk, command: str, replies: list[bytes]):
    """AGIEXITONHANGUP=yes: the notice twice, then Asterisk closes."""
    call, session = begin(real_asterisk, AGIEXITONHANGUP="yes")
    if command:
        session.start(command)
    call.hang_up()

    assert session.read_rest() == [*replies, b"HANGUP", b"HANGUP"]
    assert call.status() == "HANGUP"


def test_ending_with_the_call_leaves_a_waiting_command_unanswered(real_asterisk: RealAsterisk):
    """AGIEXITONHANGUP=yes: Asterisk closes with the command unread, and so resets.

    The notices are lost with it when they were still on their way.
    """
    call, session = begin(real_asterisk, AGIEXITONHANGUP="yes")
    leave_and_send(call, b"SET VARIABLE LATE yes\n")

    assert session.read_line() == b"200 result=0"
    with pytest.raises(ConnectionResetError):
        session.read_rest()
    assert call.after("LATE") is None


def test_on_a_dead_channel_there_is_no_notice_until_the_end(real_asterisk: RealAsterisk):
    """AGI() in the extension h."""
    call = real_asterisk.call(context="agi-lab-dead")
    session = call.session()

    assert session.command("GET VARIABLE X") == b"200 result=0"
    assert session.command("ANSWER") == DEAD
    assert session.end() == [b"HANGUP"]
    assert call.status() == "SUCCESS"


def test_a_server_that_stalls_keeps_the_channel(real_asterisk: RealAsterisk):
    """For as long as it likes, after the caller has left."""
    call, session = begin(real_asterisk)
    call.hang_up()
    assert session.read_line() == b"HANGUP"

    assert wait_until(lambda: not channels(real_asterisk, "agi-lab-caller"), 5)
    assert channels(real_asterisk, "agi-lab") == 1
    session.close()
    assert call.status() == "HANGUP"
    assert channels(real_asterisk, "agi-lab") == 0
