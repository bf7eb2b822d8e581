"""`rahyab check --format`: what other programs get, in the forms that they have published."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agi_server.cli.check import check_command
from agi_server.cli.finding_formats import Report, as_github
from routing.catalogue import catalogue
from routing.problems import Problem
from routing.rules_text import RulesText
from tests.sample import TEXT

WRONG = TEXT.replace("ring: 20s", "ring: 20") + "define: {left-over: 1}\n"


def check(form: str, text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    """Run the command on a file in the working folder."""
    monkeypatch.chdir(folder)
    Path("my rules.yaml").write_text(text, encoding="utf-8")
    return CliRunner().invoke(check_command, ["my rules.yaml", "--format", form])


def test_json_has_every_finding_with_all_its_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the counts of both levels."""
    result = check("json", WRONG, tmp_path, monkeypatch)
    told = json.loads(result.output)
    assert result.exit_code == 1
    assert (told["file"], told["counts"]) == ("my rules.yaml", {"errors": 1, "warnings": 1})
    assert told["findings"][0] == {
        "file": "my rules.yaml",
        "line": 35,
        "column": 11,
        "path": "queues.reception.ring",
        "level": "error",
        "code": "no-unit",
        "message": "`20` lacks a unit",
        "hint": "write 20s or 20m",
    }
    assert [each["level"] for each in told["findings"]] == ["error", "warning"]


def test_json_of_rules_in_order_has_what_they_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No findings, and the counts that the text form shows."""
    result = check("json", TEXT, tmp_path, monkeypatch)
    told = json.loads(result.output)
    assert (result.exit_code, told["findings"]) == (0, [])
    assert told["revision"] == RulesText("f", TEXT).revision
    assert (told["found"]["queue"], told["found"]["rule"]) == (2, 3)


def test_sarif_has_what_the_standard_requires(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Version and runs; in a run tool and results; in a result its message, rule and place."""
    told = json.loads(check("sarif", WRONG, tmp_path, monkeypatch).output)
    assert told["version"] == "2.1.0"
    assert told["$schema"].endswith("sarif-2.1.0.json")
    (run,) = told["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"] == "rahyab"
    assert [rule["id"] for rule in rules] == list(catalogue())
    error, warning = run["results"]
    assert (error["level"], warning["level"]) == ("error", "warning")
    assert rules[error["ruleIndex"]]["id"] == error["ruleId"] == "no-unit"
    assert error["message"]["text"] == "`20` lacks a unit\nwrite 20s or 20m"
    (place,) = error["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "my%20rules.yaml"},
        "region": {"startLine": 35, "startColumn": 11},
    }
    assert place["logicalLocations"] == [{"fullyQualifiedName": "queues.reception.ring"}]


def test_github_gets_a_line_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As its workflow commands are written."""
    result = check("github", WRONG, tmp_path, monkeypatch)
    line = len(WRONG.splitlines())
    assert result.output == (
        "::error file=my rules.yaml,line=35,col=11,title=no-unit::`20` lacks a unit%0A"
        "write 20s or 20m\n"
        f"::warning file=my rules.yaml,line={line},col=10,title=unused-definition::"
        '"left-over" is defined and never used%0A'
        "write $left-over, without quotes, where it is meant; or delete it\n"
    )


def test_nothing_of_a_file_ends_a_command_of_github() -> None:
    """Its separators are escaped: in a property also colon and comma."""
    problem = Problem("a,b:c%.yaml", 1, 2, "", "no-unit", "100%\r\n::error::x, y")
    line = as_github(Report(RulesText("r", ""), [problem], {}, Path("/w")))
    assert line == (
        "::error file=a%2Cb%3Ac%25.yaml,line=1,col=2,title=no-unit::100%25\\r\\n::error::x, y"
    )


@pytest.mark.parametrize(
    ("file", "named"),
    [("q.yaml", "q.yaml"), ("/srv/sub/q.yaml", "sub/q.yaml"), ("/etc/q.yaml", "/etc/q.yaml")],
)
def test_files_are_named_from_the_working_folder(file: str, named: str) -> None:
    """Where a pull request finds them."""
    assert Report(RulesText("r", ""), [], {}, Path("/srv")).file(file) == named
