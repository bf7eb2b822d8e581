"""What a caller does, as one writes it: `1 wait 10 hangup`, one word a question."""

from dataclasses import dataclass
from typing import Final, TypeAlias
from unicodedata import decimal

KEYS: Final = frozenset("0123456789*#")

SYNTAX: Final = (
    'write keys (0-9 * #), "wait" to press nothing, "listen" to press nothing where nobody has to, '
    'or "hangup", one word a question, as in "1 wait 10 hangup"'
)

LISTENED: Final = ("hear:", "speak:")
"""Words of the lab's key scripts that need no doing elsewhere: there a caller always listens."""


class KeyScriptError(ValueError):
    """A key script holds a word that is none; the message shows it and the syntax."""


@dataclass(frozen=True, slots=True)
class Press:
    """Press these keys."""

    keys: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Press nothing until the question gives up waiting."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Press nothing where nobody has to: the next word is for the question after it."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """Leave."""


Word: TypeAlias = Press | Wait | Listen | HangUp
"""What a caller does at one question."""


def read_script(script: str) -> tuple[Word, ...]:
    """A whole key script. Raises KeyScriptError."""
    return tuple(read_word(word) for word in script.split() if not word.startswith(LISTENED))


def read_word(word: str) -> Word:
    """One word of a key script, or one line of a person. Raises KeyScriptError."""
    word = "".join(str(decimal(sign, sign)) for sign in word)
    if word in ("", "wait") or word.startswith("wait:"):
        return Wait()
    if word == "listen":
        return Listen()
    if word == "hangup":
        return HangUp()
    if set(word) <= KEYS:
        return Press(word)
    raise KeyScriptError(f"{word!r} is not known: {SYNTAX}")


def written(words: tuple[Word, ...]) -> str:
    """A key script that reads as these words.

    >>> written((Press("1"), Wait(), HangUp()))
    '1 wait hangup'
    """
    return " ".join(_written(word) for word in words)


def _written(word: Word) -> str:
    match word:
        case Press(keys):
            return keys
        case HangUp():
            return "hangup"
        case Wait():
            return "wait"
        case Listen():
            return "listen"
