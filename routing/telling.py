"""What the model of a rules file tells of itself: its docstrings and descriptions, taken apart."""

import inspect
import textwrap
from dataclasses import dataclass
from typing import Final

_EXAMPLE: Final = "\nExample:\n"


@dataclass(frozen=True, slots=True)
class Told:
    """What the model tells of a key or a shape.

    Attributes:
        summary: The first paragraph, in one line.
        prose: What follows it; Markdown, may be empty.
        example: A part of a rules file; YAML, may be empty.
    """

    summary: str
    prose: str
    example: str


def told(description: str) -> Told:
    r"""The parts of a description or a docstring.

    >>> told("A queue.\n\nCallers wait.\n\nExample:\n    queues: {}")
    Told(summary='A queue.', prose='Callers wait.', example='queues: {}')
    """
    text, _, example = inspect.cleandoc(description).partition(_EXAMPLE)
    summary, _, prose = text.strip().partition("\n\n")
    return Told(" ".join(summary.split()), prose.strip(), textwrap.dedent(example).strip())
