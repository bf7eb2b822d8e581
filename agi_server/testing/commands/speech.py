"""The speech commands, over an engine that understands what the scene's caller says.

Source: res_agi.c, `handle_speech*`; main/res_speech.c.
"""

from agi_server.testing.commands.call import Call, Outcome, SpeechSession, Stop, success
from agi_server.testing.commands.playing import DIGITS, length_of
from agi_server.testing.numbers import read_integer
from agi_server.testing.timeline import GONE, Happening, Key, Spoken

_RATE = 8_000


async def create(call: Call, engine: str = "", *_: str) -> Outcome:
    """SPEECH CREATE [engine]: one at a time, and only an engine that there is."""
    if call.speech is not None or engine not in call.channel.speech_engines:
        return success(0)
    call.speech = SpeechSession()
    return success(1)


async def set_up(call: Call, name: str, value: str) -> Outcome:
    """SPEECH SET name value."""
    if call.speech is None:
        return success(0)
    call.speech.settings[name] = value
    return success(1)


async def destroy(call: Call, *_: str) -> Outcome:
    """SPEECH DESTROY."""
    was_there = call.speech is not None
    call.speech = None
    return success(int(was_there))


async def load_grammar(call: Call, name: str, path: str) -> Outcome:
    """SPEECH LOAD GRAMMAR name path."""
    del path
    if call.speech is None:
        return success(0)
    call.speech.loaded.add(name)
    return success(1)


async def unload_grammar(call: Call, name: str) -> Outcome:
    """SPEECH UNLOAD GRAMMAR name."""
    if call.speech is None or name not in call.speech.loaded:
        return success(0)
    call.speech.loaded.discard(name)
    call.speech.active.discard(name)
    return success(1)


async def activate_grammar(call: Call, name: str) -> Outcome:
    """SPEECH ACTIVATE GRAMMAR name."""
    if call.speech is None or name not in call.speech.loaded:
        return success(0)
    call.speech.active.add(name)
    return success(1)


async def deactivate_grammar(call: Call, name: str) -> Outcome:
    """SPEECH DEACTIVATE GRAMMAR name."""
    if call.speech is None or name not in call.speech.active:
        return success(0)
    call.speech.active.discard(name)
    return success(1)


async def recognize(call: Call, prompt: str, seconds: str, offset: str = "0", *_: str) -> Outcome:
    """SPEECH RECOGNIZE prompt timeout(s) [offset]: a missing prompt plays as silence."""
    if call.speech is None:
        return success(0)
    length = length_of(call, prompt) or 0.0
    begin = read_integer(offset) / _RATE
    played = max(0.0, length - begin)
    limit = read_integer(seconds)
    started = call.now
    until = started + played + limit if limit > 0 else float("inf")
    files = (prompt,) if length else ()
    usual = played / 2
    await call.ask("SPEECH RECOGNIZE", files, DIGITS, usual=usual, seconds=limit, yields=False)
    happening = await _listen(call, until)
    heard = min(call.now - started, played)
    call.channel.hear(prompt if length else "", heard, played)
    # Only speech quiets the prompt: the place where that was is all that is ever told.
    place = round((begin + heard) * _RATE) if isinstance(happening, Spoken) else 0
    return _report(happening, place if heard < played else 0)


async def _listen(call: Call, until: float) -> Happening | Stop:
    while True:
        happening = await call.listen(until, yields=False)
        if isinstance(happening, Stop | Key | Spoken) or happening is GONE:
            return happening


def _report(happening: Happening | Stop, place: int) -> Outcome:
    end = f"endpos={place}"
    match happening:
        case Spoken(text, score, grammar):
            said = f'score0={score} text0="{text}" grammar0={grammar}'
            return success(1, f"(speech) {end} results=1 {said}")
        case Key(digit):
            return success(1, f"(digit) digit={digit} {end}")
        case Stop():
            return success(1, f"(timeout) {end}")
        case _:
            return success(1, f"(hangup) {end}")
