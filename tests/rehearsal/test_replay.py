"""Past calls through other rules: real calls of the fake Asterisk, and their real journal."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agi_server.cli import main
from agi_server.cli import replay as replay_command_module
from agi_server.policy import load_policy_file
from agi_server.testing import FakeChannel, HangUp, Press, ScriptedCaller, Silence
from crm.sqlite_store import SqliteStore
from dialplan.contract import Script
from ivr.rulebook import Rulebook
from rehearsal.memory import NotAsked
from rehearsal.moves import Report
from rehearsal.recorded import KINDS, Recorded, read_call
from rehearsal.replay import replay
from rehearsal.timeline import Arrived, HungUp
from routing.destinations import ToQueue
from tests.conversations.site import CONTRACT_ENDED, GOLD_CUSTOMER, MAIN_NUMBER, RULES, serving

STRANGER = "+989351112233"
CALLS = {
    "gold": (GOLD_CUSTOMER, (Press("1"),)),
    "ended": (CONTRACT_ENDED, (Press("1"),)),
    "silent": (STRANGER, (Silence(), Silence(), Silence())),
    "billing": (STRANGER, (Press("2"),)),
    "gone": (STRANGER, (HangUp(),)),
}
"""The calls of the journal: who calls, and what they do."""


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a server that has had these calls."""
    folder = tmp_path_factory.mktemp("site")

    async def calls() -> None:
        async with serving(folder) as site:
            for name, (number, actions) in CALLS.items():
                caller = ScriptedCaller(*actions)
                channel = FakeChannel(number=number, dialled=MAIN_NUMBER, caller=caller)
                await site.request(channel, Script.INCOMING, call=name)

    asyncio.run(calls())
    return folder


@pytest.fixture
def recorded(journal: Path) -> dict[str, Recorded]:
    """The calls as they are read back."""
    return dict(_read(journal))


def _read(journal: Path) -> Iterator[tuple[str, Recorded]]:
    with closing(SqliteStore(journal / "rahyab.db")) as store:
        for each in store.recorded_calls(datetime(2026, 1, 1, tzinfo=UTC), kinds=KINDS):
            call = read_call(each.facts, each.events)
            assert call is not None
            yield each.id, call


def book(folder: Path, *edits: tuple[str, str]) -> Rulebook:
    """The rules of the site after some edits, each of which must have changed something."""
    return Rulebook.of(load_policy_file(_edited(folder, *edits)))


def _edited(folder: Path, *edits: tuple[str, str]) -> Path:
    text = RULES.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    file = folder / "new.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def report(calls: dict[str, Recorded], rules: Rulebook) -> Report:
    """All calls through these rules."""
    found = Report()
    for call in calls.values():
        found.add(call, replay(rules, call))
    return found


TO_SUPPORT = "      then: {queue: support}"

GOLD_TO_SALES = (
    f"# opens a request: the caller hears its tracking number\n{TO_SUPPORT}",
    "# opens a request\n      then: {queue: sales}",
)

REST_TO_SALES = (
    f"    - id: everyone-else\n      case: open\n{TO_SUPPORT}",
    "    - id: everyone-else\n      then: {queue: sales}",
)


def test_the_journal_tells_what_became_of_each_call(recorded: dict[str, Recorded]) -> None:
    """Where it arrived, or where its caller hung up; and what was keyed."""
    assert recorded["gold"].end == Arrived(ToQueue("support"))
    assert recorded["gold"].keys == {("menu welcome", "welcome"): ["1"]}
    assert recorded["gold"].rules == ("arrival/everyone", "support/gold")
    assert recorded["silent"].keys == {("menu welcome", "welcome"): [None, None, None]}
    assert recorded["silent"].end == Arrived(ToQueue("reception"))
    assert recorded["gone"].end == HungUp("menu welcome")


def test_through_the_same_rules_every_call_goes_where_it_went(
    recorded: dict[str, Recorded], tmp_path: Path
) -> None:
    """By the same rules, too."""
    rules = book(tmp_path)
    for call in recorded.values():
        now = replay(rules, call)
        assert (now.end, now.rules) == (call.end, call.rules)
    found = report(recorded, rules)
    assert (found.calls, found.same, found.moved.total()) == (len(CALLS), len(CALLS), 0)


