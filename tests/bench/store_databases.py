"""The two databases that `store_bench.py` measures: filled in bulk, weighed, made cold."""

import os
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Final

from rich.console import Console
from rich.progress import Progress

from crm.ports import Store
from crm.postgres_connections import connected
from crm.postgres_store import PostgresStore
from crm.sql_session import Row, marks
from crm.sqlite_store import SqliteStore
from store_people import Site
from tests.postgres import PostgresServer

_TOGETHER: Final = 10_000
_LEASED_TOGETHER: Final = 1_000

_CUSTOMER_COLUMNS: Final = (
    "id, reference, name, language, segment, lead_score, address, notes, preferences, search_text"
)
_CALL_COLUMNS: Final = (
    "id, started_at, caller_as_sent, name_as_sent, caller, dialled, source, language, customer_id,"
    " revision, facts, trial, queue, agent, queued_at, answered_at, left_queue_at, ended_at,"
    " outcome, stage"
)

OF_CUSTOMERS: Final = ("customers", "phone_numbers", "contracts")
OF_CALLS: Final = ("calls", "timeline", "cases", "case_calls")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for one table."""

    name: str
    columns: str
    rows: Iterable[Row]
    count: int


def tables(site: Site, tracking: Sequence[str]) -> Iterator[Table]:
    """All that is on a site, each table after those that it refers to."""
    events = sum(len(site.said[call % len(site.said)].events) for call in range(site.calls))
    owners = "number, customer_id, position"
    contract = "customer_id, level, starts, ends, grace_days"
    event = "call_id, visit, sequence, at, kind, data"
    case = "tracking, state, subject, opened_at, customer_id, call_id, number"
    yield Table("customers", _CUSTOMER_COLUMNS, site.customer_rows(), site.customers)
    yield Table("phone_numbers", owners, site.number_rows(), site.numbers)
    yield Table("contracts", contract, site.contract_rows(), site.customers)
    yield Table("calls", _CALL_COLUMNS, site.call_rows(), site.calls)
    yield Table("timeline", event, site.event_rows(), events)
    yield Table("cases", case, site.case_rows(tracking), site.cases)
    yield Table("case_calls", "call_id, tracking", site.case_call_rows(tracking), site.cases)


class Database(ABC):
    """One database with the schema of the program."""

    name: str
    cold_share: int
    """Made cold so many times fewer often than asked for: it takes long."""

    @abstractmethod
    def open(self) -> Store:
        """A store on it, as the server opens it."""

    @abstractmethod
    def load(self, table: Table) -> Iterator[int]:
        """Write rows in bulk, whether or not what they refer to is there; how many at a time."""

    @abstractmethod
    def sizes(self) -> Mapping[str, int]:
        """Bytes of each table with its indexes."""

    @abstractmethod
    def make_cold(self) -> None:
        """Have nothing of it in memory: neither the database's nor the kernel's."""

    @abstractmethod
    def settle(self) -> None:
        """Do what is left to do after a load."""

    def fill(self, site: Site) -> Mapping[str, float]:
        """Store a whole site; the seconds that each table took."""
        with closing(self.open()) as store:
            tracking: list[str] = []
            while len(tracking) < site.cases:
                tracking += store.lease_tracking(_LEASED_TOGETHER)
        seconds = {}
        with Progress(console=Console(stderr=True)) as progress:
            for table in tables(site, tracking):
                task = progress.add_task(f"{self.name}: {table.name}", total=table.count)
                begin = perf_counter()
                for count in self.load(table):
                    progress.advance(task, count)
                seconds[table.name] = perf_counter() - begin
            progress.add_task(f"{self.name}: settling", total=None)
            self.settle()
        return seconds


class SqliteDatabase(Database):
    """A file of one's own."""

    name = "SQLite"
    cold_share = 1

    def __init__(self, path: Path) -> None:
        self._path = path

    def open(self) -> Store:
        """A store on the file."""
        return SqliteStore(self._path)

    def load(self, table: Table) -> Iterator[int]:
        """Without a journal, in one transaction."""
        columns = table.columns.split(", ")
        sql = f"INSERT INTO {table.name} ({table.columns}) VALUES ({marks(columns)})"  # noqa: S608  our own names
        with closing(sqlite3.connect(self._path, isolation_level=None)) as connection:
            for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -1000000"):
                connection.execute(f"PRAGMA {setting}")
            connection.execute("BEGIN")
            waiting = iter(table.rows)
            while some := list(islice(waiting, _TOGETHER)):
                connection.executemany(sql, some)
                yield len(some)
            connection.execute("COMMIT")

    def settle(self) -> None:
        """Have all of it on the disk, and a write-ahead log again."""
        with closing(self.open()):
            _sync([self._path])

    def sizes(self) -> Mapping[str, int]:
        """As SQLite's own `dbstat` counts pages."""
        with closing(sqlite3.connect(self._path)) as connection:
            return dict(
                connection.execute(
                    "SELECT tbl_name, sum(pgsize) FROM dbstat JOIN sqlite_schema USING (name)"
                    " WHERE aggregate = 1 GROUP BY tbl_name"
                )
            )

    def make_cold(self) -> None:
        """The database's own memory goes with the connection."""
        _forget(self._path.parent.glob(f"{self._path.name}*"))


class PostgresDatabase(Database):
    """A database on a server of one's own."""

    name = "PostgreSQL"
    cold_share = 5

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._address = server.new_database("bench")
        with connected(self._address) as connection:
            ((folder,),) = connection.execute("SHOW data_directory").fetchall()
        self._folder = Path(folder)

    def open(self) -> Store:
        """A store on the server."""
        return PostgresStore(self._address)

    def load(self, table: Table) -> Iterator[int]:
        """By COPY, with no trigger for the keys."""
        with connected(self._address) as connection, connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")
            copy = f"COPY {table.name} ({table.columns}) FROM STDIN".encode()
            with connection.cursor() as cursor, cursor.copy(copy) as copying:
                waiting = iter(table.rows)
                while some := list(islice(waiting, _TOGETHER)):
                    for row in some:
                        copying.write_row(row)
                    yield len(some)

    def settle(self) -> None:
        """As its own housekeeping does sooner or later."""
        with connected(self._address) as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")

    def sizes(self) -> Mapping[str, int]:
        """As the server counts them."""
        sql = (
            "SELECT relname::text, pg_total_relation_size(oid) FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        with connected(self._address) as connection:
            return dict(connection.execute(sql).fetchall())

    def make_cold(self) -> None:
        """The server's own memory goes with it."""
        self._server.stop()
        _forget(path for path in self._folder.rglob("*") if path.is_file())
        self._server.start()


def _sync(paths: Iterable[Path]) -> None:
    for path in paths:
        file = os.open(path, os.O_RDONLY)
        os.fsync(file)
        os.close(file)


def _forget(paths: Iterable[Path]) -> None:
    """Have the kernel drop what it holds of these files: theirs alone, unlike `drop_caches`."""
    for path in paths:
        file = os.open(path, os.O_RDONLY)
        os.fsync(file)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(file)


def total(sizes: Mapping[str, float], tables: Collection[str]) -> float:
    """Of these tables together."""
    return sum(sizes[table] for table in tables)
