"""`rahyab help`: the codes of findings, explained."""

import pytest
from click.testing import CliRunner, Result

from agi_server.cli.help import help_command
from routing.catalogue import catalogue


def explain(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(help_command, arguments)


def test_a_code_is_explained_by_what_the_check_really_says() -> None:
    """What it means, an example that fails, its finding with the caret, and the mended one."""
    result = explain("unknown-queue")
    assert result.exit_code == 0
    assert result.output.startswith("unknown-queue (error): A queue is named that is not defined.")
    assert (
        'rules.yaml:1:19: error: there is no queue "recepton" [unknown-queue]\n'
        "    unlisted: {queue: recepton}\n"
        "                      ^\n"
        '    did you mean "reception"?\n'
    ) in result.output
    assert result.output.rstrip().endswith("unlisted: {queue: reception}")


@pytest.mark.parametrize("code", catalogue())
def test_every_code_shows_its_finding(code: str) -> None:
    """Also one whose example is no YAML, or is huge."""
    result = explain(code)
    assert (result.exit_code, f"[{code}]" in result.output) == (0, True)


def test_a_code_may_be_given_with_its_brackets() -> None:
    """As it is copied from a finding."""
    assert explain("[no-unit]").output == explain("no-unit").output


def test_without_a_code_all_are_listed() -> None:
    """One a line, with level and title."""
    lines = explain().output.splitlines()
    assert len(lines) == len(catalogue()) + 1
    for code, entry in catalogue().items():
        (line,) = (each for each in lines if each.split()[0] == code)
        assert (entry.level.value in line, entry.title in line) == (True, True)


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("unknwon-queue", 'did you mean "unknown-queue"?'),
        ("bad-branch", 'did you mean "missing-branch"?'),
        ("queue-unknown", 'did you mean "unknown-queue"?'),
        ("bad-numer", 'did you mean "bad-number"?'),
        ("duplicte key", 'did you mean "duplicate-key"?'),
        ("shadwed-ruel", 'did you mean "shadowed-rule"?'),
        ("zzz", "`rahyab help` lists them all"),
        ("check", "`rahyab check --help` explains it"),
    ],
)
def test_what_is_no_code_gets_a_hint(code: str, hint: str) -> None:
    """And exit code 2."""
    result = explain(code)
    assert (result.exit_code, hint in result.output) == (2, True), result.output
