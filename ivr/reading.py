"""What callers hear, written for a reader: with commas and full stops between the digits. Pure."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from ivr.prompts import PAUSE, SILENCES
from routing.names import WORD

DIGIT: Final = "digit-"
"""Prompts that are a digit."""

COMMAS: Final[Mapping[str, str]] = {"fa": "\u060c"}
"""The comma of a language, where it is not that of most."""


class Said(NamedTuple):
    """A prompt that was said: its name, its text, and the language."""

    prompt: str
    text: str
    language: str


def in_words(said: Iterable[Said]) -> str:
    """What these prompts say.

    A pause is a comma where the text has no sign of its own, and digits end in a full stop before
    what is said after them.
    """
    words: list[str] = []
    last = comma = ""
    for prompt, text, language in said:
        comma = COMMAS.get(language, ",")
        if prompt == PAUSE and _may_pause(words, last, comma):
            words[-1] += comma
        elif prompt not in SILENCES and text:
            if last.startswith(DIGIT) and not prompt.startswith((DIGIT, WORD)):
                words[-1] = f"{words[-1].removesuffix(comma)}."
            words.append(text)
            last = prompt
    return " ".join(words).removesuffix(comma)


def _may_pause(words: list[str], last: str, comma: str) -> bool:
    """Whether a comma may stand behind these words, of which `last` is the last prompt."""
    if not words or words[-1].endswith(comma):
        return False
    return last.startswith((DIGIT, WORD)) or words[-1][-1].isalnum()
