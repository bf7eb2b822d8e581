"""`rahyab answers report` as an administrator meets it."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len

from agi_server.cli.answers_report_reading import ReportWanted, read_reports
from agi_server.policy import read_rules
from crm.asking_records import AskedSurvey, SurveyOutcome
from crm.memory_store import MemoryDatabase, MemoryStore
from crm.records import Answer, CallChange, Outcome, Revision
from crm.sqlite_store import SqliteStore
from reports.period import Period
from tests.agi_server import people
from tests.agi_server.people import run
from tests.conversations.site import RULES

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
DAYS = ("--since", "2026-11-20", "--until", "2026-11-21")

SURVEY = """
surveys:
  satisfaction:
    questions:
      - {{id: score, say: rate-us, scale: {scale}}}
      - {{id: solved, say: was-it-solved, yes_no: true}}
      - {{id: comment, say: rate-us, record: 60s, when: {{score: "<=4"}}}}
"""


def with_survey(scale: str) -> str:
    """The shipped rules with another survey, of which somebody is asked in each queue."""
    text = RULES.read_text(encoding="utf-8")
    shipped = re.compile(r"^surveys:\n(?:[ #].*\n|\n)+", re.MULTILINE)
    text = shipped.sub(lambda _: SURVEY.format(scale=scale).lstrip() + "\n", text)
    # Its tests are about the shipped survey.
    return text.partition("\ntests:")[0] + "\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose rules have a survey of every kind of question."""
    people.make_home(tmp_path, monkeypatch)
    (tmp_path / "rules.yaml").write_text(with_survey("1..10"), encoding="utf-8")
    monkeypatch.setenv("RAHYAB_RULES", str(tmp_path / "rules.yaml"))
    with people.opened(tmp_path):
        return tmp_path


def on_a_terminal(*arguments: str) -> str:
    """What a command prints on a terminal, without its colours."""
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "agi_server.cli", *arguments]
    with subprocess.Popen(words, stdout=theirs, cwd=RULES.parent) as command:
        os.close(theirs)
        printed = b""
        # A terminal that nobody writes to any more is an error to Linux, and an end elsewhere.
        with suppress(OSError):
            while part := os.read(ours, 4096):
                printed += part
    os.close(ours)
    assert command.returncode == 0
    return re.sub(r"\x1b\[[0-9;]*m", "", printed.decode()).replace("\r\n", "\n")


def serve(  # noqa: PLR0913  the store, the call, and what became of it
    store: SqliteStore,
    call_id: str,
    revision: str,
    outcome: SurveyOutcome | None = None,
    answers: Iterable[tuple[str, str]] = (),
    *,
    agent: str = "ali",
) -> None:
    """One call that an agent answered; what became of its survey, and what was answered."""
    store.begin_call(people.new_call(call_id, at=AT))
    store.change_call(
        call_id,
        CallChange(queue="support", agent=agent, answered_at=AT, outcome=Outcome.ANSWERED),
    )
    if outcome is not None:
        store.note_survey(
            AskedSurvey(
                call_id, "satisfaction", AT, outcome, None, None, agent, "support", None,
                revision, "fa",
            )
        )  # fmt: skip
    for seconds, (question, value) in enumerate(answers, start=1):
        at = AT + timedelta(seconds=seconds)
        store.keep_answer(
            Answer(call_id, "satisfaction", question, value, at, agent, "support", None, revision)
        )


@pytest.fixture
def asked(folder: Path) -> Path:
    """Ali served 30: asked 14, of whom twelve marked, ten said whether, and one spoke."""
    rules = read_rules(folder / "rules.yaml")
    marks = (10, 10, 9, 9, 9, 8, 8, 7, 7, 6, 4, 1)
    with people.opened(folder) as store, store.transaction():
        store.keep_revision(Revision(rules.revision, rules.bundled(), AT))
        for place, mark in enumerate(marks):
            answers = [("score", str(mark))]
            if place < 10:
                answers.append(("solved", "no" if place == 9 else "yes"))
            if mark == 1:
                answers.append(("comment", "recorded"))
            outcome = SurveyOutcome.COMPLETE if place < 10 else SurveyOutcome.ASKED
            serve(store, f"marked-{place}", rules.revision, outcome, answers)
        rest = (
            [SurveyOutcome.DECLINED, SurveyOutcome.ASKED]
            + [SurveyOutcome.RECENTLY] * 3
            + [SurveyOutcome.FORBIDDEN]
            + [None] * 12
        )
        for place, outcome in enumerate(rest):
            serve(store, f"other-{place}", rules.revision, outcome)
    return folder


