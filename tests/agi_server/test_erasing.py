"""`rahyab customers export`, `erase` and `erasures` as an administrator meets them."""

import csv
import errno
import io
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crm.records import CallChange, Disposition, QueueVisit
from crm.spool import Batch, batch_line
from crm.sqlite_store import SqliteStore
from tests.agi_server import people
from tests.agi_server.people import SECRETS, SOUND, run

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with Sara and Reza."""
    people.make_home(tmp_path, monkeypatch)
    people.fill(tmp_path)
    return tmp_path


def rows(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    """A table, as a spreadsheet that knows the mark of UTF-8 reads it."""
    return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


def test_an_export_holds_everything(home: Path) -> None:
    """As JSON, as tables, and the recording itself; the file is for its owner alone."""
    visit = QueueVisit("call-1", 1, "support", "fa", "support-fa", people.AT, people.AT)
    with people.opened(home) as store:
        store.keep_queue_visit(replace(visit, disposition=Disposition.EXIT_KEY, key="1"))
    result = run("customers", "export", "C-1", "--output", str(home / "sara.zip"))
    assert result.exit_code == 0
    assert "1 calls, 1 recorded messages" in result.stdout
    assert (home / "sara.zip").stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(home / "sara.zip") as archive:
        whole = archive.read("customer.json").decode() + archive.read("calls.json").decode()
        assert all(secret in whole for secret in SECRETS)
        (story,) = json.loads(archive.read("calls.json"))
        assert story["timeline"][0]["kind"] == "pressed"
        assert archive.read("recordings/call-1-support.wav") == SOUND
        assert rows(archive, "queue_visits.csv")[0]["disposition"] == "exit-key"
        assert story["queue_visits"][0]["asterisk_queue"] == "support-fa"
        assert rows(archive, "answers.csv")[0]["value"] == "spoken words"
        assert rows(archive, "case_notes.csv")[0]["text"] == "Sara!"
        readme = archive.read("README.txt").decode()
        assert [name for name in archive.namelist() if name.split("/")[0] not in readme] == [
            "README.txt"
        ]
    assert "Reza" not in whole


def test_no_cell_of_an_export_runs(home: Path) -> None:
    """What begins like a formula, or like a number with its sign, gets an apostrophe."""
    run("customers", "export", "C-1", "--output", str(home / "sara.zip"))
    with zipfile.ZipFile(home / "sara.zip") as archive:
        tables = [name for name in archive.namelist() if name.endswith(".csv")]
        cells = [cell for name in tables for row in rows(archive, name) for cell in row.values()]
        assert "'=HYPERLINK(1)" in cells
        assert "'+989121234567" in cells
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_an_export_says_what_it_lacks(home: Path) -> None:
    """In the README, on the terminal, and by its exit code."""
    (home / "messages" / "call-1-support.wav").unlink()
    result = run("customers", "export", "C-1", "--output", str(home / "sara.zip"), "--json")
    assert result.exit_code == 1
    assert "call-1-support.wav cannot be read here" in result.stderr
    assert json.loads(result.stdout)["recordings"] == 0
    with zipfile.ZipFile(home / "sara.zip") as archive:
        assert "call-1-support.wav is not here" in archive.read("README.txt").decode()


def test_an_export_takes_no_other_files_place(home: Path) -> None:
    """And leaves none behind where it cannot be written; nothing is written down then."""
    before = people.audit(home)
    (home / "sara.zip").write_text("of somebody else")
    taken = run("customers", "export", "C-1", "--output", str(home / "sara.zip"))
    assert taken.exit_code == 2
    assert "is there already" in taken.stderr
    assert (home / "sara.zip").read_text() == "of somebody else"
    nowhere = run("customers", "export", "C-1", "--output", str(home / "nowhere" / "sara.zip"))
    assert nowhere.exit_code == 2
    assert "cannot be written" in nowhere.stderr
    assert people.audit(home) == before


def test_nothing_of_an_erased_person_lies_about(home: Path) -> None:
    """Neither in the database nor in its log, while a server has it open; nor the recording."""
    with closing(SqliteStore(home / "rahyab.db")) as server:
        server.look_up_caller("+989121234567")
        result = run("customers", "erase", "C-1", "--reason", "asked", "--yes")
        assert result.exit_code == 0
        held = b"".join(path.read_bytes() for path in home.glob("rahyab.db*"))
        assert [secret for secret in SECRETS if secret.encode() in held] == []
        assert server.look_up_caller("+989121234567").matches == ()
    assert not (home / "messages" / "call-1-support.wav").exists()
    assert "Reza" in run("customers", "show", "C-2").stdout


def test_an_erasure_is_proved(home: Path) -> None:
    """On the terminal, in a file, and in the store; the proof holds nothing of the person."""
    result = run("customers", "erase", "C-1", "--reason", "asked", "--yes")
    proof = json.loads(result.stdout)
    (file,) = (home / "erasures").iterdir()
    assert json.loads(file.read_text(encoding="utf-8")) == proof
    assert file.stat().st_mode & 0o777 == 0o600
    assert (proof["customer_id"], proof["reason"], proof["files_removed"]) == (1, "asked", 1)
    assert proof["counts"]["customers"] == 1
    assert not [secret for secret in SECRETS if secret in result.stdout]
    (kept,) = json.loads(run("customers", "erasures", "--json").stdout)
    assert kept["pseudonym"] == proof["pseudonym"]
    assert proof["pseudonym"] in run("customers", "erasures").stdout
    assert "backups made before now" in result.stderr


def test_calls_can_still_be_counted(home: Path) -> None:
    """Under the pseudonym."""
    run("customers", "erase", "C-1", "--reason", "asked", "--yes")
    (call,) = json.loads(run("calls", "--json").stdout)
    assert call["customer_name"].startswith("erased-")
    assert (call["outcome"], call["agent"], call["caller"]) == ("answered", "ali", None)
    assert people.audit(home)[-2].action == "erased"


def test_erasing_asks_back(home: Path) -> None:
    """With what there is; whoever says no has erased nothing."""
    result = run("customers", "erase", "C-1", "--reason", "asked", answer="n\n")
    assert result.exit_code == 1
    assert "Sara Ahmadi (C-1): 2 numbers, 1 calls, 1 cases, 1 messages" in result.stderr
    assert "Sara" in run("customers", "show", "C-1").stdout
    assert (home / "messages" / "call-1-support.wav").exists()
    assert run("customers", "erase", "C-1", "--reason", "asked", answer="y\n").exit_code == 0


def test_nobody_is_erased_while_writes_wait_in_the_spool(home: Path) -> None:
    """They would bring the person back. What has been written to the store does not count."""
    spool, name = home / "spool", "20260321T083000-1.spool"
    spool.mkdir()
    line = batch_line(Batch(datetime(2026, 3, 21, tzinfo=UTC), ()))
    (spool / name).write_bytes(line)
    result = run("customers", "erase", "C-1", "--reason", "asked", "--yes")
    assert result.exit_code == 2
    assert "still holds 1 writes that are not in the database yet" in result.stderr
    with closing(SqliteStore(home / "rahyab.db")) as store:
        store.set_spool_position(name, len(line))
    assert run("customers", "erase", "C-1", "--reason", "asked", "--yes").exit_code == 0


def test_who_is_held_is_not_erased(home: Path) -> None:
    """Nor is the recording."""
    run("customers", "hold", "C-1", "--reason", "claim 7")
    result = run("customers", "erase", "C-1", "--reason", "asked", "--yes")
    assert result.exit_code == 2
    assert "claim 7" in result.stderr
    assert (home / "messages" / "call-1-support.wav").exists()
    assert not list((home / "erasures").iterdir())


def test_a_recording_that_cannot_be_removed_is_told(home: Path) -> None:
    """Where Asterisk has its folder on another machine; the person is erased all the same."""
    (home / "messages" / "call-1-support.wav").unlink()
    (home / "messages").rmdir()
    result = run("customers", "erase", "C-1", "--reason", "asked", "--yes")
    assert result.exit_code == 1
    assert "its folder is not on this machine" in result.stderr
    (left,) = json.loads(result.stdout)["files_left"]
    assert left["path"].endswith("call-1-support.wav")


def test_a_number_that_stays_blocked_is_told(home: Path) -> None:
    """Somebody else asked for that."""
    run("customers", "block", "09121234567", "--reason", "x")
    result = run("customers", "erase", "C-1", "--reason", "asked", "--yes")
    assert "1 of the numbers stay blocked" in result.stderr
    assert json.loads(result.stdout)["blocked_numbers_kept"] == 1
    assert (home / "rahyab.db").exists()


def test_a_log_that_is_in_use_is_told(home: Path) -> None:
    """It holds pages from before until its reader ends."""
    with closing(sqlite3.connect(home / "rahyab.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM customers").fetchall()
        result = run("customers", "erase", "C-1", "--reason", "asked", "--yes")
    assert result.exit_code == 0
    assert re.search(r"The log .*rahyab\.db-wal is in use", result.stderr.replace("\n", " "))


def test_a_proof_that_cannot_be_written_erases_nobody(home: Path) -> None:
    """Nor is another file written over."""
    (home / "erasures").write_text("no folder")
    command = ("customers", "erase", "C-1", "--reason", "asked", "--yes")
    for option in ((), ("--proof", str(home / "erasures"))):
        result = run(*command, *option)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "Nothing is erased" in result.stderr
    assert (home / "erasures").read_text() == "no folder"
    assert "Sara" in run("customers", "show", "C-1").stdout
    assert (home / "messages" / "call-1-support.wav").exists()


def test_a_full_disk_leaves_the_proof_on_the_terminal(home: Path) -> None:
    """The person is erased; the log is emptied and what is left is told all the same."""

    def fill_up(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with closing(SqliteStore(home / "rahyab.db")) as server:
        server.look_up_caller("+989121234567")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Path, "write_text", fill_up)
            result = run("customers", "erase", "C-1", "--reason", "asked", "--yes")
        assert result.exit_code == 1
        assert "the proof cannot be written" in result.stderr
        assert "backups made before now" in result.stderr
        assert json.loads(result.stdout)["reason"] == "asked"
        held = b"".join(path.read_bytes() for path in home.glob("rahyab.db*"))
        assert [secret for secret in SECRETS if secret.encode() in held] == []


def test_who_was_erased_is_in_no_list_and_is_nobody_s_to_change(home: Path) -> None:
    """A sentence says so; what came since, as of a call that went on, is emptied."""
    run("customers", "erase", "C-1", "--reason", "asked", "--yes")
    assert "erased-" not in run("customers", "list").stdout
    assert run("customers", "list", "--search", "erased", "--json").stdout == "[]\n"
    later = home / "later.wav"
    later.write_bytes(b"spoken words")
    with people.opened(home) as store:
        store.change_call("call-1", CallChange(2, state={"name": "Sara"}))
        late = replace(people.message("call-1", str(later)), mailbox="late")
        store.keep_recording(late)
    for command in (
        ("edit", "id:1", "--notes", "x"),
        ("restrict", "id:1", "--reason", "x"),
        ("hold", "id:1", "--reason", "x"),
        ("erase", "id:1", "--reason", "x", "--yes"),
    ):
        result = run("customers", *command)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "stands for somebody who was erased" in result.stderr
    with people.opened(home) as store:
        (proof,) = store.erasures()
        assert (proof.customer_id, store.customer(1).notes) == (1, None)
        call = store.call("call-1")
        assert call is not None
        assert dict(call.state) == {}
    assert not later.exists()


def test_an_export_tells_what_is_blocked_and_whose_sound_is_which(home: Path) -> None:
    """Two recordings of one file name are two files."""
    run("customers", "block", "09121234567", "--reason", "abusive calls")
    other = home / "other" / "call-1-support.wav"
    other.parent.mkdir()
    other.write_bytes(b"other sound")
    with people.opened(home) as store:
        store.keep_recording(replace(people.message("call-1", str(other), 1), mailbox="sales"))
    assert "abusive calls" in run("customers", "show", "C-1").stdout
    result = run("customers", "export", "C-1", "--output", str(home / "sara.zip"))
    assert (result.exit_code, result.stderr.count("Warning")) == (0, 0)
    with zipfile.ZipFile(home / "sara.zip") as archive:
        (blocked,) = rows(archive, "blocked.csv")
        assert (blocked["number"], blocked["reason"]) == ("'+989121234567", "abusive calls")
        sounds = {
            row["mailbox"]: archive.read(row["file"]) for row in rows(archive, "messages.csv")
        }
        assert sounds == {"support": SOUND, "sales": b"other sound"}


def test_an_export_of_nobody_shows_no_bar(home: Path) -> None:
    """One sentence is all there is."""
    result = run("customers", "export", "C-9", "--output", str(home / "x.zip"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Nobody has")
