"""RECORD FILE, and all its ways to end."""

import re
import wave

import pytest

from tests.live.protocol.real import RealAsterisk, RealCall

pytestmark = pytest.mark.live

SPEECH = "demo-congrats"
SILENCE = "silence/5"
RATE = 8000


LANGUAGE = "slow"
"""One whose beep takes ten seconds: time enough to do something in it."""


@pytest.fixture
def call(real_asterisk: RealAsterisk) -> RealCall:
    """A call whose caller is there, in a language with a long beep."""
    sounds = real_asterisk.asterisk.folder / "data" / "sounds" / LANGUAGE
    sounds.mkdir(exist_ok=True)
    with wave.open(str(sounds / "beep.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(bytes(2 * RATE * 10))
    call = real_asterisk.call(variables={"CHANNEL(language)": LANGUAGE})
    call.session()
    call.session("caller")
    return call


def record(call: RealCall, arguments: str) -> str:
    """Begin to record, and return the file's name without its ending."""
    file = f"{call.asterisk.asterisk.folder}/recorded"
    call.session().start(f"RECORD FILE {file} wav {arguments}")
    return file


def reply(call: RealCall) -> str:
    """How it ended."""
    return call.session().read_reply().decode()


def test_until_a_key(call: RealCall):
    """One that was named; others change nothing."""
    record(call, "# 5000")
    call.press("1#")

    assert reply(call) == "200 result=35 (dtmf) endpos=0"


def test_until_the_time_is_over(call: RealCall):
    """What was said is in the file, whose length in samples comes back."""
    call.session("caller").start(f'STREAM FILE {SPEECH} ""')
    file = record(call, '"" 400')
    found = re.fullmatch(r"200 result=(\d+) \(timeout\) endpos=(\d+)", reply(call))

    assert found
    with wave.open(f"{file}.wav") as sound:
        assert sound.getnframes() == int(found[2]) > 0
    assert int(found[1]) < 400


def test_until_silence(call: RealCall):
    """Says timeout too, with milliseconds that are left over; one second of it is kept."""
    call.session("caller").start(f'STREAM FILE {SILENCE} ""')
    record(call, '"" 10000 s=2')
    found = re.fullmatch(r"200 result=(\d+) \(timeout\) endpos=(\d+)", reply(call))

    assert found
    assert int(found[1]) > 5000
    assert int(found[2]) == pytest.approx(RATE, rel=0.1)


def test_until_the_caller_leaves(call: RealCall):
    """The notice comes behind the reply."""
    record(call, "# 5000")
    call.hang_up()

    assert reply(call) == "200 result=-1 (hangup) endpos=0"
    assert reply(call) == "HANGUP"


def test_a_key_during_the_beep(call: RealCall):
    """Is called a random error, though nothing failed; nothing is recorded."""
    record(call, "# 5000 0 BEEP")
    call.press("#")

    assert reply(call) == "200 result=35 (randomerror) endpos=0"


def test_leaving_during_the_beep(call: RealCall):
    """The same word."""
    record(call, "# 5000 BEEP")
    call.hang_up()

    assert reply(call) == "200 result=-1 (randomerror) endpos=0"
    assert reply(call) == "HANGUP"
