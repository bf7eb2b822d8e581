"""Prompts and keys. The long prompt lasts 30 seconds unless stopped."""

import re
import time

import pytest

from tests.live.protocol.raw import RawSession
from tests.live.protocol.real import RealAsterisk

pytestmark = pytest.mark.live

LONG_PROMPT = "demo-congrats"
SHORT_PROMPT = "beep"
SECONDS_BETWEEN_KEYS = 2.0
SECONDS_TO_FIRST_KEY = 6.0


def is_out_of_step_by_one(session: RawSession) -> bool:
    """Whether one reply fewer has come than commands were sent."""
    assert session.command("CHANNEL STATUS") == b"200 result=6"
    return session.is_silent(0.1)


def test_a_key_stops_a_prompt(real_asterisk: RealAsterisk):
    """One that was asked for; PLAYBACKSTATUS then says FAILED."""
    call = real_asterisk.call()
    session = call.session()
    call.session("caller")
    session.send(f'STREAM FILE {LONG_PROMPT} "23"\n'.encode())
    call.press("12")

    assert re.fullmatch(rb"200 result=50 endpos=[1-9]\d*", session.read_reply())
    assert session.variable("PLAYBACKSTATUS") == "FAILED"


def test_a_prompt_that_ends(real_asterisk: RealAsterisk):
    """Its length comes back in samples; CONTROL STREAM FILE does not know it."""
    session = real_asterisk.call().session()

    assert session.command(f'STREAM FILE {SHORT_PROMPT} ""') == b"200 result=0 endpos=3404"
    assert session.variable("PLAYBACKSTATUS") == "SUCCESS"
    assert session.command(f'STREAM FILE {SHORT_PROMPT} "" 3000') == b"200 result=0 endpos=3404"
    assert session.command(f'CONTROL STREAM FILE {SHORT_PROMPT} ""') == b"200 result=0 endpos=-1"


def test_get_option_waits_behind_its_prompt(real_asterisk: RealAsterisk):
    """Five seconds if not told otherwise."""
    call = real_asterisk.call()
    session = call.session()

    assert session.command(f"GET OPTION {SHORT_PROMPT} 1 50") == b"200 result=0 endpos=3404"


@pytest.mark.parametrize(
    ("arguments", "keys", "reply"),
    [
        ("3000 3", "123", b"200 result=123"),
        ("3000 3", "1#", b"200 result=1"),
        ("3000 3", "#", b"200 result="),
        ("3000 3", "*0#", b"200 result=*0"),
        ("800 3", "12", b"200 result=12 (timeout)"),
    ],
)
def test_get_data(real_asterisk: RealAsterisk, arguments: str, keys: str, reply: bytes):
    """Any key stops the prompt and counts; `#` ends, and ends at once when it is first."""
    call = real_asterisk.call()
    session = call.session()
    call.session("caller")
    session.send(f"GET DATA {LONG_PROMPT} {arguments}\n".encode())
    call.press(keys)

    assert session.read_reply() == reply


def test_get_data_without_a_key(real_asterisk: RealAsterisk):
    """Its time runs from the end of the prompt."""
    session = real_asterisk.call().session()

    assert session.command(f"GET DATA {SHORT_PROMPT} 50") == b"200 result= (timeout)"
    assert session.command('GET DATA "" 50') == b"200 result= (timeout)"
    assert session.command('GET DATA "" 50 0') == b"200 result=-1"


def test_get_data_waits_two_seconds_between_keys(real_asterisk: RealAsterisk):
    """When it is told no time."""
    call = real_asterisk.call()
    session = call.session()
    call.session("caller")
    session.send(b'GET DATA ""\n')
    call.press("1")
    start = time.monotonic()

    assert session.read_reply() == b"200 result=1 (timeout)"
    assert SECONDS_BETWEEN_KEYS - 0.3 < time.monotonic() - start < SECONDS_TO_FIRST_KEY


def test_get_data_waits_six_seconds_for_the_first_key(real_asterisk: RealAsterisk):
    """When it is told no time, or 0."""
    session = real_asterisk.call().session()
    start = time.monotonic()

    assert session.command('GET DATA "" 0') == b"200 result= (timeout)"
    assert SECONDS_TO_FIRST_KEY - 0.1 < time.monotonic() - start < SECONDS_TO_FIRST_KEY + 2


