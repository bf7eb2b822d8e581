"""`rahyab calls`: what it says of the journal, not how it lays it out."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agi_server.cli import main
from crm.records import (
    Answer,
    CallChange,
    Case,
    CaseState,
    Customer,
    NewCall,
    Outcome,
    Recording,
    TimelineEvent,
)
from crm.sqlite_store import SqliteStore
from crm.tracking import tracking_number
from routing.decide import decide, explanation
from routing.decisions_data import explanation_to_data
from routing.explain import explain
from tests.sample import FACTS, POLICY

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)
"""Noon in Tehran, the business's zone."""

HOSTILE = "[red]\x1b[31m\x07\udcff[/nothing]"
"""Markup, control codes of a terminal, and a byte that is no text."""

DECISION = explanation(decide(POLICY, "arrival", FACTS))
QUEUE = {"waiting": 2, "longest_wait": 40, "agents": 1, "estimated_wait": None}
TRACKING = tracking_number(2_345_678, b"any key of tests")


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the commands look for the journal; and a wide terminal."""
    monkeypatch.setenv("RAHYAB_HOME", str(tmp_path))
    monkeypatch.setenv("RAHYAB_RULES", str(ROOT / "routing_rules.yaml"))
    monkeypatch.delenv("RAHYAB_DATABASE", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "rahyab.db"


@pytest.fixture
def journal(database: Path) -> Path:
    """Three calls: one that was served, a trial that is not over, and a hostile one."""
    with closing(SqliteStore(database)) as store:
        store.put_customers([Customer("Sara Ahmadi", numbers=("+989121234567",))])
        begin(store, "served", 0, caller="+989121234567", customer=1)
        begin(store, "trial", 1, trial=True)
        begin(store, "hostile", 2, sent=HOSTILE)
        fill_served(store)
        fill_hostile(store)
    return database


def begin(  # noqa: PLR0913  what tells the three calls apart
    store: SqliteStore,
    call_id: str,
    hours: int,
    *,
    caller: str | None = None,
    customer: int | None = None,
    sent: str = "",
    trial: bool = False,
) -> None:
    """Put one call into the journal."""
    store.begin_call(
        NewCall(
            id=call_id,
            started_at=AT + timedelta(hours=hours),
            caller_as_sent=sent,
            name_as_sent=sent,
            caller=caller,
            dialled=sent or "+982191000000",
            source=sent or "website",
            language="fa",
            customer_id=customer,
            revision="abcdef012345",
            facts={},
            trial=trial,
        )
    )


def fill_served(store: SqliteStore) -> None:
    """A call with everything that can hang on one."""
    store.change_call(
        "served",
        CallChange(
            queue="support",
            agent="sara",
            queued_at=AT,
            answered_at=AT + timedelta(seconds=17),
            left_queue_at=AT + timedelta(seconds=59),
            ended_at=AT + timedelta(seconds=83),
            outcome=Outcome.ANSWERED,
            stage="queue support",
        ),
    )
    events = (
        ("came-in", {"dialled": "+982191000000", "source": "website", "customer": "known"}),
        ("decided", explanation_to_data(DECISION)),
        ("queues", {"support": QUEUE}),
        ("callback-asked", {"number": "+982191000000"}),
        ("case-opened", {"tracking": TRACKING}),
        ("left-queue", {"status": "CONTINUE", "agent": "sara", "hold": 17}),
    )
    store.add_to_timeline(
        TimelineEvent("served", 1, number, AT + timedelta(seconds=number), kind, data)
        for number, (kind, data) in enumerate(events)
    )
    store.open_case(Case(TRACKING, CaseState.NEW, "arrival", AT, 1, "served"), join=False)
    store.keep_answer(
        Answer("served", "satisfaction", "score", "9", AT, "sara", "support", TRACKING, "r")
    )
    store.keep_recording(Recording("served", "messages", "/spool/served.wav", 12.0, AT, 1))


def fill_hostile(store: SqliteStore) -> None:
    """A call with text of strangers wherever that can come to stand."""
    data = {"dialled": HOSTILE, "source": HOSTILE, "customer": "unknown"}
    store.add_to_timeline(
        [
            TimelineEvent("hostile", 1, 0, AT, "came-in", data),
            TimelineEvent("hostile", 1, 1, AT, "of-a-later-version", {"x": HOSTILE}),
        ]
    )


def run(*arguments: str) -> Result:
    """Run a command; none may end in a traceback."""
    result = CliRunner().invoke(main, ["calls", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def words(text: str) -> str:
    """The text without the gaps of its layout."""
    return " ".join(text.split())


def test_empty_journal_says_how_to_get_a_call(database: Path) -> None:
    """And for programs it is an empty list."""
    SqliteStore(database).close()
    result = run()
    assert result.exit_code == 0
    assert "rahyab try" in result.stdout
    assert json.loads(run("--json").stdout) == []


@pytest.mark.usefixtures("journal")
def test_list_tells_each_call_newest_first() -> None:
    """By the business's clock, with what became of it."""
    result = run()
    assert result.exit_code == 0
    places = [result.stdout.index(call) for call in ("hostile", "trial", "served")]
    assert places == sorted(places)
    (served,) = (line for line in result.stdout.splitlines() if "served" in line)
    for expected in ("03-21 12:00", "+989121234567", "website", "answered", "support", "sara"):
        assert expected in served
    (trial,) = (line for line in result.stdout.splitlines() if "trial" in line)
    assert "withheld" in trial
    assert "end never reported" in trial


