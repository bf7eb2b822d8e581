"""What is wrong with a rules file, in words an administrator can act on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias
from unicodedata import category

Path: TypeAlias = tuple[str | int, ...]
"""The keys and indices that lead to a place in the file; the empty one is the whole file."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding in a rules file.

    `line` and `column` count from 1. `path` names the place in the file (`queues.support.need`),
    `message` says what is wrong, `hint` what to write instead (may be empty), and `code` is the
    stable name of the kind of problem (`unknown-queue`).
    """

    file: str
    line: int
    column: int
    path: str
    code: str
    message: str
    hint: str = ""


def render(problem: Problem, lines: Sequence[str]) -> str:
    """A problem for a terminal: where and what, the line itself, a caret, and what to do.

    Args:
        problem: The finding.
        lines: The lines of the file that it is about.
    """
    where = f"{problem.file}:{problem.line}:{problem.column}"
    rendered = [f"{where}: {one_line(problem.message)} [{problem.code}]"]
    if problem.line <= len(lines):
        line = lines[problem.line - 1]
        shown = line.lstrip()
        before = line[: problem.column - 1][len(line) - len(shown) :]
        # A tab stays a tab, so that the caret stands under the same character.
        indent = "".join("\t" if each == "\t" else " " for each in before)
        rendered += [f"    {shown}", f"    {indent}^"]
    if problem.hint:
        rendered.append(f"    {one_line(problem.hint)}")
    return "\n".join(rendered)


def one_line(text: str) -> str:
    """`text` with its control characters spelt out: it may quote what the file holds."""
    return "".join(
        each.encode("unicode_escape").decode() if category(each) in {"Cc", "Zl", "Zp"} else each
        for each in text
    )


def dotted(path: Path) -> str:
    """A path as problems show it: `queues.support.steps[0].need`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
