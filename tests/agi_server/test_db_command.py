"""`rahyab db` as an administrator meets it."""

import json
import shlex
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from agi_server.cli import main
from crm import postgres_schema
from crm.postgres_store import PostgresStore
from crm.records import Customer, NewCall
from crm.sqlite_store import SqliteStore
from tests.postgres import PostgresServer

ROOT = Path(__file__).parents[2]
OLD = ROOT / "tests" / "crm" / "old_databases" / "007.sql"
AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home for the program, without a database, and a wide terminal."""
    monkeypatch.setenv("RAHYAB_HOME", str(tmp_path))
    for name in ("RAHYAB_DATABASE", "RAHYAB_STORE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "160")
    return tmp_path


@pytest.fixture
def database(home: Path) -> Path:
    """Its database, with a customer and a call."""
    with closing(SqliteStore(home / "rahyab.db")) as store:
        store.put_customers([Customer("Sara", reference="C-1", numbers=("+989121234567",))])
        store.begin_call(NewCall("call-1", AT, "", "", None, "1", None, "fa", 1, "r", {}))
    return home / "rahyab.db"


@pytest.fixture
def base(postgres: PostgresServer, home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A PostgreSQL database without tables, which the settings name."""
    del home
    address = postgres.new_database()
    monkeypatch.setenv("RAHYAB_STORE", address)
    return address