def test_a_call_that_goes_elsewhere_is_told_with_the_reasons(
    recorded: dict[str, Recorded], tmp_path: Path
) -> None:
    """The rule that takes it now, and what it saw."""
    found = report(recorded, book(tmp_path, GOLD_TO_SALES))
    ((move, count),) = found.moved.items()
    assert (move.before, move.now, count) == ("queue support", "queue sales", 1)
    assert (move.rule_before, move.rule_now) == ("support/gold", "support/gold")
    call, why = found.examples[move]
    assert call == "gold"
    assert why == ("rule gold leads to queue sales now, to queue support before",)
    assert found.ends["queue support"] == [1, 0]
    assert found.ends["queue sales"] == [1, 2]


def test_the_rule_that_took_a_call_tells_why_it_does_not_now(
    recorded: dict[str, Recorded], tmp_path: Path
) -> None:
    """Its clause that fails, before the rule that matches."""
    stricter = ("when: {customer.segment: gold}", "when: {customer.segment: platinum}")
    found = report(recorded, book(tmp_path, stricter, REST_TO_SALES))
    ((_, why),) = found.examples.values()
    assert why == (
        "✗ gold: customer.segment is gold, not platinum",
        "✓ everyone-else: for everyone",
    )


def test_a_new_menu_asks_what_nobody_was_asked(
    recorded: dict[str, Recorded], tmp_path: Path
) -> None:
    """Where such a call would go is not guessed."""
    again = (
        '"2": {say_key: for-billing, queue: billing}',
        '"2": {say_key: for-billing, menu: money}',
    )
    otherwise = "{repeat: 0, then: {queue: billing}}"
    money = f"say: for-billing, keys: {{'1': {{queue: billing}}}}, silence: {otherwise}"
    more = ("menus:\n", f"menus:\n  money: {{{money}, wrong_key: {otherwise}}}\n")
    rules = book(tmp_path, again, more)
    assert replay(rules, recorded["billing"]).end == NotAsked("menu money")
    found = report(recorded, rules)
    assert found.asked == {"menu money": 1}
    assert found.same == len(CALLS) - 1


def run(journal: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    """`rahyab replay` over this journal."""
    monkeypatch.setenv("RAHYAB_HOME", str(journal))
    monkeypatch.setenv("RAHYAB_RULES", str(RULES))
    monkeypatch.setenv("COLUMNS", "200")
    return CliRunner().invoke(main, ["replay", "--since", "2026-01-01", *words])


def test_the_command_tells_of_rules_that_move_nothing(
    journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 0, and how many calls were looked at."""
    result = run(journal, monkeypatch)
    assert result.exit_code == 0, result.output
    assert "5 calls: 5 go the same way, 0 elsewhere, 0 are asked" in result.stdout


def test_the_command_shows_what_moves(
    journal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a table, and as JSON."""
    new = str(_edited(tmp_path, GOLD_TO_SALES))
    result = run(journal, monkeypatch, "--rules", new)
    assert result.exit_code == 1
    for words in ("queue support", "queue sales", "(support/gold)", "rule gold leads to"):
        assert words in result.stdout
    data = json.loads(run(journal, monkeypatch, "--rules", new, "--json").stdout)
    assert data["moved"][0]["calls"] == 1
    assert data["ends"]["queue sales"] == {"before": 1, "now": 2}


def test_a_time_that_is_none_is_refused(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to write."""
    result = run(journal, monkeypatch, "--since", "yesterday")
    assert result.exit_code == 2
    assert "write 30d, 12h" in result.stderr


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_a_date_is_one_of_the_business(
    journal: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    """Whatever the machine's zone: the calls began at ten o'clock in Tehran."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        counts = [
            json.loads(run(journal, monkeypatch, "--json", "--since", since).stdout)["calls"]
            for since in ("2026-11-24", "2026-11-24 10:00", "2026-11-24 10:01", "2026-11-25")
        ]
    finally:
        monkeypatch.undo()
        time.tzset()
    assert counts == [len(CALLS), len(CALLS), 0, 0]


def test_the_tables_have_what_did_not_change_too(
    journal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All rules and queues, those first of which the number changes; no more than fit."""
    new = str(_edited(tmp_path, GOLD_TO_SALES))
    told = run(journal, monkeypatch, "--rules", new).stdout
    assert told.index("queue sales ") < told.index("queue reception ")
    assert "arrival/everyone" in told
    assert "support/contract-ended" in told
    monkeypatch.setattr(replay_command_module, "MOST_SHOWN", 2)
    assert "more: --json has them all" in run(journal, monkeypatch, "--rules", new).stdout