@pytest.mark.usefixtures("asked")
def test_the_figures_with_their_formulas() -> None:
    """Marks: 88 of twelve; five at nine or ten, one at one or two."""
    told = " ".join(run("answers", "report", *DAYS).stdout.split())
    assert "Survey satisfaction, 2026-11-20 to 2026-11-20 (Asia/Tehran)" in told
    assert "30 14 47% 1 1 2 10 86%" in told
    assert (
        "Response rate = at least one answer / asked = 12 / 14 = 86%;"
        " complete / asked = 10 / 14 = 71%."
    ) in told
    assert "Mean = sum of marks / n = 88 / 12." in told
    assert "Top box = marks 9 and 10 / n = 5 / 12" in told
    assert "bottom box = marks 1 and 2 / n = 1 / 12" in told
    assert "12 7.3 5.7 to 9.0 8 42% 8%" in told
    assert "yes 9 90% 60% to 98%" in told
    assert "Put only to callers who had answered: score <=4." in told


@pytest.mark.usefixtures("asked")
def test_the_bias_is_told_with_its_numbers() -> None:
    """Who could be asked at all, and why the others were not."""
    told = " ".join(run("answers", "report", *DAYS).stdout.split())
    assert "of 30 calls that agents answered in queues with this survey" in told
    assert (
        "14 were asked (47%). Never came to it, as a rule since the caller hung up first: 12;"
        " asked not long before: 3; not to be asked: 1."
    ) in told
    assert "who hangs up is not asked" in told


@pytest.mark.usefixtures("asked")
def test_the_distribution_is_drawn() -> None:
    """The best mark on top; the longest bar is that of the most frequent."""
    lines = run("answers", "report", *DAYS).stdout.splitlines()
    bars = [line.split() for line in lines if re.match(r" ?\d+ +█", line)]
    assert [bar[0] for bar in bars] == ["10", "9", "8", "7", "6", "4", "1"]
    assert [len(bar[1]) for bar in bars] == [27, 40, 27, 27, 13, 13, 13]
    assert bars[1][2:] == ["25%", "3"]


@pytest.mark.usefixtures("asked")
def test_for_programs() -> None:
    """All figures, with the marks that make the boxes."""
    told = json.loads(run("answers", "report", *DAYS, "--by", "queue", "--json").stdout)
    (survey,) = told["surveys"]
    assert (told["by"], told["least"]) == (["queue"], 10)
    total = survey["total"]
    assert (total["served"], total["asked"], total["answered"]) == (30, 14, 12)
    assert (total["never_reached"], total["recently"], total["forbidden"]) == (12, 3, 1)
    assert survey["groups"] == [{"queue": "support", **total}]
    score, solved, comment = survey["questions"]
    assert (score["kind"], score["top_marks"], score["total"]["mean"]) == (
        "scale",
        ["9", "10"],
        88 / 12,
    )
    assert score["groups"] == [{"queue": "support", **score["total"]}]
    assert solved["total"]["shares"] == {"yes": 0.9, "no": 0.1}
    assert (comment["kind"], comment["total"]["n"], comment["when"]) == (
        "spoken",
        1,
        ["score <=4"],
    )


def test_nobody_is_judged_by_two_answers(asked: Path) -> None:
    """The number is told, and no figure of it."""
    revision = read_rules(asked / "rules.yaml").revision
    with people.opened(asked) as store:
        for place in range(2):
            serve(
                store, f"zane-{place}", revision, SurveyOutcome.ASKED, [("score", "1")],
                agent="zane",
            )  # fmt: skip
    told = " ".join(run("answers", "report", *DAYS, "--by", "agent").stdout.split())
    assert "zane 2 too few" in told
    shown = json.loads(run("answers", "report", *DAYS, "--by", "agent", "--json").stdout)
    score = shown["surveys"][0]["questions"][0]
    ali, zane = score["groups"]
    assert (ali["agent"], ali["too_few"]) == ("ali", False)
    assert (zane["agent"], zane["n"], zane["too_few"]) == ("zane", 2, True)
    assert (zane["mean"], zane["counts"], zane["top_box"]) == (None, None, None)


def test_a_scale_that_changed_is_told_apart(asked: Path) -> None:
    """By the rules of the time, which the database keeps; the present ones are others again."""
    (asked / "five.yaml").write_text(with_survey("1..5"), encoding="utf-8")
    five = read_rules(asked / "five.yaml")
    with people.opened(asked) as store, store.transaction():
        store.keep_revision(Revision(five.revision, five.bundled(), AT))
        for place in range(10):
            outcome = SurveyOutcome.ASKED
            serve(store, f"five-{place}", five.revision, outcome, [("score", "5")])
    told = run("answers", "report", *DAYS, "--question", "score").stdout
    assert "score: marks from 1 to 10" in told
    assert "score: marks from 1 to 5" in told
    assert "Top box = marks 5 / n = 10 / 10" in told
    assert "solved" not in told


