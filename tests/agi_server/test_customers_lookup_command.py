"""`rahyab customers lookup` as an administrator meets it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agi_server.cli.customers import customers
from tests.crm.http_lookup.directory import NUMBER, Directory
from tests.crm.links.standing_in import Fault, answers


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Directory]:
    """A program that is declared as the look-up."""
    stand_in = Directory()
    file = tmp_path / "lookup.yaml"
    with stand_in.serving():
        file.write_text(
            f"url: {stand_in.url}/callers/{{number}}\n"
            'headers: {Authorization: "Bearer ${LOOKUP_TOKEN}"}\n'
            "customer:\n"
            "  name: name\n"
            "  lead_score: score\n"
            "  contracts: {each: all, level: plan, starts: from, ends: to, grace_days: days}\n"
        )
        monkeypatch.setenv("RAHYAB_LOOKUP", str(file))
        monkeypatch.setenv("LOOKUP_TOKEN", "t0k3n")
        yield stand_in


def run(*arguments: str) -> Result:
    """Run the command; it may not end in a traceback, nor tell a secret."""
    result = CliRunner().invoke(customers, ["lookup", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "t0k3n" not in result.output
    return result


def test_shows_what_came_and_what_it_means(directory: Directory) -> None:
    """The answer, the time, the fields, and what could not be used."""
    contract = {"plan": "care", "from": "2026-01-01", "to": "2026-12-31", "days": 14}
    directory.faults.append(answers(200, {"name": "Sāra", "score": 500, "all": [contract]}))

    result = run("20000001", "--country", "LV")

    assert result.exit_code == 0
    assert result.stdout.startswith("HTTP 200 after ")
    assert " ms of 150" in result.stdout
    assert '"plan": "care"' in result.stdout
    assert "Left out: score: '500' is no number from 0 to 100" in result.stdout
    assert "Sāra" in result.stdout
    assert "care, 2026-01-01 to 2026-12-31, 14 days of grace" in result.stdout
    assert directory.requests[0].path == "/callers/%2B37120000001"
    assert directory.requests[0].headers["Authorization"] == "Bearer t0k3n"


@pytest.mark.usefixtures("directory")
def test_tells_programs_the_same() -> None:
    """In JSON."""
    found = json.loads(run(NUMBER, "--country", "LV", "--json").stdout)

    assert (found["number"], found["status"], found["budget_ms"]) == (NUMBER, 200, 150)
    assert found["understood"]["customer"]["name"] == "Sāra"


@pytest.mark.usefixtures("directory")
def test_ends_with_one_if_nobody_is_known() -> None:
    """Which is an answer."""
    result = run("+37120000009", "--country", "LV")

    assert result.exit_code == 1
    assert "It knows nobody by this number." in result.stdout


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (answers(500), "the answer is HTTP 500"),
        (answers(200, b"<html>"), "the answer is no JSON"),
    ],
)
def test_ends_with_two_if_it_cannot_be_asked(
    directory: Directory, fault: Fault, message: str
) -> None:
    """With the reason."""
    directory.faults.append(fault)

    result = run(NUMBER, "--country", "LV")

    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.usefixtures("directory")
def test_what_is_no_number_is_told() -> None:
    """Before anybody is asked."""
    result = run("abc", "--country", "LV")

    assert result.exit_code == 2
    assert "abc is no telephone number of LV" in result.stderr


def test_says_how_to_declare_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the setting."""
    monkeypatch.delenv("RAHYAB_LOOKUP", raising=False)

    result = run(NUMBER, "--country", "LV")

    assert result.exit_code == 2
    assert "RAHYAB_LOOKUP is not set" in result.stderr
