"""What a rehearsed caller hears, keys and says."""

from functools import partial

from ivr.effects import Collect, Keyed, NoInput, NoTape, PlayBack, Record, Say, Taped
from ivr.keying import BeDeaf, Listening, PlayUntilKey, WaitForKeys, answering
from ivr.prompts import SILENCE
from rehearsal.account import Heard, PlayedBack, Pressed, WasSilent
from rehearsal.driving import drive
from rehearsal.scene import Scene


def say(scene: Scene, said: Say) -> None:
    """Play prompts, to their end or until a key that was pressed ahead."""
    begun: list[str] = []
    try:
        for prompt in said.prompts:
            begun.append(prompt)
            if _plays_through(scene, to_the_end=said.to_the_end):
                continue
            break
    finally:
        _hear(scene, begun)


def collect(scene: Scene, asked: Collect) -> Keyed | NoInput:
    """Put a question."""
    keys = drive(answering(asked.prompts, asked.input), partial(_listen, scene, asked))
    if keys:
        scene.note(Pressed(asked.dialogue, asked.question, asked.input.shown(keys)))
        return Keyed(keys)
    if not asked.input.is_optional:
        scene.note(WasSilent(asked.dialogue, asked.question))
    return NoInput()


def record(scene: Scene, wanted: Record) -> Taped:
    """Record what the caller says."""
    seconds = scene.caller.speak(wanted.longest)
    if seconds is None:
        return Taped(0.0, NoTape.KEY)
    scene.clock += seconds
    return Taped(seconds)


def play_back(scene: Scene, wanted: PlayBack) -> None:
    """Let the caller hear a recording."""
    scene.caller.interrupt()
    scene.note(PlayedBack(wanted.place))


def _listen(scene: Scene, asked: Collect, step: Listening) -> str:
    match step:
        case BeDeaf():
            scene.caller.listen()
            return ""
        case PlayUntilKey(prompts):
            return _play(scene, asked, prompts)
        case WaitForKeys(longest, seconds):
            keys, in_vain = scene.caller.press(longest)
            scene.clock += seconds if in_vain else 0.0
            return keys


def _play(scene: Scene, asked: Collect, prompts: tuple[str, ...]) -> str:
    """Play what asks, up to the key that interrupts it."""
    begun: list[str] = []
    key = ""
    try:
        for prompt in prompts:
            begun.append(prompt)
            key = _key_at(scene, prompt)
            if not key and asked.input.is_optional and _has_just_gone_silent(begun):
                key = scene.caller.press_if(asked.input.choices)
            if key:
                break
    finally:
        _hear(scene, begun, asked.dialogue)
    return key


def _has_just_gone_silent(begun: list[str]) -> bool:
    """Whether this is the first moment of silence: who wants to press a key does so then."""
    return begun[-1] == SILENCE and begun.count(SILENCE) == 1


def _key_at(scene: Scene, prompt: str) -> str:
    """The key pressed ahead that interrupts a prompt."""
    if prompt in scene.course.book.policy.uninterrupted:
        scene.caller.listen()
        return ""
    return scene.caller.interrupt()


def _plays_through(scene: Scene, *, to_the_end: bool) -> bool:
    if to_the_end:
        scene.caller.listen()
        return True
    return not scene.caller.interrupt()


def _hear(scene: Scene, begun: list[str], asks: str | None = None) -> None:
    if begun:
        course = scene.course
        scene.note(Heard(tuple(begun), course.facts.language, asks, course.stage))
