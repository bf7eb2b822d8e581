"""The examples of docs/moving-from-pyst2.md run, and its figures are the program's."""

import doctest
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from agi_server.compat import AFTER_HANG_UP_SECONDS, MOST_SCRIPTS, load_scripts
from agi_server.server import Limits
from dialplan.contract import Script

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "moving-from-pyst2.md").read_text(encoding="utf-8")
SCRIPT, TEST = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def test_the_example_passes_its_test() -> None:
    """As the page has it."""
    scope: dict[str, Any] = {}
    exec(compile(SCRIPT + TEST, "docs/moving-from-pyst2.md", "exec"), scope)  # noqa: S102  our own

    scope["test_an_order"]()


def test_the_settings_of_the_example_load_it(tmp_path: Path) -> None:
    """By its file."""
    (tmp_path / "order.py").write_text(SCRIPT, encoding="utf-8")
    setting = re.search(r"RAHYAB_SCRIPTS=([^,\n]+)", TEXT)
    assert setting is not None

    assert list(load_scripts(setting[1].replace("/etc/asterisk/agi", str(tmp_path)))) == ["order"]


def test_the_figures_are_those_of_the_program() -> None:
    """And the names that are taken."""
    assert f"at most {MOST_SCRIPTS} at once" in TEXT
    assert f"as one of the\n{MOST_SCRIPTS}," in TEXT
    assert f"after {AFTER_HANG_UP_SECONDS:.0f} seconds" in TEXT
    assert f"({Limits().session_seconds / 3600:.0f} hours)" in TEXT
    assert all(f"`{script}`" in TEXT for script in Script)


def test_why_shows_what_pyst2_really_does() -> None:
    """In a process of its own: pyst2's AGI takes the main thread and its signals."""
    why = ROOT / "docs" / "why.md"
    assert len(doctest.DocTestParser().get_examples(why.read_text(encoding="utf-8"))) == 9

    shown = subprocess.run(
        [sys.executable, "-m", "doctest", str(why)], capture_output=True, text=True, check=False
    )

    assert (shown.returncode, shown.stdout) == (0, "")
