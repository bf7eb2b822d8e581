"""docs/importing.md shows what the commands really print, of files as they stand there."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import Workbook

from agi_server.cli import main
from crm.importing.mapping import ColumnsShape, MappingShape, SourceShape
from tests.conversations.site import RULES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "importing.md").read_text(encoding="utf-8")
FILES = re.findall(r"```(csv|yaml) (\S+) ?(\S*)\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"```console\n\$ (.*?)\n(.*?)```", PAGE, re.DOTALL)
LEFT_OUT = "…\n"
BLANKS = re.compile(r" +$", re.MULTILINE)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The rules that we ship, the files of the page, and no database."""
    (tmp_path / "routing_rules.yaml").write_bytes(RULES.read_bytes())
    for _, name, encoding, content in FILES:
        if name.endswith(".xlsx"):
            write_workbook(tmp_path / name, content)
        else:
            (tmp_path / name).write_text(content, encoding=encoding or "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("RAHYAB_HOME", str(tmp_path))
    for name in ("RAHYAB_RULES", "RAHYAB_DATABASE", "RAHYAB_STORE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def write_workbook(path: Path, content: str) -> None:
    """The rows of the page below a title."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "مشتریان"
    sheet.append(["فهرست مشتریان"])
    for line in content.splitlines():
        sheet.append(line.split(","))
    book.save(path)


def printed(command: str) -> str:
    """What a command of the page prints; progress is left out."""
    program, *arguments = shlex.split(command)
    if program == "cat":
        return Path(arguments[0]).read_text(encoding="utf-8-sig")
    result = CliRunner().invoke(main, arguments)
    progress = re.compile(r"^(reading|comparing|storing) .*\n", re.MULTILINE)
    return progress.sub("", result.output)


def test_the_page_shows_what_is_printed() -> None:
    """Its commands in their order; what `…` at an end stands for may be anything."""
    assert len(COMMANDS) == 7
    for command, shown in COMMANDS:
        rest = BLANKS.sub("", printed(command))
        for part in BLANKS.sub("", shown).split(LEFT_OUT):
            assert part in rest, rest
            rest = rest[rest.index(part) + len(part) :]


@pytest.mark.parametrize("name", ["latvian-csv.mapping.yaml", "persian-excel.mapping.yaml"])
def test_the_page_shows_the_mappings_that_ship(folder: Path, name: str) -> None:
    """Word for word."""
    assert (folder / name).read_text(encoding="utf-8") == (
        ROOT / "crm" / "samples" / name
    ).read_text(encoding="utf-8")


def test_the_keys_of_a_mapping_are_all_explained() -> None:
    """None is missing from the tables."""
    keys = {*MappingShape.model_fields, *ColumnsShape.model_fields, *SourceShape.model_fields}
    assert {key for key in keys - {"version"} if f"`{key}`" not in PAGE} == set()
