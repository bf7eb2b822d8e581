"""`rahyab queues visits`, and the visits in `rahyab calls show`."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crm.records import CallChange, Disposition, QueueVisit
from tests.agi_server import people
from tests.agi_server.people import AT, run

SECOND = timedelta(seconds=1)
HOSTILE = "[red]\x1b[31m\x07\udcff[/nothing]"
ASTERISK = "rahyab-support-fa"
WAITING = QueueVisit("call-1", 1, "support", "fa", ASTERISK, AT + 5 * SECOND, AT + 5 * SECOND)
KEYED = replace(WAITING, disposition=Disposition.EXIT_KEY, left_at=AT + 22 * SECOND, key="1")
ANSWERED = replace(
    WAITING,
    number=2,
    queue=None,
    entered_at=AT + 30 * SECOND,
    disposition=Disposition.ANSWERED,
    agent="ali",
    answered_at=AT + 71 * SECOND,
    left_at=AT + 80 * SECOND,
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with Sara's call of two visits, a blocked one, and one that goes on now."""
    people.make_home(tmp_path, monkeypatch)
    people.fill(tmp_path)
    with people.opened(tmp_path) as store:
        for visit in (KEYED, ANSWERED):
            store.keep_queue_visit(visit)
        store.begin_call(people.new_call("full", at=AT + timedelta(days=1)))
        full = replace(WAITING, call_id="full", entered_at=AT + timedelta(days=1))
        store.keep_queue_visit(
            replace(full, queue="sales", disposition=Disposition.FULL, left_at=full.entered_at)
        )
        now = datetime.now(UTC)
        store.begin_call(people.new_call("now", at=now))
        store.keep_queue_visit(
            replace(WAITING, call_id="now", queue=HOSTILE, entered_at=now, waiting_since=now)
        )
    return tmp_path


def words(text: str) -> list[str]:
    """The lines of a table without the gaps of its layout."""
    return [" ".join(line.split()) for line in text.splitlines()]


@pytest.mark.usefixtures("home")
def test_visits_are_listed_with_their_sum() -> None:
    """The newest first, by the business's clock; who was not let in too."""
    result = run("queues", "visits")
    assert result.exit_code == 0
    _, now, *rest = words(result.stdout)
    assert now.startswith("now [red]")
    assert now.endswith("in-progress")
    assert rest == [
        "full sales fa 2026-03-22 12:00 0 s full",
        f"call-1 {ASTERISK} fa 2026-03-21 12:00 41 s answered ali",
        "call-1 support fa 2026-03-21 12:00 17 s exit-key: 1",
        "4 attempts = 3 entered + 1 blocked",
        "3 entered = 1 in-progress + 1 answered + 1 exit-key",
        "1 blocked = 1 full",
    ]
    others = {sign for sign in result.stdout if not sign.isprintable()} - {"\n"}
    assert not others


@pytest.mark.usefixtures("home")
def test_programs_get_all_of_it() -> None:
    """Each visit whole, and every count."""
    told = json.loads(run("queues", "visits", "--json").stdout)
    keyed = told["visits"][-1]
    assert (keyed["call_id"], keyed["number"], keyed["key"]) == ("call-1", 1, "1")
    assert (keyed["disposition"], keyed["asterisk_queue"]) == ("exit-key", ASTERISK)
    assert datetime.fromisoformat(keyed["entered_at"]) == AT + 5 * SECOND
    assert told["visits"][0]["queue"] == HOSTILE
    counts = told["counts"]
    assert (counts["attempts"], counts["entered"], counts["blocked"]) == (4, 3, 1)
    assert {each: counts[each] for each in Disposition}.keys() == set(Disposition)
    assert told["more"] is False


@pytest.mark.usefixtures("home")
def test_visits_are_cut_searched_and_taken_from_a_day_on() -> None:
    """What is counted is what is listed, and that there is more is said."""
    cut = run("queues", "visits", "--limit", "2").stdout
    assert "These are the first 2: see more with --limit." in cut
    assert "2 attempts = 1 entered + 1 blocked" in cut
    assert json.loads(run("queues", "visits", "--limit", "2", "--json").stdout)["more"] is True
    sales = run("queues", "visits", "--search", "sales").stdout
    assert "1 attempts = 0 entered + 1 blocked" in sales
    assert "0 entered = 0" in sales
    assert "2 attempts" in run("queues", "visits", "--search", "Ahmadi").stdout
    assert "call-1" not in run("queues", "visits", "--since", "2026-03-22").stdout
    none = run("queues", "visits", "--search", "nowhere")
    assert none.stdout == "There are no visits to queues.\n"


def test_nobody_waits_for_ever(home: Path) -> None:
    """An end that was never reported is told as unknown."""
    long_ago, now = datetime.now(UTC) - timedelta(hours=13), datetime.now(UTC)
    with people.opened(home) as store:
        for name, begun, ended in (("long", long_ago, None), ("over", now, now)):
            store.begin_call(people.new_call(name, at=begun))
            store.change_call(name, CallChange(1, ended_at=ended))
            store.keep_queue_visit(replace(WAITING, call_id=name, queue="lost"))
    told = run("queues", "visits", "--search", "lost").stdout
    assert "2 entered = 2 unknown" in told
    (line,) = (line for line in words(run("calls", "show", "over").stdout) if "lost" in line)
    assert line == "lost 12:00:05 unknown"
    shown = json.loads(run("calls", "show", "over", "--json").stdout)
    assert shown["queue_visits"][0]["disposition"] == "unknown"


@pytest.mark.usefixtures("home")
def test_a_call_shows_its_visits() -> None:
    """In their order, before what happened step by step."""
    shown = words(run("calls", "show", "call-1").stdout)
    header = shown.index("queue came in waited how it ended agent")
    assert shown[header + 1 : header + 3] == [
        "support 12:00:05 17 s exit-key: 1",
        f"{ASTERISK} 12:00:30 41 s answered ali",
    ]
    assert header < shown.index("time what happened")
    told = json.loads(run("calls", "show", "call-1", "--json").stdout)
    assert [each["number"] for each in told["queue_visits"]] == [1, 2]


def test_a_call_without_visits_has_no_table_of_them(home: Path) -> None:
    """Nobody looks for what is not there."""
    with people.opened(home) as store:
        store.begin_call(people.new_call("menu"))
    assert "how it ended" not in run("calls", "show", "menu").stdout
