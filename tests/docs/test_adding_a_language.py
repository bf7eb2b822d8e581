"""docs/adding-a-language.md: its examples can be read, and say what it tells."""

import re
from pathlib import Path

import pytest
import yaml

from ivr.spoken import number
from ivr.spoken.plurals import compile_rule
from ivr.spoken.tables import Row

PAGE = (Path(__file__).parents[2] / "docs" / "adding-a-language.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_can_be_read(example: str) -> None:
    """As the program reads a page."""
    page = yaml.safe_load(example)
    assert page.keys() <= {"plural", "tables"}
    for rule in page.get("plural", {}).values():
        compile_rule(rule)
    for rows in page.get("tables", {}).values():
        assert all(Row.parse(key, text).template.tokens for key, text in rows.items())


def test_the_number_is_said_as_the_page_tells() -> None:
    """345, step by step."""
    assert "`digit-3 hundred and`, then for 45 `number-40`, then `digit-5`" in PAGE
    words = ("digit-3", "word-hundred", "word-and", "word-number-40", "digit-5")
    assert number(345, "en") == words


@pytest.mark.parametrize(
    "name", ["joined", "clock", "calendar", "date", "money", "plural", "another-year", "jalali"]
)
def test_every_section_is_told(name: str) -> None:
    """Nothing of a page of grammar is left to guess."""
    assert f"`{name}`" in PAGE
