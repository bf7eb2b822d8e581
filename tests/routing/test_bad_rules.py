"""Each file of `tests/bad_rules` holds one mistake, and gets exactly the problems it announces.

A file begins with the problems, one a comment line:

    # line:column code | message | hint

A warning has `warning ` before it, a problem in an included file the file's name:
`# warning beside/queues.yaml:3:1 code | …`. Included files lie in `tests/bad_rules/beside`; one
that is named like a main file may announce nothing itself. To add a case, add a file.
"""

from pathlib import Path

import pytest

from agi_server.policy import read_rules
from routing.catalogue import EXAMPLE_YEAR, Level
from routing.loading import examine
from routing.problems import Problem, one_line

FOLDER = Path(__file__).parent.parent / "bad_rules"
FILES = sorted(FOLDER.glob("*.yaml"))

BUILTIN = {"not-a-choice": {"fa": "x", "en": "x", "lv": "x"}}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_mistake_gets_its_place_its_words_and_its_cure(file: Path) -> None:
    """The problems found are those announced, in the same order, and no others."""
    announced = announced_in(file)
    found = examine(read_rules(file), known_prompts=BUILTIN, year=EXAMPLE_YEAR)
    assert [announce(problem, file) for problem in found.problems] == announced
    assert announced
    assert (found.policy is None) == bool(found.of_level(Level.ERROR))


def announced_in(file: Path) -> list[str]:
    """What a file says about itself."""
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    return [line.removeprefix("# ") for line in lines if line.startswith("# ") and " | " in line]


def announce(problem: Problem, main: Path) -> str:
    """A problem as the files announce it."""
    level = "" if problem.level == Level.ERROR else f"{problem.level} "
    file = Path(problem.file).relative_to(main.parent)
    within = "" if file == Path(main.name) else f"{file}:"
    words = f"{one_line(problem.message)} | {one_line(problem.hint)}"
    return f"{level}{within}{problem.line}:{problem.column} {problem.code} | {words}"


def test_there_are_as_many_mistakes_as_administrators_make() -> None:
    """A folder that is empty, or not found, would test nothing."""
    assert len(FILES) >= 70
