"""What a caller hears, as text."""

from collections.abc import Iterable

from ivr.prompts import builtin_prompts, builtin_words

PLAIN = dict.fromkeys(map(ord, "\u064e\u064f\u0650\u0652"))
"""Takes off the vowels that are written for the voice alone."""


def heard(prompts: Iterable[str], code: str) -> str:
    """The texts of prompts in a language; each must have one there."""
    return " ".join(
        (builtin_words().get(each) or builtin_prompts()[each])[code] for each in prompts
    )


def written(prompts: Iterable[str], code: str) -> str:
    """The same as people write it: the Persian "o" as a word of its own, no vowels."""
    text = heard(prompts, code)
    if code != "fa":
        return text
    words = [f"{word[:-1]} و" if word.endswith("\u064f") else word for word in text.split(" ")]
    return " ".join(words).translate(PLAIN)
