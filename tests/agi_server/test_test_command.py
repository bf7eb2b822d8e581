"""`rahyab test`: the tests of the rules, their table, their failures, and what they reach."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agi_server.cli import main
from tests.conversations.site import RULES

CALL = 'call: {from: "+989121234567", to: "+982191000000", at: "2026-11-24 10:00", keys: "1"}'
GOOD = f"""tests:
  - name: a stranger comes to support
    {CALL}
    expect: {{queue: support}}
"""
BAD = f"""tests:
  - name: a stranger comes to sales
    {CALL}
    expect: {{queue: sales}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the rules that we ship, but for their tests."""
    text = RULES.read_text(encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(text.partition("\ntests:")[0] + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAHYAB_RULES", "rules.yaml")
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def run(*words: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["test", *words])


def put(name: str, text: str) -> str:
    """A file in the folder."""
    Path(name).write_text(text, encoding="utf-8")
    return name


def test_the_rules_that_we_ship_pass_and_their_tests_reach_nine_parts_of_ten() -> None:
    """The example that everybody starts from."""
    result = run(str(RULES), "--fail-under", "90")
    assert result.exit_code == 0, result.output


def test_files_of_tests_beside_the_rules_are_run() -> None:
    """Without being named; the table says where each test stands."""
    put("a.test.yaml", GOOD)
    result = run()
    assert result.exit_code == 0, result.output
    assert "a.test.yaml:2" in result.output
    assert "1 test: 1 passed" in result.output


def test_failure_is_shown_in_full_and_ends_in_one() -> None:
    """Expected, got, and the way with its reasons; after the table."""
    put("a.test.yaml", GOOD)
    put("b.test.yaml", BAD)
    result = run()
    assert result.exit_code == 1
    table, _, failure = result.output.partition("✗ a stranger comes to sales\n")
    assert "a stranger comes to support" in table
    assert "expected  queue: sales" in failure
    assert "got       support" in failure
    assert "✓ everyone-else: for everyone" in failure
    assert "2 tests: 1 passed, 1 failed" in failure


def test_only_the_named_files_are_run() -> None:
    """The others stay out."""
    put("a.test.yaml", GOOD)
    put("b.test.yaml", BAD)
    assert run("a.test.yaml").exit_code == 0


def test_tests_in_the_rules_and_in_a_file_are_run_together() -> None:
    """The rules first."""
    own = put("own.yaml", Path("rules.yaml").read_text(encoding="utf-8") + GOOD)
    result = run(own, put("b.test.yaml", BAD))
    assert result.exit_code == 1
    assert "2 tests: 1 passed, 1 failed" in result.output


def test_what_no_test_reaches_is_listed_with_its_line() -> None:
    """And too little of it is a failure of its own."""
    put("a.test.yaml", GOOD)
    result = run("--coverage", "--fail-under", "50.5")
    assert result.exit_code == 1
    lines = Path("rules.yaml").read_text(encoding="utf-8").splitlines()
    missed = [line for line in result.output.splitlines() if "no test reaches" in line]
    (key,) = [line for line in missed if line.endswith("menu welcome, key 2")]
    number = int(key.split(":")[1])
    assert '"2": {say_key: for-billing' in lines[number - 1]
    assert not any("rule support/everyone-else" in line for line in missed)
    assert "of the rules, 50.5 % wanted." in result.output


def test_rules_without_tests_cannot_be_tested() -> None:
    """A run that tries nothing must not look like one that passed."""
    result = run()
    assert result.exit_code == 2
    assert "rules.yaml has no tests" in result.output


def test_mistake_in_a_test_has_its_line() -> None:
    """It could not run."""
    put("a.test.yaml", GOOD.replace("queue:", "quue:"))
    result = run()
    assert result.exit_code == 2
    assert "a.test.yaml:4:14: error:" in result.output
    assert 'did you mean "queue"?' in result.output


def test_two_rules_files_are_refused() -> None:
    """Which would the tests be of?"""
    assert run("rules.yaml", "other.yaml").exit_code == 2


def test_programs_get_results_and_coverage() -> None:
    """One object."""
    put("b.test.yaml", BAD)
    result = run("--json")
    told = json.loads(result.output)
    assert result.exit_code == 1
    (test,) = told["tests"]
    assert test["misses"] == [{"expected": "queue: sales", "got": "support"}]
    assert 0 < told["coverage"]["percent"] < 50
    assert told["coverage"]["missed"][0]["at"].startswith("rules.yaml:")


def test_build_servers_get_junit() -> None:
    """One case a test."""
    put("a.test.yaml", GOOD)
    put("b.test.yaml", BAD)
    assert run("--junit", "out.xml").exit_code == 1
    suites = ET.parse("out.xml").getroot()  # noqa: S314  our own file
    assert suites.attrib["tests"] == "2"
    assert suites.attrib["failures"] == "1"
    assert run("--junit", "no/such/folder.xml").exit_code == 2


def test_programs_get_the_problems_of_bad_rules_as_json() -> None:
    """In the shape of `rahyab check --format json`; also those of a file of tests."""
    put("bad.yaml", "version: 2\n")
    result = run("bad.yaml", "--json")
    assert result.exit_code == 1
    checked = CliRunner().invoke(main, ["check", "bad.yaml", "--format", "json"])
    assert json.loads(result.stdout) == json.loads(checked.stdout)
    result = run(put("a.test.yaml", GOOD.replace("queue:", "quue:")), "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["findings"][0]["line"] == 4


def test_programs_learn_that_the_rules_cannot_be_read() -> None:
    """By an object with the reason."""
    result = run("none.yaml", "--json")
    assert result.exit_code == 2
    assert "none.yaml cannot be read" in json.loads(result.stdout)["error"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["a.test.yaml:1:1", "begin with `tests:`"]),
        ("queues: {}\n" + GOOD, ["a.test.yaml:1:1", "rules belong to the rules file"]),
    ],
)
def test_file_that_holds_no_tests_is_told_what_belongs_there(text: str, found: list[str]) -> None:
    """It is no rules file."""
    result = run(put("a.test.yaml", text))
    assert result.exit_code == 2
    assert all(each in result.output for each in found), result.output


def test_file_of_tests_may_have_a_version_and_definitions() -> None:
    """As the rules have."""
    text = GOOD.replace("{queue: support}", "$wanted") + "define: {wanted: {queue: support}}\n"
    assert run(put("a.test.yaml", "version: 1\n" + text)).exit_code == 0


def test_output_for_a_file_has_no_blanks_at_the_ends_of_lines() -> None:
    """They would be in the way of whoever compares two runs."""
    put("a.test.yaml", GOOD + BAD.partition("tests:\n")[2])
    lines = run("--coverage").output.splitlines()
    assert lines == [line.rstrip() for line in lines]


def test_visit_that_cannot_be_is_told_with_the_way_up_to_there() -> None:
    """And no more blank lines than around any other failure."""
    put("a.test.yaml", GOOD.replace("expect:", "in_queue: {answered_by: reza}\n    expect:"))
    result = run()
    assert result.exit_code == 1
    assert "reza never serves the queue support" in result.output
    assert "goes to: queue support" in result.output
    assert "\n\n\n" not in result.output


def test_what_is_missed_is_listed_in_the_order_of_the_file() -> None:
    """Whoever reads both reads downwards."""
    put("a.test.yaml", GOOD)
    missed = [line for line in run("--coverage").output.splitlines() if "no test reaches" in line]
    numbers = [int(line.split(":")[1]) for line in missed]
    assert numbers == sorted(numbers)
    assert len(numbers) > 10


def test_an_unknown_definition_in_a_file_of_tests_is_one_mistake() -> None:
    """Nothing is said of how a value is written that nobody knows."""
    put("a.test.yaml", GOOD.replace("{queue: support}", "$wanted"))
    result = run()
    assert result.exit_code == 2
    assert "[unknown-definition]" in result.output
    assert "1 error" in result.output


def test_a_definition_that_no_test_needs_does_not_keep_them_from_running() -> None:
    """It is a warning, as in the rules."""
    put("a.test.yaml", f"define: {{unneeded: 3}}\n{GOOD}")
    result = run()
    assert result.exit_code == 0, result.output
