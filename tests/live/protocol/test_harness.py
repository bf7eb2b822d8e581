"""The harness itself: both ends of a call are in the test's hands."""

import pytest

from tests.live.protocol.real import RealAsterisk

pytestmark = pytest.mark.live


def test_a_call_has_three_sessions(real_asterisk: RealAsterisk):
    """One for the server, one for the caller, and one afterwards."""
    call = real_asterisk.call("one", "two")
    session = call.session()

    assert session.values["agi_arg_2"] == b"two"
    assert session.command("WAIT FOR DIGIT 0") == b"200 result=0"
    session.send(b"WAIT FOR DIGIT 5000\n")
    call.press("7")
    assert session.read_reply() == b"200 result=55"
    assert session.end() == [b"HANGUP"]
    assert call.status() == "SUCCESS"


def test_a_caller_leaves(real_asterisk: RealAsterisk):
    """The notice comes, and the dialplan knows."""
    call = real_asterisk.call()
    session = call.session()
    call.hang_up()

    assert session.read_line() == b"HANGUP"
    assert session.end() == [b"HANGUP"]
    assert call.status() == "HANGUP"
