"""Keying: how an answer comes about out of prompts and keys, on a line and in a rehearsal.

Whoever has the caller does what is asked for here, one thing after the other, and sends what was
pressed; so a rehearsed caller meets exactly the same as one on a telephone.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeAlias

from ivr.keys import AGAIN, DONE, LONE_DONES, MOST_ANEW, Input


@dataclass(frozen=True, slots=True)
class BeDeaf:
    """Let the keys pass that were pressed so far. Nothing is sent for it."""


@dataclass(frozen=True, slots=True)
class PlayUntilKey:
    """Play these prompts. Sent is the key that interrupts them; empty: they were heard whole."""

    prompts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WaitForKeys:
    """Wait for up to `longest` keys, `seconds` for each.

    Sent are those before a `#`, and `#` alone where it comes first.
    """

    longest: int
    seconds: float


Listening: TypeAlias = BeDeaf | PlayUntilKey | WaitForKeys
"""What is asked of whoever has the caller."""

Answering: TypeAlias = Generator[Listening, str, str]
"""Comes to what was keyed; empty: nothing."""


def answering(prompts: tuple[str, ...], wanted: Input) -> Answering:
    """Ask, and take in the answer.

    A lone `#` is the end of what was keyed before this question, not an answer to it; where nobody
    has to answer, it is the wish to go on.
    """
    if not wanted.early_keys:
        yield BeDeaf()
    for _ in range(LONE_DONES):
        first = yield PlayUntilKey(prompts)
        if wanted.is_optional and first == DONE:
            return ""
        if not first and not wanted.is_optional:
            first = yield WaitForKeys(1, wanted.first_key_seconds)
        if first != DONE:
            return (yield from _whole(first, wanted)) if first else ""
    return ""


def _whole(keys: str, wanted: Input) -> Answering:
    """The answer that begins with these keys; `*` if it was begun anew and nothing followed."""
    for _ in range(MOST_ANEW):
        further = wanted.further(keys)
        if further <= 0:
            break
        pressed = yield WaitForKeys(further, wanted.between_keys_seconds)
        keys = wanted.taken(keys + pressed.removesuffix(DONE))
        if len(pressed) < further or pressed == DONE:
            break
    return keys or AGAIN
