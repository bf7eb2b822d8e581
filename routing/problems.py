"""What is wrong with a rules file, in words an administrator can act on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from unicodedata import category

from routing.catalogue import Level, level_of

Path: TypeAlias = tuple[str | int, ...]
"""The keys and indices that lead to a place in the file; the empty one is the whole file."""


@dataclass(frozen=True, slots=True)
class Use:
    """A `$name` through which a problem was met.

    Attributes:
        name: The definition in which the value is written.
        path: Where it is used.
        origin: The path of the value within the definitions.
        file: The file, line and column of the use.
    """

    name: str
    path: Path
    origin: str
    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding in a rules file.

    `line` and `column` count from 1. `path` names the place in the file (`queues.support.need`),
    `message` says what is wrong, `hint` what to write instead (may be empty), and `code` is the
    stable name of the kind of problem (`unknown-queue`). `use` is there while problems are
    gathered: the use of a definition by which the value was reached.
    """

    file: str
    line: int
    column: int
    path: str
    code: str
    message: str
    hint: str = ""
    use: Use | None = field(default=None, compare=False, repr=False)

    @property
    def level(self) -> Level:
        """Whether the file loads all the same: the catalogue says so, by the code."""
        return level_of(self.code)


MOST_SHOWN: Final = 116
"""Characters of a line that are shown under a finding: with the indentation they fit into 120."""

LONGEST_SENTENCE: Final = 500
"""Characters of a message or hint that a terminal gets. Programs get all of it."""

_UNSEEN: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Categories of what a terminal obeys, or cannot show."""


def _as_it_is(text: str, part: str) -> str:
    del part
    return text


def render(
    problem: Problem, lines: Sequence[str], paint: Callable[[str, str], str] = _as_it_is
) -> str:
    """A problem for a terminal: where and what, the line itself, a caret, and what to do.

    Args:
        problem: The finding.
        lines: The lines of the file that it is about.
        paint: Colours a part of it. The second argument names the part: `error` and `warning` for
            the level, `place`, `caret`.
    """
    where = paint(f"{problem.file}:{problem.line}:{problem.column}:", "place")
    level = paint(f"{problem.level}:", problem.level)
    rendered = [f"{where} {level} {_clipped(problem.message)} [{problem.code}]"]
    if problem.line <= len(lines):
        shown, before = _window(_visible(lines[problem.line - 1]), problem.column)
        # A tab stays a tab, so that the caret stands under the same character.
        indent = "".join("\t" if each == "\t" else " " for each in before)
        rendered += [f"    {shown}", f"    {indent}{paint('^', 'caret')}"]
    if problem.hint:
        rendered.append(f"    {_clipped(problem.hint)}")
    return "\n".join(rendered)


def _clipped(text: str) -> str:
    """A sentence on one line, without the middle if it quotes something endless."""
    line = one_line(text)
    if len(line) <= LONGEST_SENTENCE:
        return line
    half = LONGEST_SENTENCE // 2
    return f"{line[:half]} … {line[-half:]}"


def _window(line: str, column: int) -> tuple[str, str]:
    """As much of a line as a terminal has room for, and what of that stands before the column."""
    shown = line.lstrip()
    at = max(column - 1 - (len(line) - len(shown)), 0)
    if len(shown) <= MOST_SHOWN:
        return shown, shown[:at]
    begin = max(min(at, len(shown)) - MOST_SHOWN // 2, 0)
    begin = min(begin, len(shown) - MOST_SHOWN)
    end = begin + MOST_SHOWN
    left, right = "…" if begin else "", "…" if end < len(shown) else ""
    return f"{left}{shown[begin:end]}{right}", f"{left}{shown[begin:at]}"


def _visible(line: str) -> str:
    """A line of the file without what a terminal would obey, each sign in its column."""
    return "".join(
        "\ufffd" if each != "\t" and category(each) in _UNSEEN else each for each in line
    )


def one_line(text: str) -> str:
    """`text` with its control characters spelt out: it may quote what the file holds."""
    return "".join(
        each.encode("unicode_escape").decode() if category(each) in _UNSEEN else each
        for each in text
    )


def dotted(path: Path) -> str:
    """A path as problems show it: `queues.support.steps[0].need`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
