"""The script that a speaker reads in a studio: every text of a language, in an order to read in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ivr.prompts import BUILTIN_LANGUAGES, Catalogue, builtin_prompts, words
from routing.names import WORD

_DIGIT: Final = re.compile(r"digit-\d")

FILE_SUFFIX: Final = ".wav"


@dataclass(frozen=True, slots=True)
class Line:
    """One recording to make.

    Attributes:
        prompt: The id of the prompt.
        text: What is to be read.
    """

    prompt: str
    text: str

    @property
    def file(self) -> str:
        """The name to save it as."""
        return f"{self.prompt}{FILE_SUFFIX}"


def script(catalogue: Catalogue, language: str) -> tuple[Line, ...]:
    """Everything that is said in a language, silent prompts and missing texts left out.

    The site's own prompts come first, in the order of its rules; then the sentences of the program,
    the digits, and the words of numbers, times, dates and amounts, in the order in which they are
    counted: who reads them one after the other keeps one voice for them all.

    Args:
        catalogue: The prompts.
        language: One of the business's.
    """
    order = dict.fromkeys(_in_reading_order(catalogue, language))
    texts = ((prompt, catalogue.text(prompt, language)) for prompt in order)
    return tuple(Line(prompt, text) for prompt, text in texts if text)


def is_counted(prompt: str) -> bool:
    """Whether values are put together of it: a digit, or a word of numbers, times and dates."""
    return prompt.startswith(WORD) or _DIGIT.fullmatch(prompt) is not None


def _in_reading_order(catalogue: Catalogue, language: str) -> Iterator[str]:
    builtin = tuple(builtin_prompts())
    counted = tuple(f"{WORD}{word}" for word in words(language)) if _has_words(language) else ()
    yield from (prompt for prompt in catalogue.own if prompt not in {*builtin, *counted})
    yield from (prompt for prompt in builtin if not _DIGIT.fullmatch(prompt))
    yield from builtin
    yield from counted
    yield from catalogue.ids


def _has_words(language: str) -> bool:
    return language in BUILTIN_LANGUAGES
