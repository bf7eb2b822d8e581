"""`rahyab check`: what it prints and how it ends."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
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


def test_a_check_that_cannot_run_says_why(tmp_path: Path) -> None:
    """One sentence and exit code 2."""
    result = check(str(tmp_path / "rules.yaml"))
    assert result.exit_code == 2
    assert "cannot be read: No such file" in result.output
    assert len(result.output.splitlines()) == 1


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("json", lambda text: json.loads(text)["error"]),
        (
            "sarif",
            lambda text: json.loads(text)["runs"][0]["invocations"][0][
                "toolExecutionNotifications"
            ],
        ),
        ("github", lambda text: text.removeprefix("::error file=")),
    ],
)
def test_programs_learn_that_a_check_could_not_run(
    tmp_path: Path, form: str, told: Callable[[str], object]
) -> None:
    """In the form that they asked for, whatever people are told beside it."""
    os.mkfifo(tmp_path / "rules.yaml")
    result = check(str(tmp_path / "rules.yaml"), "--format", form)
    assert result.exit_code == 2
    assert "rules.yaml is a pipe (FIFO)" in str(told(result.stdout))


@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        (b"name: a\nb: \xff\n", "2:4", "this byte is not UTF-8 text: 0xFF"),
        ("version: 1\n".encode("utf-16-le"), "1:1", "the file is UTF-16, not UTF-8"),
        (b"\xfe\xff\0v", "1:1", "the file is UTF-16, not UTF-8"),
        ("v".encode("utf-32"), "1:1", "the file is UTF-32, not UTF-8"),
        (b"\x1f\x8b\x08\0rubbish", "1:2", "this byte is not UTF-8 text: 0x8B"),
    ],
    ids=["latin", "UTF-16 without its mark", "UTF-16", "UTF-32", "binary"],
)
def test_what_is_not_utf_8_is_a_finding(
    tmp_path: Path, content: bytes, place: str, words: str
) -> None:
    """With its place, in every form."""
    file = tmp_path / "rules.yaml"
    file.write_bytes(content)
    text = check(str(file))
    assert text.exit_code == 1
    assert f"{file}:{place}: error: {words} [not-utf8]\n" in text.output
    for_programs = json.loads(check(str(file), "--format", "json").stdout)
    assert [each["message"] for each in for_programs["findings"]] == [words]


@pytest.mark.parametrize("name", ["/dev/stdin", "/dev/fd/0", "-"])
def test_a_pipe_may_have_a_name_of_the_system(name: str) -> None:
    """As a shell writes it for `<(command)`."""
    run = [sys.executable, "-m", "agi_server.cli", "check", name]
    done = subprocess.run(run, input=TEXT.encode(), capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout[:18]) == (0, b"-: nothing wrong (")


@pytest.mark.parametrize(
    ("text", "code", "printed"),
    [
        (TEXT.encode(), 0, "-: nothing wrong (revision "),
        (TEXT.replace("ring: 20s", "ring: 20").encode(), 1, "-:35:11: error: `20` lacks a unit"),
        (b"name: \xff", 1, "-:1:7: error: this byte is not UTF-8"),
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


@pytest.mark.parametrize("before", [0, 50, 5_000, 19_000])
def test_of_a_long_line_a_window_is_shown(tmp_path: Path, before: int) -> None:
    """Around the caret, which stands below the sign that it is about."""
    file = tmp_path / "rules.yaml"
    file.write_text(f"{'x' * before}\x07{'y' * (20_000 - before)}\n", encoding="utf-8")
    _, line, caret, _, _ = check(str(file)).output.splitlines()
    assert len(line) <= 122
    assert line[caret.index("^")] == "\ufffd"
    assert (line[4] == "…", line[-1] == "…") == (before > 100, before < 19_900)


def test_a_damaged_file_is_not_to_be_mended_sign_by_sign(tmp_path: Path) -> None:
    """A disk that was full, or lost power, leaves zeros."""
    file = tmp_path / "rules.yaml"
    file.write_bytes(b"\0" * 100)
    assert "    the file is damaged, or is no text" in check(str(file)).output


def test_an_endless_value_is_quoted_in_part(tmp_path: Path) -> None:
    """On a terminal; programs get all of it."""
    file = tmp_path / "rules.yaml"
    file.write_text(TEXT.replace("country: IR", f"country: {'y' * 20_000}"), encoding="utf-8")
    result = check(str(file))
    assert "yyy … yyy" in result.output
    assert max(map(len, result.output.splitlines())) < 700
    assert "y" * 20_000 in check(str(file), "--format", "json").stdout


def test_of_thousands_of_findings_the_first_are_printed(tmp_path: Path) -> None:
    """And all are counted."""
    file = tmp_path / "rules.yaml"
    file.write_text(TEXT + "version: 1\n" * 1_000, encoding="utf-8")
    lines = check(str(file)).output.splitlines()
    assert sum("[duplicate-key]" in line for line in lines) == 300
    assert lines[-2].startswith("700 more: mend these first")
    assert lines[-1] == "1000 errors, 0 warnings"
