"""What callers meet who come to a queue: its gate, an agent whom they prefer, words and keys."""

from collections.abc import Iterator
from typing import Final

from routing.checks.menus import CUSTOMARY
from routing.checks.plain import mapping
from routing.checks.scene import Scene, listed
from routing.fields import spelt_seconds
from routing.problems import Path, Problem
from routing.queue_model import GateShape, QueueSayShape, QueueShape

SHORTEST_EVERY_SECONDS: Final = 15
"""From the end of what is said to the next time: with much less callers hear the same words over
and over, and are rung for only in the short while between."""

LONGEST_WORDS_SECONDS: Final = 20
"""For words that are said again and again: for so long nobody is rung for the caller who hears
them."""

LETTERS_A_SECOND: Final = 14
"""Of text as it is spoken on the telephone, in any of the built-in languages: about 150 words a
minute."""

MOST_WORDS: Final = 10
"""Prompts that Asterisk takes for one queue (app_queue.c, MAX_PERIODIC_ANNOUNCEMENTS)."""

BOUNDS: Final = ("hours", "waiting", "per_agent", "wait")
"""Of a gate."""


def problems(scene: Scene) -> Iterator[Problem]:
    """Every finding about them."""
    for id_, queue in scene.queues.items():
        if queue is not None:
            path: Path = ("queues", id_)
            if queue.gate is not None:
                yield from _gate(scene, path, queue, queue.gate)
            if queue.say is not None:
                yield from _vain(scene, path, queue.say)
                yield from _often(scene, path, queue.say)
                yield from _long(scene, path, queue.say)
                yield from _many(scene, path, queue.say)
            yield from _preferred(scene, path, queue)
            yield from _preferred_twice(scene, path, queue)
            yield from _untold(scene, path, queue)
            yield from _back(scene, id_, queue)
            yield from _cut_off(scene, path, queue)


def _gate(scene: Scene, path: Path, queue: QueueShape, gate: GateShape) -> Iterator[Problem]:
    if all(getattr(gate, each) is None for each in BOUNDS):
        message = "this gate keeps nobody out"
        hint = "write `hours`, `waiting`, `per_agent` or `wait` into it, or delete it"
        yield scene.at((*path, "gate"), "gate-without-bound", message, hint, key=True)
    end = queue.give_up.after
    if gate.wait is not None and gate.wait > end:
        message = (
            f"callers are let in who will likely wait up to {spelt_seconds(gate.wait)}, and waiting"
            f" ends after {spelt_seconds(end)}"
        )
        hint = f"let `wait` be {spelt_seconds(end)} or less, or give up later"
        yield scene.at((*path, "gate", "wait"), "gate-after-the-end", message, hint)


def _vain(scene: Scene, path: Path, say: QueueSayShape) -> Iterator[Problem]:
    """Words of which callers hear nothing."""
    if say.prompt:
        return
    if "every" in say.model_fields_set:
        message = "nothing is said again here: `every` has no `prompt`"
        hint = "write the `prompt` that callers are to hear, or delete `every`"
        yield scene.at((*path, "say", "every"), "vain-words", message, hint, key=True)
    elif not (say.place or say.wait):
        message = "callers hear nothing by this `say`"
        hint = "write `place: true`, `wait: true` or a `prompt` into it, or delete it"
        yield scene.at((*path, "say"), "vain-words", message, hint, key=True)


def _often(scene: Scene, path: Path, say: QueueSayShape) -> Iterator[Problem]:
    if say.prompt and say.every < SHORTEST_EVERY_SECONDS:
        message = f"callers hear the same words again after {spelt_seconds(say.every)}"
        hint = (
            f"let `every` be {SHORTEST_EVERY_SECONDS}s or more: nobody is rung for a caller while"
            " something is said"
        )
        yield scene.at((*path, "say", "every"), "words-too-often", message, hint)


