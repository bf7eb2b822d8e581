"""The examples of docs/testing-your-scripts.md run, and pass."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import agi_server.testing

PAGE = Path(__file__).parents[2] / "docs" / "testing-your-scripts.md"
TEXT = PAGE.read_text(encoding="utf-8")
SCOPE: dict[str, Any] = {}
for block in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL):
    exec(compile(block, str(PAGE), "exec"), SCOPE)  # noqa: S102  our own documentation
EXAMPLES = [SCOPE[name] for name in SCOPE if name.startswith("test_")]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__)
def test_example(example: Callable[[], None]) -> None:
    """Each is a test of its own."""
    example()


def test_every_action_and_fault_is_spoken_of() -> None:
    """What a caller can do, and what can go wrong."""
    words = ("Press", "HangUp", "Silence", "Type", "Speak", "InTurn", "Faults", "Asked", "agi(")
    faults = agi_server.testing.Faults.__dataclass_fields__
    assert [
        word for word in (*words, *faults) if word not in TEXT and word != "stall_seconds"
    ] == []
