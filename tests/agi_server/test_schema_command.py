"""`rahyab schema`."""

import json
from pathlib import Path

from click.testing import CliRunner

from agi_server.cli import main
from routing.reference import reference_page
from routing.schema import editor_schema


def test_it_prints_the_schema() -> None:
    """As JSON that any program reads."""
    result = CliRunner().invoke(main, ["schema"])
    assert result.exit_code == 0
    assert json.loads(result.output) == editor_schema()


def test_it_writes_the_schema(tmp_path: Path) -> None:
    """The same to a file, which ends with a line's end."""
    file = tmp_path / "routing_rules.schema.json"
    result = CliRunner().invoke(main, ["schema", "--output", str(file)])
    assert (result.exit_code, result.output) == (0, "")
    text = file.read_text(encoding="utf-8")
    assert text.endswith("}\n")
    assert json.loads(text) == editor_schema()


def test_it_prints_the_reference() -> None:
    """The page of the documentation."""
    result = CliRunner().invoke(main, ["schema", "--reference"])
    assert (result.exit_code, result.output) == (0, reference_page())


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """In one sentence."""
    file = tmp_path / "nowhere" / "schema.json"
    result = CliRunner().invoke(main, ["schema", "--output", str(file)])
    assert result.exit_code == 2
    assert "cannot be written: No such file or directory" in result.output
