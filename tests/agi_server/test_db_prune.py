"""`rahyab db prune` as a nightly timer meets it."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crm.people import DataKind
from crm.pruning import TOGETHER
from crm.records import Recording
from routing.model import RetentionShape
from tests.agi_server import people
from tests.agi_server.people import run

LONG_AGO = datetime.now(UTC) - timedelta(days=40)
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with people of long ago, and rules that keep everything."""
    people.make_home(tmp_path, monkeypatch)
    people.fill(tmp_path)
    monkeypatch.setenv("RAHYAB_RULES", str(tmp_path / "rules.yaml"))
    keep(tmp_path, "")
    return tmp_path


def keep(home: Path, retention: str) -> None:
    """Write rules with this retention instead of that of the shipped ones."""
    rules = people.RULES.read_text(encoding="utf-8")
    rules = re.sub(r"^retention:.*\n", "", rules, flags=re.MULTILINE)
    rules += f"\nretention: {{{retention}}}\n" if retention else ""
    (home / "rules.yaml").write_text(rules, encoding="utf-8")


def pruned(*options: str) -> dict[str, int]:
    """How many records of each kind went, or would go."""
    result = run("db", "prune", "--json", *options)
    return {each["kind"]: each["records"] for each in json.loads(result.stdout)}


def test_every_kind_of_data_has_a_key_in_the_rules() -> None:
    """And no other has one."""
    assert set(RetentionShape.model_fields) == set(DataKind)


@pytest.mark.usefixtures("home")
def test_nothing_goes_that_the_rules_do_not_name() -> None:
    """Without `retention` all is kept."""
    result = run("db", "prune")
    assert result.exit_code == 0
    assert "everything is kept for ever" in result.stdout
    assert "spoken words" in run("answers").stdout


def test_what_is_old_goes_and_what_is_not_stays(home: Path) -> None:
    """A dry run tells the same numbers, and changes nothing."""
    with people.opened(home) as store:
        store.begin_call(people.new_call("old", at=LONG_AGO))
        store.begin_call(people.new_call("new", at=YESTERDAY))
    keep(home, "calls: 30, recordings: 30, answers: 30, cases: 30, audit: 30")
    expected = {"calls": 2, "recordings": 1, "answers": 1, "cases": 0, "audit": 0}
    assert pruned("--dry-run") == expected
    assert (home / "messages" / "call-1-support.wav").exists()
    assert pruned() == expected
    assert not (home / "messages" / "call-1-support.wav").exists()
    with people.opened(home) as store:
        facts = {call.id: dict(call.facts) for call in store.calls()}
    assert facts == {"call-1": {}, "old": {}, "new": {"some": "fact"}}
    assert pruned() == dict.fromkeys(expected, 0)


def test_more_than_one_portion_goes(home: Path) -> None:
    """In several transactions, so that no call waits for all of them."""
    with people.opened(home) as store, store.transaction():
        for number in range(2 * TOGETHER + 1):
            store.begin_call(people.new_call(f"many-{number}", at=LONG_AGO))
    keep(home, "calls: 30")
    assert pruned() == {"calls": 2 * TOGETHER + 2}


def test_the_people_see_a_table(home: Path) -> None:
    """With what is older than which day."""
    keep(home, "calls: 30")
    told = run("db", "prune", "--dry-run").stdout
    assert "would be removed" in told
    assert "calls" in told
    assert "removed" in run("db", "prune").stdout


def test_who_is_held_loses_nothing(home: Path) -> None:
    """Whatever the rules say."""
    run("customers", "hold", "C-1", "--reason", "claim 7")
    keep(home, "calls: 30, recordings: 30")
    assert pruned() == {"calls": 0, "recordings": 0}
    assert (home / "messages" / "call-1-support.wav").exists()


def test_a_recording_that_cannot_be_removed_stays_known(home: Path) -> None:
    """Its record is left for the next night, and the exit code tells."""
    with people.opened(home) as store:
        path = str(home / "elsewhere" / "x.wav")
        store.begin_call(people.new_call("far", at=LONG_AGO))
        store.keep_recording(Recording("far", "support", path, 3.0, LONG_AGO, None))
    keep(home, "recordings: 30, calls: 30")
    result = run("db", "prune")
    assert result.exit_code == 1
    assert "its folder is not on this machine" in result.stderr
    shown = json.loads(run("voicemail", "list", "--json").stdout)
    assert path in [message["path"] for message in shown]


def test_rules_that_do_not_load_prune_nothing(home: Path) -> None:
    """They are told with their line."""
    keep(home, "calls: 0")
    result = run("db", "prune")
    assert result.exit_code == 1
    assert "0 is too low" in result.stdout + result.stderr
    assert "spoken words" in run("answers").stdout