def run(*arguments: object) -> Result:
    """Run a command; none may end in a traceback."""
    result = CliRunner().invoke(main, ["db", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def test_steps_are_listed_and_applied(home: Path) -> None:
    """Each with the time that it took; then nothing is left."""
    with closing(sqlite3.connect(home / "rahyab.db")) as connection:
        connection.executescript(OLD.read_text(encoding="utf-8"))
    listed = run("pending")
    assert listed.exit_code == 1
    assert listed.stdout.splitlines()[0] == "008-more-of-a-customer"
    assert json.loads(run("pending", "--json").stdout) == listed.stdout.splitlines()
    applied = run("migrate")
    assert applied.exit_code == 0
    assert [line.partition(":")[0] for line in applied.stdout.splitlines()] == (
        listed.stdout.splitlines()
    )
    assert applied.stdout.splitlines()[0].endswith(" s")
    assert run("pending").stdout == f"{home / 'rahyab.db'} lacks nothing.\n"
    assert run("migrate").stdout == f"{home / 'rahyab.db'} lacks nothing.\n"


def test_a_new_database_is_made(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its home too."""
    monkeypatch.setenv("RAHYAB_HOME", str(home / "new"))
    assert run("pending").exit_code == 2
    assert run("migrate").exit_code == 0
    assert run("pending").exit_code == 0


def test_a_check_is_a_table_or_json(database: Path) -> None:
    """And its exit code says whether something is wrong."""
    sound = run("check")
    assert "ok" in sound.stdout
    assert "every page and every index is sound" in sound.stdout
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("DROP INDEX calls_by_customer")
    spoilt = run("check", "--json")
    assert spoilt.exit_code == 1
    found = {each["subject"]: each for each in json.loads(spoilt.stdout)}
    assert found["schema"] == {
        "subject": "schema",
        "told": "not as this version makes it: index calls_by_customer is missing",
        "is_good": False,
    }
    assert "WRONG" in run("check").stdout


def test_a_database_that_is_not_there_is_told(home: Path) -> None:
    """By every command that needs one."""
    for command in (["pending"], ["check"], ["backup", home / "b.db"]):
        result = run(*command)
        assert result.exit_code == 2
        assert f"There is no database {home / 'rahyab.db'}" in result.stderr
    assert list(home.iterdir()) == []


def test_a_backup_can_be_restored(database: Path, home: Path) -> None:
    """What was there in between is kept beside it."""
    backup = home / "backup.db"
    made = run("backup", backup)
    assert made.exit_code == 0
    assert made.stdout.startswith(f"{backup}: ")
    assert made.stdout.endswith(" MB, checked.\n")
    with closing(SqliteStore(database)) as store:
        store.put_customers([Customer("Janis", reference="C-2")])
    restored = run("restore", backup)
    assert restored.exit_code == 0, restored.output
    assert restored.stdout.splitlines()[0] == f"{database} is what {backup} was."
    (kept,) = home.glob("rahyab.db.before-*")
    assert f"What was there before is kept as {kept}: remove it" in restored.stdout
    for path, count in ((database, 1), (kept, 2)):
        with closing(SqliteStore(path)) as store:
            assert len(store.customers()) == count


def test_a_backup_is_not_written_over(database: Path, home: Path) -> None:
    """Unless --force says so."""
    assert database.exists()
    (home / "kept").write_text("precious")
    refused = run("backup", home / "kept")
    assert refused.exit_code == 2
    assert "is there already: name another file, or add --force" in refused.stderr
    assert run("backup", "--force", home / "kept").exit_code == 0


def test_nothing_is_restored_or_copied_while_it_is_used(database: Path, home: Path) -> None:
    """The command says who must stop."""
    run("backup", home / "backup.db")
    for command in (["restore", home / "backup.db"], ["copy", database, home / "other.db"]):
        with closing(SqliteStore(database)):
            result = run(*command)
            assert result.exit_code == 2
            assert "is in use: stop the server" in result.stderr


def test_everything_is_copied_with_a_bar_and_a_comparison(
    database: Path, base: str, home: Path
) -> None:
    """There and back; the comparison is a table, or JSON."""
    there = run("copy", database, base)
    assert there.exit_code == 0, there.output
    assert "customers" in there.stderr
    assert "1/1" in there.stderr
    assert "Let RAHYAB_STORE name it" in there.stdout
    with closing(PostgresStore(base)) as store:
        assert [customer.name for customer in store.customers()] == ["Sara"]
    back = run("copy", base, home / "back.db", "--json")
    counts = {each["table"]: each["rows"] for each in json.loads(back.stdout)}
    assert (counts["customers"], counts["calls"], counts["audit"]) == (1, 1, 0)
    again = run("copy", base, home / "back.db")
    assert again.exit_code == 2
    assert "The target is not empty (it has customers, phone_numbers, calls)" in again.stderr


@pytest.mark.usefixtures("base")
def test_postgresql_is_migrated_by_order_and_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other command changes a database that has something in it."""
    assert "there is nothing of rahyab yet" in run("check").stdout
    assert run("migrate").stdout.startswith("001-everything-until-people: done in ")
    assert run("check").exit_code == 0
    monkeypatch.setitem(
        postgres_schema.STEPS,
        "002-later",
        lambda connection: connection.execute("CREATE TABLE later (a text)"),
    )
    refused = CliRunner().invoke(main, ["calls"])
    assert refused.exit_code == 2
    assert "make a backup, and run `rahyab db migrate`" in refused.stderr
    assert run("pending").stdout == "002-later\n"
    assert run("migrate").stdout.startswith("002-later: done in ")
    assert CliRunner().invoke(main, ["calls"]).exit_code == 0


def test_postgresql_has_backups_of_its_own(
    base: str, postgres: PostgresServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commands that are named do what they are named for, and show no password."""
    with closing(PostgresStore(base)) as store:
        store.put_customers([Customer("Sara", reference="C-1")])
    monkeypatch.setenv("RAHYAB_STORE", base.replace("postgres@", "postgres:secret@"))
    backup = run("backup", postgres._folder / "backup")
    assert backup.exit_code == 2
    assert "secret" not in backup.output
    postgres._run(*shlex.split(backup.stderr.splitlines()[1]))
    target = postgres.new_database()
    monkeypatch.setenv("RAHYAB_STORE", target)
    (home / "file").touch()
    restore = run("restore", home / "file")
    assert restore.exit_code == 2
    line = restore.stderr.splitlines()[1].replace(
        str(home / "file"), str(postgres._folder / "backup")
    )
    postgres._run(*shlex.split(line))
    with closing(PostgresStore(target)) as store:
        assert [customer.name for customer in store.customers()] == ["Sara"]
    with psycopg.connect(target) as connection:
        applied = connection.execute("SELECT count(*) FROM rahyab_migrations").fetchone()
    assert applied == (len(postgres_schema.STEPS),)
    assert run("check").exit_code == 0
