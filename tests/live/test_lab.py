"""The lab itself: what its callers do reaches Asterisk, and what Asterisk does reaches them."""

import base64
import re

import pytest

from agi_server.lab.caller import Ended
from agi_server.lab.scenarios import Call
from agi_server.lab.telephony import Telephony

pytestmark = pytest.mark.live


@pytest.mark.parametrize("keys", ["1", "10", "01", "1100122", "*9876543210"])
def test_keys_arrive_as_they_were_pressed(telephony: Telephony, keys: str):
    """Real RFC 4733 key presses, repeated ones and any order."""
    result = telephony.place_call(Call("99001", keys=f"hear:vm-enter-num-to-call {keys}#"))

    assert result.outcome.ended is Ended.BY_ASTERISK
    assert "vm-enter-num-to-call" in result.sounds
    assert result.logged(f"keyed <{keys}>")


def test_a_caller_can_hang_up_at_a_sound(telephony: Telephony):
    """The caller leaves while a prompt is playing."""
    result = telephony.place_call(Call("99001", keys="hear:vm-enter-num-to-call hangup"))

    assert result.outcome.ended is Ended.BY_CALLER
    assert not result.logged("keyed")


def test_a_caller_can_hang_up_after_a_time(telephony: Telephony):
    """Whatever the caller is doing: here, waiting for a sound that never comes."""
    result = telephony.place_call(Call("99001", keys="hear:nothing", hangup_after=1.0))

    assert result.outcome.ended is Ended.BY_CALLER
    assert 1.0 <= result.outcome.seconds < 3.0


def test_without_a_server_the_caller_reaches_an_agent_of_the_fallback(telephony: Telephony):
    """Nobody is dropped because nothing listens on the AGI port."""
    agent = telephony.plug_in("PJSIP/101", ring=0.5, talk=1.0)
    result = telephony.place_call(Call("+982191000000", number="+989121234567"))

    assert result.logged("Connection refused")
    assert result.logged('"rahyab-fallback"')
    assert agent.wait_for("hangs-up").at - agent.wait_for("answers").at >= 1000
    assert result.outcome.ended is Ended.BY_ASTERISK


def test_without_a_server_a_caller_who_leaves_the_fallback_is_let_go(telephony: Telephony):
    """The end of a call asks the server too, and must not wait for it."""
    caller = telephony.start_call(Call("+982191000000"))
    assert caller.wait_until_answered()
    caller.hang_up()
    result = telephony.end_call(caller)

    assert result.outcome.ended is Ended.BY_CALLER
    telephony.asterisk.log.wait_for("Rahyab: the end", timeout=5.0)


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("+989121234567", "Sara Ahmadi"),
        ("", ""),
        ("+989121234567", "سارا احمدی"),
        ("+989121234567", "${SHELL(touch x)}$[1+1]"),
        ("+989121234567", "[call_id] [remote_ip] ]]>"),
        ("+989121234567", "x" * 300),
    ],
)
def test_the_callers_name_and_number_arrive_as_they_are(
    telephony: Telephony, number: str, name: str
):
    """Nothing on the way (SIPp's own keywords, XML) changes or reads what a caller sends."""
    result = telephony.place_call(Call("99002", number=number, name=name))

    assert result.outcome.ended is Ended.REFUSED
    assert result.outcome.status == 486
    assert _seen(result.lines) == (number, name[:79])


def test_what_sip_quotes_asterisk_keeps_quoted(telephony: Telephony):
    """Asterisk does not take off the backslashes that SIP puts before quotes and backslashes."""
    result = telephony.place_call(Call("99002", number="+98912", name='a "b" \\n c'))

    assert _seen(result.lines) == ("+98912", 'a \\"b\\" \\\\n c')


def _seen(lines: list[str]) -> tuple[str, str]:
    """The caller's number and name as Asterisk has them."""
    found = re.search(r"number <(.*?)>.*name <(.*?)>", "\n".join(lines), re.DOTALL)
    assert found
    number, name = (base64.b64decode(text).decode() for text in found.groups())
    return number, name
