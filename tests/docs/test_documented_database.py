"""The page on the database: its commands are run, in their order, on a real PostgreSQL server."""

import re
import shlex
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from agi_server.cli import main
from crm.postgres_connections import place_of
from crm.postgres_store import PostgresStore
from crm.records import Customer
from crm.sqlite_store import SqliteStore
from tests.postgres import PostgresServer, postgres_server

PAGE = (Path(__file__).parents[2] / "docs" / "database.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def commands(section: str) -> list[str]:
    """The commands of a section, and of those within it."""
    text = PAGE.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return [line.removeprefix("$ ") for block in BLOCK.findall(text) for line in block.splitlines()]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgresServer]:
    """A server as its administrator has it, whose own programs find it by themselves."""
    with postgres_server() as server:
        monkeypatch.setenv("PGHOST", str(server._folder))
        monkeypatch.setenv("PGUSER", "postgres")
        monkeypatch.setenv("PGDATABASE", "postgres")
        yield server


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a database in `var`, in which the commands are run."""
    monkeypatch.chdir(tmp_path)
    for name in ("RAHYAB_HOME", "RAHYAB_DATABASE", "RAHYAB_STORE"):
        monkeypatch.delenv(name, raising=False)
    Path("var").mkdir()
    with closing(SqliteStore(Path("var/rahyab.db"))) as store:
        store.put_customers([Customer("Sara", reference="C-1")])
    return tmp_path


def run(command: str, server: PostgresServer | None = None) -> None:
    """Run one command of the page; `db.example` is the test's own server."""
    if server is not None:
        command = command.replace("@db.example/rahyab", f"@/rahyab?host={server._folder}")
        command = command.replace("db.example", str(server._folder))
    program, *words = shlex.split(command)
    if program == "rahyab":
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 0, result.output
    else:
        assert server is not None
        server._run(program, *words)


def names(address: str) -> list[str]:
    """The customers of a PostgreSQL database."""
    with closing(PostgresStore(address, create=False)) as store:
        return [customer.name for customer in store.customers()]


@pytest.mark.usefixtures("home")
def test_the_commands_for_sqlite_do_what_the_page_says() -> None:
    """A check, a backup, and the backup put back."""
    listed = commands("SQLite")
    assert [line.split()[2] for line in listed] == ["check", "backup", "restore"]
    for command in listed:
        run(command)
    assert len(list(Path("var").glob("rahyab.db.before-*"))) == 1


@pytest.mark.usefixtures("home")
def test_a_server_is_set_up_filled_dumped_and_restored(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way, in the order of the page but for the copy, which fills it."""
    setting_up, backing_up = commands("PostgreSQL")[:3], commands("PostgreSQL")[3:]
    for command in setting_up:
        run(command, server)
    address = f"postgresql://rahyab@/rahyab?host={server._folder}"
    monkeypatch.setenv("RAHYAB_STORE", address)
    for command in commands("From one to the other"):
        run(command, server)
    assert names(address) == ["Sara"]
    for command in backing_up:
        run(command, server)
    restored = address.replace("/rahyab?", "/restored?")
    assert names(restored) == ["Sara"]
    with closing(PostgresStore(restored)) as store, closing(PostgresStore(address)) as before:
        assert set(store.lease_tracking(20)).isdisjoint(before.lease_tracking(20))
    assert [line.split()[0] for line in (*setting_up, *backing_up)] == [
        "createuser", "psql", "createdb", "pg_dump", "createdb", "pg_restore", "psql",
    ]  # fmt: skip


def test_the_address_of_the_page_can_be_read() -> None:
    """With the parameters for TLS that it shows."""
    (address,) = re.findall(r"^RAHYAB_STORE=(.*)$", PAGE, re.MULTILINE)
    assert place_of(address) == "rahyab at db.example:5432"