def test_get_data_waits_for_ever_when_told_a_negative_time(real_asterisk: RealAsterisk):
    """Longer than it would otherwise, at any rate: between keys."""
    call = real_asterisk.call()
    session = call.session()
    call.session("caller")
    session.send(b'GET DATA "" -1\n')
    call.press("1")

    assert session.is_silent(SECONDS_BETWEEN_KEYS + 0.2)
    call.press("#")
    assert session.read_reply() == b"200 result=1"


def test_wait_for_digit(real_asterisk: RealAsterisk):
    """The code of the key, or 0 when the time is over."""
    call = real_asterisk.call()
    session = call.session()
    call.session("caller")

    assert session.command("WAIT FOR DIGIT 20") == b"200 result=0"
    session.send(b"WAIT FOR DIGIT -1\n")
    call.press("*")
    assert session.read_reply() == b"200 result=42"


@pytest.mark.parametrize(
    "meanwhile",
    ["", "EXEC Wait 1.5", 'STREAM FILE vm-enter-num-to-call ""'],
    ids=["idle", "exec", "prompt"],
)
def test_a_key_that_nobody_waits_for_is_lost(real_asterisk: RealAsterisk, meanwhile: str):
    """Between commands, and during one that does not listen: there is no type-ahead."""
    call = real_asterisk.call()
    session = call.session()
    call.session("caller")
    if meanwhile:
        session.start(meanwhile)
    call.press("5")
    if meanwhile:
        assert session.read_reply().startswith(b"200 result=0")

    assert session.command("WAIT FOR DIGIT 100") == b"200 result=0"


def test_a_key_counts_for_the_command_in_which_it_is_released(real_asterisk: RealAsterisk):
    """Though it was pressed before that began."""
    call = real_asterisk.call()
    session = call.session()
    mark = real_asterisk.asterisk.log.size()
    call.session("caller").start("EXEC SendDTMF 5,60,1000")
    real_asterisk.asterisk.log.wait_for("DTMF begin '5' .*;1", 5, mark)

    assert session.command("WAIT FOR DIGIT 5000") == b"200 result=53"


def test_keys_beyond_what_get_data_takes_are_lost(real_asterisk: RealAsterisk):
    """If they are over before the next command begins."""
    call = real_asterisk.call()
    session = call.session()
    call.session("caller")
    session.send(b'GET DATA "" 1000 1\n')
    call.press("12")

    assert session.read_reply() == b"200 result=1"
    assert session.command("WAIT FOR DIGIT 100") == b"200 result=0"


@pytest.mark.parametrize(
    "command",
    [f'STREAM FILE {LONG_PROMPT} ""', f"GET DATA {LONG_PROMPT}", f"GET OPTION {LONG_PROMPT} 1"],
)
def test_the_next_command_cancels_a_prompt_without_a_reply(
    real_asterisk: RealAsterisk, command: str
):
    """Two commands, one reply."""
    session = real_asterisk.call().session()
    session.start(command)

    assert is_out_of_step_by_one(session)


@pytest.mark.parametrize(
    "command",
    [
        'SAY NUMBER 2 ""',
        'SAY DIGITS 2 ""',
        'SAY ALPHA b ""',
        'SAY PHONETIC b ""',
        f'CONTROL STREAM FILE {SHORT_PROMPT} ""',
        "EXEC Wait 0.3",
        "RECEIVE TEXT 300",
    ],
)
def test_other_commands_are_not_cancelled(real_asterisk: RealAsterisk, command: str):
    """They run to their end, and both replies come."""
    session = real_asterisk.call().session()
    session.start(command)

    assert session.command("CHANNEL STATUS").startswith(b"200 result=")
    assert session.read_reply() == b"200 result=6"


def test_wait_for_digit_is_interrupted_with_1(real_asterisk: RealAsterisk):
    """By whatever is sent next; no key has that code."""
    session = real_asterisk.call().session()
    session.start("WAIT FOR DIGIT 5000")

    assert session.command("CHANNEL STATUS") == b"200 result=1"
    assert session.read_reply() == b"200 result=6"


def test_texts_arrive(real_asterisk: RealAsterisk):
    """The first byte for RECEIVE CHAR, all of it for RECEIVE TEXT."""
    call = real_asterisk.call()
    session = call.session()
    caller = call.session("caller")
    session.send(b"RECEIVE CHAR 5000\n")
    caller.command('SEND TEXT "hello"')
    assert session.read_reply() == b"200 result=104"
    session.send(b"RECEIVE TEXT 5000\n")
    caller.command('SEND TEXT "hello there"')
    assert session.read_reply() == b"200 result=1 (hello there)"