def _long(scene: Scene, path: Path, say: QueueSayShape) -> Iterator[Problem]:
    for prompt in say.prompt:
        own = mapping(mapping(scene.data.get("prompts")).get(prompt))
        texts = {**scene.builtin.get(prompt, {}), **own}
        lengths = {
            language: len(str(texts[language])) // LETTERS_A_SECOND
            for language in scene.languages
            if language in texts
        }
        language = max(lengths, key=lambda each: lengths[each], default=None)
        if language is not None and lengths[language] > LONGEST_WORDS_SECONDS:
            message = (
                f'"{prompt}" takes about {lengths[language]}s in "{language}", and nobody is rung'
                " for the caller meanwhile"
            )
            hint = "say less while callers wait, and the rest before they come to the queue"
            yield scene.at((*path, "say", "prompt"), "words-too-long", message, hint)


def _many(scene: Scene, path: Path, say: QueueSayShape) -> Iterator[Problem]:
    if len(say.prompt) > MOST_WORDS:
        message = f"of {len(say.prompt)} prompts, callers who wait hear the first {MOST_WORDS}"
        hint = f"write {MOST_WORDS} or fewer: one of them is said each time, in turn"
        yield scene.at((*path, "say", "prompt"), "too-many-words", message, hint)


def _preferred(scene: Scene, path: Path, queue: QueueShape) -> Iterator[Problem]:
    prefer, end = queue.prefer, queue.give_up.after
    if prefer is not None and prefer.seconds >= end:
        message = (
            f"callers wait {spelt_seconds(prefer.seconds)} for one agent alone, and"
            f" {spelt_seconds(end)} for all the others"
        )
        hint = "let `for` be shorter, or give up later"
        yield scene.at((*path, "prefer", "for"), "prefers-for-too-long", message, hint)


def _preferred_twice(scene: Scene, path: Path, queue: QueueShape) -> Iterator[Problem]:
    whom = () if queue.prefer is None else tuple(queue.prefer.agent)
    for place, each in enumerate(whom):
        if each in whom[:place]:
            message = f"`{each}` is written twice, and looked for once"
            hint = "keep the first of the two"
            yield scene.at((*path, "prefer", "agent", place), "preferred-twice", message, hint)


def _untold(scene: Scene, path: Path, queue: QueueShape) -> Iterator[Problem]:
    """Keys of which callers who wait never hear."""
    if queue.keys and (queue.say is None or not queue.say.prompt):
        keys = list(queue.keys)
        verb = "leads" if len(keys) == 1 else "lead"
        message = f"{listed(keys)} {verb} out of this queue, and nothing said in it tells of that"
        hint = "write `say: {prompt: …, every: 45s}` with a prompt that offers the keys"
        yield scene.at((*path, "keys"), "untold-keys", message, hint, key=True)


def _back(scene: Scene, id_: str, queue: QueueShape) -> Iterator[Problem]:
    """Keys that do nothing but send the caller where they are."""
    here = mapping(mapping(scene.data.get("queues")).get(id_))
    for key in queue.keys:
        path: Path = ("queues", id_, "keys", key)
        written = mapping(mapping(here.get("keys")).get(key))
        if dict(written) == {"queue": id_}:
            message = f'who presses "{key}" in this queue comes back to it'
            hint = "let it lead elsewhere, or delete it: a key that is not written is not heard"
            yield scene.at(path, "key-to-the-same-queue", message, hint, key=True)


def _cut_off(scene: Scene, path: Path, queue: QueueShape) -> Iterator[Problem]:
    """Keys that end the call of who wanted the opposite, as in a menu."""
    for key, purpose in CUSTOMARY.items():
        choice = queue.keys.get(key)
        if choice is not None and choice.hangup is not None:
            message = f'"{key}" ends the call of a caller who presses it to {purpose}'
            hint = "use another key to end it"
            where: Path = (*path, "keys", key)
            yield scene.at(where, "customary-key-hangs-up", message, hint, key=True)
