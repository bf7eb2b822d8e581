"""The server ends the session, and where the call goes then."""

import pytest

from tests.live.protocol.real import RealAsterisk, RealCall

pytestmark = pytest.mark.live

RESET = r"utils\.c: write\(\) returned error: Connection reset by peer"


def errors(call: RealCall, mark: int) -> list[str]:
    """What Asterisk has complained of from a place in its log until the session was over."""
    log = call.asterisk.asterisk.log
    call.session("after")
    log.wait_for(r"@agi-lab-after:\d+\] AGI\(", 5, mark)
    return [line for line in log.lines(mark) if " ERROR[" in line]


def test_closing_at_once_is_a_success(real_asterisk: RealAsterisk):
    """As a server does that has crashed, or has too much to do."""
    call = real_asterisk.call()
    call.session().close()

    assert call.status() == "SUCCESS"
    assert call.after("REPORTED") == "yes"


def test_every_end_is_told(real_asterisk: RealAsterisk):
    """The caller is still there, and so is the notice; there are no complaints."""
    mark = real_asterisk.asterisk.log.size()
    call = real_asterisk.call()
    session = call.session()
    session.command("NOOP")

    assert session.end() == [b"HANGUP"]
    assert call.session("after").command("CHANNEL STATUS") == b"200 result=6"
    assert errors(call, mark) == []


@pytest.mark.parametrize("way", ["close", "reset"])
def test_going_without_a_word_is_no_error_between_commands(real_asterisk: RealAsterisk, way: str):
    """With all replies read: Asterisk meets the end by reading, and says nothing of it."""
    mark = real_asterisk.asterisk.log.size()
    call = real_asterisk.call()
    session = call.session()
    session.command("NOOP")
    getattr(session, way)()

    assert call.status() == "SUCCESS"
    assert errors(call, mark) == []


def test_closing_with_an_unread_reply_resets(real_asterisk: RealAsterisk):
    """What has arrived before is run all the same, and its reply is an error in the log."""
    mark = real_asterisk.asterisk.log.size()
    call = real_asterisk.call()
    session = call.session()
    session.send(b"NOOP\n")
    session.wait_for_bytes()
    session.start("EXEC Wait 0.5")
    session.send(b"SET VARIABLE LAST yes\n")
    session.close()

    assert call.status() == "SUCCESS"
    assert call.after("LAST") == "yes"
    real_asterisk.asterisk.log.wait_for(RESET, 5, mark)


@pytest.mark.parametrize(
    ("commands", "landed"),
    [
        (["SET CONTEXT agi-lab-elsewhere", "SET EXTENSION landing", "SET PRIORITY 1"], " 1 2 3"),
        (["SET CONTEXT agi-lab-elsewhere", "SET EXTENSION landing", "SET PRIORITY 2"], " 2 3"),
        (["SET CONTEXT agi-lab-elsewhere", "SET EXTENSION landing", "SET PRIORITY label"], " 3"),
        (["SET CONTEXT agi-lab-elsewhere", "SET EXTENSION landing"], " 3"),
        (["SET PRIORITY 1", "SET CONTEXT agi-lab-elsewhere", "SET EXTENSION landing"], " 1 2 3"),
        (["EXEC Goto agi-lab-elsewhere,landing,2"], " 2 3"),
    ],
    ids=["first", "second", "label", "none", "before", "goto"],
)
def test_where_the_call_goes(real_asterisk: RealAsterisk, commands: list[str], landed: str):
    """AGI() stands at priority 2: without a priority of its own, the call goes on at 3 there."""
    call = real_asterisk.call()
    session = call.session()
    for command in commands:
        assert session.command(command) == b"200 result=0"
    session.end()

    assert call.after("LANDED") == landed


def test_where_there_is_nothing(real_asterisk: RealAsterisk):
    """Nothing is checked; the call ends."""
    call = real_asterisk.call()
    session = call.session()
    mark = real_asterisk.asterisk.log.size()
    assert session.command("SET CONTEXT no-such-context") == b"200 result=0"
    assert session.command("SET EXTENSION no-such-extension") == b"200 result=0"
    session.end()

    real_asterisk.asterisk.log.wait_for(
        "sent to invalid extension .*no-such-context,no-such-extension,3", 5, mark
    )
