"""`rahyab customers export`, `erase` and `erasures` as an administrator meets them."""

import csv
import io
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crm.spool import Batch, batch_line
from crm.sqlite_store import SqliteStore
from tests.agi_server import people
from tests.agi_server.people import SECRETS, SOUND, run


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
    assert not (home / "erasures").exists()


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


def test_a_proof_that_cannot_be_written_is_printed(home: Path) -> None:
    """The person is erased; who reads on knows what to keep."""
    (home / "erasures").write_text("no folder")
    result = run("customers", "erase", "C-1", "--reason", "asked", "--yes")
    assert result.exit_code == 2
    assert "the proof cannot be written" in result.stderr
    assert json.loads(result.stdout)["reason"] == "asked"
