"""EXEC hands the application's result to the one who runs commands."""

import pytest

from tests.live.protocol.modem import write_messages
from tests.live.protocol.real import RealAsterisk

pytestmark = pytest.mark.live

SMS_ERROR = [0x92, 1, 0]
SMS_RELEASE = [0x94, 0]


def test_an_application_that_returns_1_brings_an_unasked_usage(real_asterisk: RealAsterisk):
    """SMS is one that does, when the other end reports an error and then leaves."""
    sound = real_asterisk.asterisk.folder / "sms"
    write_messages(sound.with_suffix(".wav"), [SMS_ERROR, SMS_RELEASE], pause=0.3)
    call = real_asterisk.call()
    session = call.session()
    session.start("EXEC SMS queue")
    call.session("caller").command(f'STREAM FILE {sound} ""')

    assert session.read_reply() == b"200 result=1"
    assert session.read_reply().startswith(b"520-Invalid command syntax.  Proper usage follows:\n")
    assert session.command("CHANNEL STATUS") == b"200 result=6"
    assert session.end() == [b"HANGUP"]
    assert call.status() == "SUCCESS"