def test_answers_of_unknown_rules_are_told_without_a_mean(folder: Path) -> None:
    """And without words that may be a caller's own."""
    with people.opened(folder) as store, store.transaction():
        for place in range(11):
            serve(store, f"old-{place}", "r", None, [("score", "5")])
        serve(store, "old-words", "r", None, [("score", "spoken words")])
    told = run("answers", "report", *DAYS).stdout
    assert "The rules by which this was asked are not kept" in told
    assert "12 more calls answered, of which no note was kept" in told
    assert "1 answer more: emptied" in told
    assert "spoken words" not in told
    assert "median" not in told
    assert "Mean =" not in told


def test_narrow_terminals_and_wide_names(asked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No line is wider than eighty columns, and no name is lost."""
    revision = read_rules(asked / "rules.yaml").revision
    names = ("مریم-احمدی", "田中さん田中さん", "[red]\x1b[31mA[/red]")
    with people.opened(asked) as store, store.transaction():
        for number, name in enumerate(names):
            for place in range(10):
                serve(
                    store, f"{number}-{place}", revision, SurveyOutcome.ASKED,
                    [("score", str(place + 1)), ("solved", "yes")], agent=name,
                )  # fmt: skip
    monkeypatch.setenv("COLUMNS", "80")
    told = on_a_terminal("answers", "report", *DAYS, "--by", "agent")
    assert max(map(cell_len, told.splitlines())) <= 80
    assert "مریم" in told
    assert "田中" in told
    assert "[red]\ufffd[31mA" in "".join(told.split())
    assert "too few" not in told.partition("score:")[2].partition("comment:")[0]


@pytest.mark.usefixtures("asked")
def test_it_is_in_the_audit_log() -> None:
    """A report by agent is data on the agents."""
    run("answers", "report", "--by", "agent", "--by", "day")
    (entry,) = json.loads(run("audit", "--json").stdout)
    assert (entry["action"], entry["detail"]) == ("listed", "answers as a report agent day")


@pytest.mark.parametrize(
    ("options", "exit_code", "reason"),
    [
        (("--survey", "other"), 1, "There is no survey other"),
        (("--question", "other"), 1, "There is no question other"),
        (("--since", "2026-11-21", "--until", "2026-11-21"), 2, "a day before the end"),
        (("--since", "0001-01-01"), 2, "no calendar reaches so far"),
        (("--top-box", "6"), 2, "1<=x<=5"),
        (("--by", "mood"), 2, "mood"),
    ],
)
@pytest.mark.usefixtures("asked")
def test_what_cannot_be_told(options: tuple[str, ...], exit_code: int, reason: str) -> None:
    """One sentence, and the exit code for it."""
    result = run("answers", "report", *options)
    assert result.exit_code == exit_code
    assert reason in " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.usefixtures("folder")
def test_before_anybody_was_asked() -> None:
    """The survey of the rules is told, with nothing in it; so is a question of it."""
    for options in ((), ("--survey", "satisfaction", "--question", "score")):
        result = run("answers", "report", *options)
        assert result.exit_code == 0
        assert "No call was answered in a queue with this survey." in result.stdout


def test_broken_rules_do_not_stop_it(asked: Path) -> None:
    """The database keeps those of the past; days are the machine's then."""
    (asked / "rules.yaml").write_text("menus: [", encoding="utf-8")
    told = run("answers", "report", *DAYS).stdout
    assert "score: marks from 1 to 10" in told


def test_without_any_survey(folder: Path) -> None:
    """Neither in the rules nor in the past."""
    (folder / "rules.yaml").write_text("menus: [", encoding="utf-8")
    assert "There are no surveys" in run("answers", "report").stdout
    assert json.loads(run("answers", "report", "--json").stdout)["surveys"] == []


def test_how_far_it_is_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Of many surveys, on standard error; of few nothing."""
    for count, is_told in ((10_001, True), (10, False)):
        with closing(MemoryStore(MemoryDatabase())) as store:
            for place in range(count):
                call, at = f"call-{place}", AT + timedelta(seconds=place)
                store.begin_call(people.new_call(call, at=at))
                outcome = SurveyOutcome.ASKED
                store.note_survey(
                    AskedSurvey(call, "nps", at, outcome, None, None, None, None, None, "r", "fa")
                )
            period = Period(AT, AT + timedelta(days=1), None)
            (report,) = read_reports(store, None, ReportWanted(None, None, (), period, None))
        assert report.total.asked == count
        assert ("reading" in capsys.readouterr().err) is is_told
