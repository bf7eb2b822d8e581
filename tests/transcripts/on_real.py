"""Plays a scenario on a real Asterisk, in real time."""

import math
import time
import wave
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from struct import pack
from typing import Final

from agi_server.testing.callers import happenings
from agi_server.testing.timeline import GONE, Key, Typed
from tests.live.protocol.raw import RawSession
from tests.live.protocol.real import CALLER, RealAsterisk, RealCall
from tests.transcripts.scenario import Scenario, Step, Transcript
from tests.transcripts.scenarios import scenarios

REPLY_SECONDS: Final = 20.0
SEGMENT_SECONDS: Final = 0.3
"""Between the segments of a step: enough for Asterisk to see each by itself."""

AT_ONCE: Final = 6
"""Scenarios that run beside each other: most of their time is waiting."""

_RATE: Final = 8_000


def play_all(asterisk: RealAsterisk) -> Mapping[str, str]:
    """The transcripts of all scenarios, by name."""
    _write_sound(asterisk)
    known = list(scenarios())
    with ThreadPoolExecutor(AT_ONCE) as pool:
        played = pool.map(lambda scenario: play_on_real(asterisk, scenario), known)
        return dict(zip((scenario.name for scenario in known), played, strict=True))


def _write_sound(asterisk: RealAsterisk) -> None:
    """A tone of two seconds, `scene/two`."""
    folder = asterisk.asterisk.folder / "data" / "sounds" / "scene"
    folder.mkdir(exist_ok=True)
    samples = (round(3000 * math.sin(n * math.tau * 440 / _RATE)) for n in range(2 * _RATE))
    with wave.open(str(folder / "two.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(_RATE)
        sound.writeframes(b"".join(pack("<h", sample) for sample in samples))


def play_on_real(asterisk: RealAsterisk, scenario: Scenario) -> str:
    """The transcript of a scenario."""
    call = asterisk.call(
        *(_argument(word) for word in scenario.arguments),
        context=_context(scenario),
        variables=scenario.scene.variables,
    )
    transcript = Transcript(scenario)
    if scenario.scene.speaks:
        call.session(CALLER).command("EXEC Playtones 440")
    session = call.session()
    if scenario.shows_environment:
        transcript.environment(session.environment.decode(errors="surrogateescape"))
    for step in scenario.steps:
        transcript.sent(step)
        _play(step, call, session, transcript)
    for rest in session.end():
        transcript.received(rest.decode(errors="surrogateescape"))
    transcript.ended(AGISTATUS=call.status())
    if scenario.shows_landing:
        landed = call.after("LANDED")
        transcript.ended(LANDED=landed.split()[0] if landed else None)
    call.close()
    return str(transcript)


def _argument(word: str) -> str:
    return f'"{word}"' if " " in word else word


def _context(scenario: Scenario) -> str:
    return "agi-lab-dead" if scenario.scene.is_dead else "agi-lab"


def _play(step: Step, call: RealCall, session: RawSession, transcript: Transcript) -> None:
    begin = time.monotonic()
    for n, segment in enumerate(step.segments):
        time.sleep(SEGMENT_SECONDS if n else 0)
        session.send(segment)
    for moment, happening in sorted(happenings(step.during, 0.0), key=lambda planned: planned[0]):
        time.sleep(max(0.0, begin + moment - time.monotonic()))
        if happening is GONE:
            call.hang_up()
        elif isinstance(happening, Key):
            call.press(happening.digit)
        elif isinstance(happening, Typed):
            call.session(CALLER).command(f'SEND TEXT "{happening.text}"')
    for _ in range(step.replies):
        try:
            reply = session.read_reply(REPLY_SECONDS)
        except EOFError:
            return
        except TimeoutError:
            reply = b"(nothing)"
        took = time.monotonic() - begin
        transcript.received(reply.decode(errors="surrogateescape"), took)
