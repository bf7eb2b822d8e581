"""docs/surveys.md: its rules load, its commands run, and its report is what they print."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from agi_server.alerts import SurveyAlert
from agi_server.policy import load_policy_file, read_rules
from crm.asking_records import AskedSurvey, SurveyOutcome
from crm.records import Answer, CallChange, Outcome, Revision
from crm.sqlite_store import SqliteStore
from reports.responses import Standing
from tests.agi_server import people
from tests.agi_server.people import run
from tests.conversations.site import RULES

PAGE = (Path(__file__).parents[2] / "docs" / "surveys.md").read_text(encoding="utf-8")
SURVEYS, PROMPTS = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
COMMANDS = [
    tuple(part.split("\n", 1))
    for block in re.findall(r"^```console\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    for part in re.split(r"^\$ rahyab ", block, flags=re.MULTILINE)[1:]
]
MORNING: Final = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)

SHIPPED_SURVEYS = re.compile(r"^surveys:\n(?:[ #].*\n|\n)+", re.MULTILINE)


@dataclass(frozen=True)
class Week:
    """An agent's calls of the week of the page: marks by how often they were given, and counts."""

    complete: Mapping[int, int]
    partial: Mapping[int, int]
    others: Mapping[SurveyOutcome | None, int]


WEEK: Final = {
    "ali": Week(
        {10: 14, 9: 12, 8: 9, 7: 5, 6: 2, 3: 1, 1: 2},
        {8: 3, 5: 2},
        {
            SurveyOutcome.DECLINED: 3,
            SurveyOutcome.ASKED: 2,
            SurveyOutcome.RECENTLY: 9,
            SurveyOutcome.FORBIDDEN: 1,
            None: 41,
        },
    ),
    "sara": Week(
        {10: 9, 9: 8, 8: 11, 7: 9, 6: 5, 5: 3, 2: 1},
        {9: 2, 4: 1},
        {
            SurveyOutcome.DECLINED: 2,
            SurveyOutcome.ASKED: 1,
            SurveyOutcome.RECENTLY: 6,
            None: 60,
        },
    ),
    "reza": Week({10: 2, 2: 1}, {8: 1}, {None: 5}),
}


def answers_of(mark: int, *, complete: bool) -> Iterator[tuple[str, str]]:
    """What is answered by who gives this mark, as the conditions of the page have it."""
    yield "score", str(mark)
    if not complete:
        return
    yield "solved", "no" if mark <= 5 else "yes"
    if mark <= 5:
        yield "reason", "waiting"
    if mark <= 4:
        yield "comment", "recorded"


@dataclass
class Filling:
    """Puts the calls of the week into a store, one each half hour."""

    store: SqliteStore
    revision: str
    calls: int = 0

    def fill(self) -> None:
        """All of them."""
        for agent, week in WEEK.items():
            for marks, outcome in (
                (week.complete, SurveyOutcome.COMPLETE),
                (week.partial, SurveyOutcome.ASKED),
            ):
                complete = outcome is SurveyOutcome.COMPLETE
                for mark, count in marks.items():
                    for _ in range(count):
                        self.add(agent, outcome, dict(answers_of(mark, complete=complete)))
            for other, count in week.others.items():
                for _ in range(count):
                    self.add(agent, other, {})

    def add(self, agent: str, outcome: SurveyOutcome | None, answers: Mapping[str, str]) -> None:
        """One call."""
        self.calls += 1
        call, at = f"call-{self.calls}", MORNING + self.calls * timedelta(minutes=30)
        survey, queue = "satisfaction", "support"
        self.store.begin_call(people.new_call(call, at=at))
        served = CallChange(queue=queue, agent=agent, answered_at=at, outcome=Outcome.ANSWERED)
        self.store.change_call(call, served)
        if outcome is not None:
            self.store.note_survey(
                AskedSurvey(
                    call, survey, at, outcome, None, None, agent, queue, None, self.revision, "fa"
                )
            )
        for question, value in answers.items():
            at += timedelta(seconds=10)
            self.store.keep_answer(
                Answer(call, survey, question, value, at, agent, queue, None, self.revision)
            )


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The rules that we ship, with the survey and the prompts of the page."""
    people.make_home(tmp_path, monkeypatch)
    text = SHIPPED_SURVEYS.sub(lambda _: f"{SURVEYS}\n", RULES.read_text(encoding="utf-8"))
    added = PROMPTS.partition("prompts:\n")[2]
    text = text.replace("\nprompts:\n", f"\nprompts:\n{added}").partition("\ntests:")[0]
    (tmp_path / "rules.yaml").write_text(f"{text}\n", encoding="utf-8")
    monkeypatch.setenv("RAHYAB_RULES", str(tmp_path / "rules.yaml"))
    return tmp_path / "rules.yaml"


@pytest.fixture
def week(rules: Path) -> Path:
    """A home with the calls of the week."""
    text = read_rules(rules)
    with people.opened(rules.parent) as store, store.transaction():
        store.keep_revision(Revision(text.revision, text.bundled(), MORNING))
        Filling(store, text.revision).fill()
    return rules.parent


def test_the_rules_of_the_page_are_rules(rules: Path) -> None:
    """With everything that the page speaks of."""
    survey = load_policy_file(rules).surveys["satisfaction"]
    assert (survey.consent, survey.again_after_days) == ("may-we-ask", 30)
    assert [each.question for each in survey.alert] == ["score"]
    assert [each.id for each in survey.questions] == ["score", "solved", "reason", "comment"]


@pytest.mark.usefixtures("week")
def test_every_command_prints_what_the_page_shows() -> None:
    """But for the width of its lines."""
    assert any(shown.strip() for _, shown in COMMANDS)
    for command, shown in COMMANDS:
        result = run(*shlex.split(command, comments=True))
        assert result.exit_code == 0, (command, result.output)
        for part in shown.split("…"):
            assert " ".join(part.split()) in " ".join(result.stdout.split())


def test_the_page_tells_how_each_survey_is_counted() -> None:
    """Every outcome that a report can have."""
    assert all(f"| {standing} |" in PAGE for standing in Standing)


def test_the_page_tells_what_an_alert_says() -> None:
    """By its names."""
    alert = SurveyAlert("call", "survey", {}, None, None, None, None, None)
    assert asdict(alert).keys() == {each.name for each in fields(SurveyAlert)}
    assert all(f"`{each.name}`" in PAGE for each in fields(SurveyAlert))
