"""`rahyab check`: what it prints and how it ends."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agi_server.cli.check import check_command
from tests.sample import TEXT


def check(*arguments: str, **environment: str) -> Result:
    """Run the command."""
    return CliRunner(env=environment).invoke(check_command, arguments)


def test_a_file_in_order_is_counted(tmp_path: Path) -> None:
    """The counts show a file that loads and is emptier than it should be."""
    file = tmp_path / "rules.yaml"
    file.write_text(TEXT, encoding="utf-8")
    result = check(str(file))
    assert result.exit_code == 0
    assert "nothing wrong (revision " in result.output
    assert (
        "2 numbers, 2 hours, 4 skills, 3 agents, 2 queues, 1 menu, 3 rules, 1 survey, 1 mailbox,"
        " 2 prompts"
    ) in result.output


def test_each_problem_shows_its_line_a_caret_and_a_cure(tmp_path: Path) -> None:
    """In the order of the file, with their number at the end."""
    file = tmp_path / "rules.yaml"
    wrong = TEXT.replace("fallback: reception", "fallback: recption").replace(
        "ring: 20s", "ring: 20"
    )
    file.write_text(wrong, encoding="utf-8")
    result = check(str(file))
    assert result.exit_code == 1
    assert result.output == (
        f'{file}:8:13: error: there is no queue "recption" [unknown-queue]\n'
        "    fallback: recption\n"
        "              ^\n"
        '    did you mean "reception"?\n'
        f"{file}:35:11: error: `20` lacks a unit [no-unit]\n"
        "    ring: 20\n"
        "          ^\n"
        "    write 20s or 20m\n"
        "2 errors, 0 warnings\n"
    )


def test_the_file_of_the_settings_is_the_default(tmp_path: Path) -> None:
    """RAHYAB_RULES names it."""
    file = tmp_path / "mine.yaml"
    file.write_text("[]", encoding="utf-8")
    result = check(RAHYAB_RULES=str(file))
    assert result.exit_code == 1
    assert "mine.yaml:1:1: error: the file is a list" in result.output
    assert result.output.endswith("1 error, 0 warnings\n")


@pytest.mark.parametrize(
    ("content", "cause"),
    [(None, "cannot be read: No such file"), (b"name: \xff", "is not UTF-8 text (byte 6)")],
    ids=["missing", "not UTF-8"],
)
def test_a_check_that_cannot_run_says_why(
    tmp_path: Path, content: bytes | None, cause: str
) -> None:
    """One sentence and exit code 2."""
    file = tmp_path / "rules.yaml"
    if content is not None:
        file.write_bytes(content)
    result = check(str(file))
    assert result.exit_code == 2
    assert cause in result.output
    assert len(result.output.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "code", "printed"),
    [
        (TEXT.encode(), 0, "-: nothing wrong (revision "),
        (TEXT.replace("ring: 20s", "ring: 20").encode(), 1, "-:35:11: error: `20` lacks a unit"),
        (b"name: \xff", 2, "standard input is not UTF-8 text (byte 6)"),
    ],
    ids=["in order", "with a problem", "not UTF-8"],
)
def test_rules_may_come_from_standard_input(text: bytes, code: int, printed: str) -> None:
    """As an editor or a script pipes them, before there is a file."""
    result = CliRunner().invoke(check_command, ["-"], input=text)
    assert (result.exit_code, printed in result.output) == (code, True), result.output


def test_the_example_of_the_repository_is_in_order() -> None:
    """It is the first file that an administrator reads."""
    result = check(str(Path(__file__).parents[2] / "routing_rules.yaml"))
    assert (result.exit_code, "error" in result.output) == (0, False), result.output


def test_warnings_are_told_and_the_rules_can_be_used(tmp_path: Path) -> None:
    """Exit code 0, and the counts of what is there."""
    file = tmp_path / "rules.yaml"
    file.write_text(f"{TEXT}define: {{left-over: 1}}\n", encoding="utf-8")
    result = check(str(file))
    assert result.exit_code == 0
    assert 'warning: "left-over" is defined and never used [unused-definition]' in result.output
    assert "0 errors, 1 warning\n" in result.output
    assert f"{file}: can be used (revision " in result.output


def test_an_included_file_is_checked_with_its_own_lines(tmp_path: Path) -> None:
    """The finding names it, and shows its line."""
    (tmp_path / "more.yaml").write_text("skills:\n  extra: ''\n", encoding="utf-8")
    file = tmp_path / "rules.yaml"
    file.write_text(f"{TEXT}include: [more.yaml]\n", encoding="utf-8")
    result = check(str(file))
    assert result.exit_code == 1
    assert f"{tmp_path / 'more.yaml'}:2:10: error: an empty text [empty-value]\n" in result.output
    assert "    extra: ''\n           ^\n" in result.output


def test_what_is_piped_includes_files_of_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Standard input has no folder of its own."""
    monkeypatch.chdir(tmp_path)
    Path("more.yaml").write_text("skills: {extra: more}\n", encoding="utf-8")
    text = f"{TEXT}include: [more.yaml]\n".encode()
    result = CliRunner().invoke(check_command, ["-"], input=text)
    assert (result.exit_code, "5 skills" in result.output) == (0, True), result.output


def test_only_a_terminal_gets_colours(tmp_path: Path) -> None:
    """Elsewhere they would be rubbish between the words; NO_COLOR forbids them everywhere."""
    file = tmp_path / "rules.yaml"
    file.write_text(TEXT.replace("ring: 20s", "ring: 20"), encoding="utf-8")
    runner = CliRunner()
    assert "\x1b[" not in runner.invoke(check_command, [str(file)]).output
    assert "\x1b[" in runner.invoke(check_command, [str(file)], color=True).output
    plain = runner.invoke(check_command, [str(file)], color=True, env={"NO_COLOR": "1"})
    assert "\x1b[" not in plain.output


def test_what_a_terminal_would_obey_is_not_printed(tmp_path: Path) -> None:
    """A line of the file is shown without its control characters, each in its column."""
    file = tmp_path / "rules.yaml"
    file.write_text("a: \x1b[2J\n", encoding="utf-8")
    assert "    a: \ufffd[2J\n       ^\n" in check(str(file)).output
