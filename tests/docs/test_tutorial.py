"""docs/tutorial.md, from its first line to its last: each edit is made, each command is run."""

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agi_server.service import operated, serving
from tests.conversations.site import RULES

PAGE = (Path(__file__).parents[2] / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(diff|console)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
LEFT_OUT = "…"
VARYING = re.compile(r" +$", re.MULTILINE)


def edited(text: str, change: str) -> str:
    """The text after a change that the page shows, at the one place that it fits."""
    lines = change.splitlines()
    old = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("+"))
    new = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("-"))
    assert text.count(old) == 1, f"the page's change fits {text.count(old)} places:\n{change}"
    return text.replace(old, new)


def commands(block: str) -> Iterator[tuple[list[str], str]]:
    """The commands of a block, each with what the page shows of its output."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield shlex.split(command), shown


def assert_shown(shown: str, printed: str) -> None:
    """Everything that the page shows was printed, in this order; `…` stands for anything."""
    rest = VARYING.sub("", printed)
    for part in VARYING.sub("", shown).split(LEFT_OUT):
        piece = part.strip("\n")
        assert piece in rest, f"the page shows\n{piece}\nand this was printed:\n{printed}"
        rest = rest[rest.index(piece) + len(piece) :]


@pytest.mark.slow
def test_whoever_follows_the_page_sees_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a real server that takes the rules over and gives them back."""
    rules = tmp_path / "routing_rules.yaml"
    shutil.copy(RULES, rules)
    monkeypatch.setenv("COLUMNS", "120")
    settings = {"RULES": "routing_rules.yaml"}
    with serving(tmp_path, folder=tmp_path, **settings):
        for kind, block in BLOCKS:
            if kind == "diff":
                rules.write_text(edited(rules.read_text("utf-8"), block), encoding="utf-8")
                continue
            for (program, *words), shown in commands(block):
                if program == "cp":
                    shutil.copy(*(tmp_path / word for word in words))
                    continue
                done = operated(tmp_path, *words, folder=tmp_path, **settings)
                assert "Traceback" not in done.stderr
                assert_shown(shown, done.stdout)


def test_page_has_edits_and_commands() -> None:
    """Or the test above would test nothing."""
    kinds = [kind for kind, _ in BLOCKS]
    assert kinds.count("diff") >= 5
    assert kinds.count("console") >= 8
