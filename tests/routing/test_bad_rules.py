"""Each file of `tests/bad_rules` holds one mistake, and gets exactly the problems it announces.

A file begins with the problems, one a comment line: `# line:column code | message | hint`. To add a
case, add a file.
"""

from pathlib import Path

import pytest

from routing.loading import RulesError, load_policy
from routing.problems import Problem, one_line
from routing.rules_text import RulesText

FILES = sorted((Path(__file__).parent.parent / "bad_rules").glob("*.yaml"))

BUILTIN = {"not-a-choice": {"fa": "x", "en": "x", "lv": "x"}}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_mistake_gets_its_place_its_words_and_its_cure(file: Path) -> None:
    """The problems found are those announced, in the same order, and no others."""
    text = file.read_text(encoding="utf-8")
    announced = [line.removeprefix("# ") for line in text.splitlines() if " | " in line]
    with pytest.raises(RulesError) as caught:
        load_policy(RulesText(file.name, text), known_prompts=BUILTIN)
    assert [announce(problem) for problem in caught.value.problems] == announced


def announce(problem: Problem) -> str:
    """A problem as the files announce it."""
    where = f"{problem.line}:{problem.column}"
    words = f"{one_line(problem.message)} | {one_line(problem.hint)}"
    return f"{where} {problem.code} | {words}"


def test_there_are_as_many_mistakes_as_administrators_make() -> None:
    """A folder that is empty, or not found, would test nothing."""
    assert len(FILES) >= 70
