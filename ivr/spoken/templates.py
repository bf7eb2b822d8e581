"""Rows of words with gaps, as a language's page writes them: `{count} hundred [and {rest}]`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

_TOKEN: Final = re.compile(
    r"(?P<word>[a-z0-9#@-]+)|\{(?P<part>[a-z]+)(?::(?P<table>[a-z0-9-]+))?\}"
    r"|(?P<mark>[\[|\]])|(?P<blank>\s+)"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A prompt id; `#` in it stands for a number, `@` for the form that a count asks for."""

    id: str


@dataclass(frozen=True, slots=True)
class Part:
    """A gap: the part of the value that goes there, and the table that says it.

    Without a table, `{rest}` is said by the table it stands in, and `{month}` is `month-11`.
    """

    name: str
    table: str | None


Token: TypeAlias = Word | Part


@dataclass(frozen=True, slots=True)
class Template:
    """What to say where there is a rest, and where there is none."""

    with_rest: tuple[Token, ...]
    without_rest: tuple[Token, ...]

    @classmethod
    def parse(cls, text: str) -> "Template":
        """Read a template.

        Words and `{parts}` stand apart; `[some]` is said only where there is a rest, and of
        `[some | else]` what stands after the bar where there is none.

        Raises:
            ValueError: The message says what cannot be read.
        """
        with_rest: list[Token] = []
        without_rest: list[Token] = []
        within = ""
        for token in _tokens(text):
            if isinstance(token, str):
                within = _after_mark(within, token, text)
                continue
            if within != "|":
                with_rest.append(token)
            if within != "[":
                without_rest.append(token)
        if within:
            raise ValueError(f"{text!r} opens a [ that it does not close")
        return cls(tuple(with_rest), tuple(without_rest))

    @property
    def tokens(self) -> frozenset[Token]:
        """Everything that it may say."""
        return frozenset((*self.with_rest, *self.without_rest))

    def uses(self, part: str) -> bool:
        """Whether it has a gap for this part of the value."""
        return any(isinstance(token, Part) and token.name == part for token in self.tokens)


_NEXT: Final = {("", "["): "[", ("[", "|"): "|", ("[", "]"): "", ("|", "]"): ""}
"""Inside of which mark we are, by where we were and the mark that comes."""


def _after_mark(within: str, mark: str, text: str) -> str:
    try:
        return _NEXT[within, mark]
    except KeyError:
        raise ValueError(f"{text!r} has a {mark} out of place: write [some | else]") from None


def _tokens(text: str) -> Iterator[Token | str]:
    """The words and parts of a template, with its brackets and bars between them."""
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ValueError(
                f"{text!r} cannot be read from {text[at:]!r} on: "
                "write prompt ids and {parts}, with blanks between them"
            )
        at = found.end()
        if found["mark"]:
            yield found["mark"]
        elif found["part"]:
            yield Part(found["part"], found["table"])
        elif found["word"]:
            yield Word(found["word"])
