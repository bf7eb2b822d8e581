"""`rahyab outbox`, and what other commands tell of messages and surveys."""

import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agi_server.cli import main
from crm.asking_records import (
    AskedSurvey,
    AttemptKind,
    MessageKind,
    MessageStatus,
    OneTimeCode,
    OutboxMessage,
    SurveyOutcome,
)
from crm.records import Callback, Customer
from tests.agi_server.people import AT, make_home, new_call, opened

NUMBER = "+989121234567"
TRACKING = OutboxMessage(
    "c-0/tracking/1", "c-0", MessageKind.TRACKING, NUMBER, "No. [red]123\x1b 456", "fa", AT,
    customer_id=1,
)  # fmt: skip
CODE = replace(
    TRACKING,
    id="c-1/one-time-code/1",
    call_id="c-1",
    kind=MessageKind.CODE,
    text="code 471147",
    written_at=AT + timedelta(hours=1),
    customer_id=None,
)
SENT = replace(TRACKING, id="c-1/tracking/1", call_id="c-1", status=MessageStatus.SENT)
ASKED = AskedSurvey(
    "c-0", "satisfaction", AT, SurveyOutcome.DECLINED, NUMBER, 1, None, None, None, "r", "fa"
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a message of each kind, a survey, and a callback that two calls share."""
    make_home(tmp_path, monkeypatch)
    with opened(tmp_path) as store:
        store.put_customers([Customer("Sara", "C-1")])
        for call_id, customer_id in (("c-0", 1), ("c-1", None)):
            store.begin_call(new_call(call_id, customer_id))
        for message in (TRACKING, CODE, SENT):
            store.queue_message(message)
        store.note_survey(ASKED)
        store.ask_callback(Callback("c-0", NUMBER, AT, 1, None, "fa"))
        window = {"earliest": AT + timedelta(hours=2), "latest": AT + timedelta(hours=4)}
        store.ask_callback(Callback("c-1", NUMBER, AT, None, None, "fa", **window))
    return tmp_path


def run(*arguments: str) -> Result:
    """Run a command; none may end in a traceback."""
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "471147" not in result.output
    return result


def listed(*arguments: str) -> list[str]:
    """The ids that are listed."""
    found = json.loads(run("outbox", "list", "--json", *arguments).stdout)
    return [message["id"] for message in found]


@pytest.mark.usefixtures("home")
def test_what_waits_is_listed_oldest_first() -> None:
    """By the business's clock; codes are hidden, and what was written is not obeyed."""
    result = run("outbox")
    first, second = result.stdout.splitlines()[1:]
    for expected in ("c-0", "2026-03-21 12:00", NUMBER, "Sara", "tracking", "[red]123", "waiting"):
        assert expected in first
    for expected in ("c-1", "2026-03-21 13:00", "one-time-code", "••••"):
        assert expected in second
    assert "\x1b" not in result.stdout


@pytest.mark.usefixtures("home")
def test_the_list_can_be_narrowed() -> None:
    """By status, customer and word; the limit cuts the end and says so."""
    assert listed() == [TRACKING.id, CODE.id]
    assert listed("--status", "sent") == [SENT.id]
    assert listed("--status", "expired") == []
    assert listed("--status", "all") == [TRACKING.id, SENT.id, CODE.id]
    assert set(listed("--status", "all", "--customer", "C-1")) == {TRACKING.id, SENT.id}
    assert listed("--search", "sara") == [TRACKING.id]
    assert listed("--limit", "1") == [TRACKING.id]
    assert "see more with --limit" in run("outbox", "--limit", "1").stdout
    assert "There are none" in run("outbox", "--status", "expired").stdout
    assert run("outbox", "--search", "x", "--customer", "C-1").exit_code == 2


def test_who_looked_is_noted(home: Path) -> None:
    """A list of many is one entry; one customer's is theirs."""
    run("outbox", "list")
    run("outbox", "list", "--customer", "C-1")
    with opened(home) as store:
        newest, before = store.audit_log(limit=2)
    assert (newest.action, newest.customer_id, newest.detail) == ("shown", 1, "outbox")
    assert (before.action, before.detail) == ("listed", "2 messages of the outbox")


@pytest.mark.usefixtures("home")
def test_a_call_tells_its_survey_its_messages_and_whose_callback() -> None:
    """For people and for programs; no code."""
    told = run("calls", "show", "c-0").stdout
    assert "satisfaction: declined" in told
    assert f"{NUMBER}: No. [red]123� 456 (waiting)" in told
    assert f"{NUMBER} (open)\n" in told.replace("  ", "")
    other = run("calls", "show", "c-1").stdout
    assert "with the call c-0" in other
    assert "•••• (waiting)" in other
    texts = [
        each["text"]
        for each in json.loads(run("calls", "show", "c-1", "--json").stdout)["messages"]
    ]
    assert "••••" in texts


@pytest.mark.usefixtures("home")
def test_a_customer_s_page_tells_them_too() -> None:
    """In the history, and for programs."""
    told = run("customers", "show", "C-1").stdout
    assert "satisfaction: declined" in told
    assert "it is sent now" in told
    (page,) = json.loads(run("customers", "show", "C-1", "--json").stdout)
    assert {each["id"] for each in page["messages"]} == {TRACKING.id, SENT.id}
    assert page["has_pin"] is False


@pytest.mark.usefixtures("home")
def test_callbacks_tell_the_place_and_the_window() -> None:
    """That of the call that asked first, and what was chosen last."""
    (line,) = run("callbacks").stdout.splitlines()[1:]
    for expected in ("c-0", "2026-03-21 12:00", "from 2026-03-21 14:00 until 2026-03-21 16:00"):
        assert expected in line
    assert "from 2026-03-21 14:00 until 2026-03-21 16:00" in run("callbacks", "show", "c-1").stdout


@pytest.mark.usefixtures("home")
def test_another_number_for_one_of_two_calls_leaves_the_other() -> None:
    """Each keeps its place; done is what either call names."""
    changed = json.loads(run("callbacks", "edit", "c-1", "02188880000", "--json").stdout)
    assert (changed["call_id"], changed["number"]) == ("c-1", "+982188880000")
    assert changed["since"] == str(AT)
    found = json.loads(run("callbacks", "list", "--json").stdout)
    assert {each["call_id"]: each["number"] for each in found} == {
        "c-0": NUMBER,
        "c-1": "+982188880000",
    }
    back = json.loads(run("callbacks", "edit", "c-1", NUMBER, "--json").stdout)
    assert back["call_id"] == "c-0"
    assert json.loads(run("callbacks", "close", "c-1", "--json").stdout)["call_id"] == "c-0"


def test_an_export_holds_messages_and_surveys_and_no_secret(home: Path) -> None:
    """A code that still waits is hidden, a PIN's digest is not there."""
    with opened(home) as store:
        theirs = replace(CODE, id="c-0/one-time-code/1", call_id="c-0", customer_id=1)
        store.queue_message(theirs)
    path = home / "sara.zip"
    assert run("customers", "export", "C-1", "--output", str(path)).exit_code == 0
    with zipfile.ZipFile(path) as archive:
        found = {name: archive.read(name).decode() for name in archive.namelist()}
    assert TRACKING.id in found["written_messages.csv"]
    assert "declined" in found["surveys.csv"]
    assert "has_pin" in found["customer.csv"]
    assert not any("471147" in text or "digest" in text for text in found.values())


def test_pruning_clears_up_secrets_whatever_the_rules_keep(home: Path) -> None:
    """Codes and attempts go after a day; a dry run leaves them."""
    with opened(home) as store:
        code = OneTimeCode(NUMBER, b"s", b"d", AT, AT + timedelta(hours=1), 3, "c-0")
        store.keep_code(code, per_number=1, per_day=1)
    run("db", "prune", "--dry-run")
    with opened(home) as store:
        assert store.attempts(AttemptKind.CODE, NUMBER, AT) == 1
    assert run("db", "prune").exit_code == 0
    with opened(home) as store:
        assert store.attempts(AttemptKind.CODE, NUMBER, AT) == 0