@pytest.mark.usefixtures("journal")
def test_list_is_cut_at_the_limit() -> None:
    """The newest are left."""
    result = run("--limit", "1")
    assert "hostile" in result.stdout
    assert "served" not in result.stdout
    assert [call["id"] for call in json.loads(run("--limit", "2", "--json").stdout)] == [
        "hostile",
        "trial",
    ]


@pytest.mark.usefixtures("journal")
def test_list_as_json_holds_everything() -> None:
    """Even bytes that are no text."""
    hostile, trial, served = json.loads(run("--json").stdout)
    assert hostile["caller_as_sent"] == hostile["dialled"] == HOSTILE
    assert trial["trial"] is True
    assert served["outcome"] == "answered"
    assert served["customer_name"] == "Sara Ahmadi"
    assert datetime.fromisoformat(served["started_at"]) == AT


@pytest.mark.usefixtures("journal")
def test_show_tells_the_whole_call() -> None:
    """Who, when, where it went; request, answers and recordings."""
    result = run("show", "served")
    assert result.exit_code == 0
    told = words(result.stdout)
    for expected in (
        "+989121234567 Sara Ahmadi",
        "+982191000000 (website)",
        "2026-03-21 12:00:00, 83 s",
        "answered at queue support",
        "support, waited 17 s",
        "sara, talked 42 s",
        f"{TRACKING} (new, arrival)",
        "satisfaction/score: 9",
        "/spool/served.wav (12 s)",
        "abcdef012345",
    ):
        assert expected in told


@pytest.mark.usefixtures("journal")
def test_show_tells_why_in_the_order_of_events() -> None:
    """Each rule that was looked at, with its reasons, between what came before and after."""
    told = words(run("show", "served").stdout)
    expected = [
        "12:00:00 came in to +982191000000",
        "12:00:01 decided",
        *map(words, explain(DECISION)),
        "12:00:02 queue support: waiting 2, longest wait 40 s, agents 1, estimated wait unknown",
        "12:00:03 asked to be called back at +982191000000",
        f"12:00:04 case opened: {TRACKING}",
        "12:00:05 left the queue: CONTINUE, agent sara after 17 s",
    ]
    places = [told.find(line) for line in expected]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.usefixtures("journal")
def test_show_as_json_holds_everything() -> None:
    """The decision as it was stored."""
    story = json.loads(run("show", "served", "--json").stdout)
    assert story["call"]["id"] == "served"
    assert [event["kind"] for event in story["timeline"]] == [
        "came-in",
        "decided",
        "queues",
        "callback-asked",
        "case-opened",
        "left-queue",
    ]
    assert story["timeline"][1]["data"] == explanation_to_data(DECISION)
    assert story["cases"][0]["tracking"] == story["answers"][0]["tracking"] == TRACKING
    assert story["recordings"][0]["path"] == "/spool/served.wav"
    hostile = json.loads(run("show", "hostile", "--json").stdout)
    assert hostile["timeline"][0]["data"]["dialled"] == HOSTILE


@pytest.mark.usefixtures("journal")
@pytest.mark.parametrize("command", [[], ["show", "hostile"]])
def test_text_of_strangers_does_no_harm(command: list[str]) -> None:
    """Markup is shown as it is written; nothing that a terminal would obey is printed."""
    result = run(*command)
    assert result.exit_code == 0
    assert "[red]" in result.stdout
    assert "[/nothing]" in words(result.stdout)
    others = {sign for sign in result.stdout if not sign.isprintable()} - set("\n\u200c\u200d")
    assert not others
    assert result.stdout.encode()


@pytest.mark.usefixtures("journal")
def test_trial_says_that_it_is_one() -> None:
    """Nobody shall take it for a customer."""
    assert "(trial)" in run("show", "trial").stdout
    assert "(trial)" not in run("show", "served").stdout


@pytest.mark.usefixtures("journal")
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_unknown_call_ends_with_one(options: list[str]) -> None:
    """And says where to look."""
    result = run("show", "nobody", *options)
    assert result.exit_code == 1
    assert "nobody" in result.stderr
    assert "rahyab calls" in result.stderr
    assert not result.stdout


@pytest.mark.parametrize("command", [[], ["show", "x"], ["--json"]])
def test_trouble_with_the_database_ends_with_two(database: Path, command: list[str]) -> None:
    """Whether it is missing or is none; and none is made."""
    assert run(*command).exit_code == 2
    assert "There is no database" in run(*command).stderr
    assert not database.exists()
    database.write_text("this is no database" * 100)
    result = run(*command)
    assert result.exit_code == 2
    assert "not an SQLite database" in result.stderr
