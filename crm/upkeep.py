"""The care of a database, whichever kind it is: its steps, its check, its copies."""

import shlex
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from typing import TypeAlias

import psycopg

from crm import migrations, postgres_schema
from crm.checked import Checked, bad
from crm.copying import Copied, Copyable, Progress, copy_all
from crm.copying_ends import postgres_source, postgres_target, sqlite_source, sqlite_target
from crm.ports import SchemaTooNewError, StoreDamagedError
from crm.postgres_checking import check_postgres
from crm.postgres_connections import connected, parts_of, place_of
from crm.postgres_errors import store_error
from crm.postgres_session import check_database
from crm.sqlite_checking import check_sqlite
from crm.sqlite_database import guard, inspecting, open_database
from crm.stores import PostgresServer, SqliteFile, StorePlace

Told: TypeAlias = Callable[[str, float], None]
"""Is told the name of each step when it is done, and the seconds that it took."""

_MIGRATING_SECONDS = 600.0
"""How long to wait for others: a step may run long on a big database."""


def pending_steps(place: StorePlace) -> Sequence[str]:
    """The steps that a database lacks, in order. Writes nothing. Raises StoreError."""
    match place:
        case SqliteFile(path):
            with inspecting(path) as database:
                guard(database, path)
                return migrations.pending(database)
        case PostgresServer(address):
            with _postgres(address) as connection:
                return postgres_schema.pending(connection)


def migrate(place: StorePlace, told: Told) -> Sequence[str]:
    """Apply the steps that a database lacks, and make one that is not there.

    Args:
        place: Where it is.
        told: Is told of each step.

    Returns:
        The names of those applied.

    Raises:
        StoreError: A step could not be applied; those before it are kept.
    """
    clock = _StepClock(told)
    match place:
        case SqliteFile(path):
            opened = open_database(
                path, create=True, busy_seconds=_MIGRATING_SECONDS, told=clock.done
            )
            opened.conn.close()
        case PostgresServer(address):
            with _postgres(address) as connection:
                postgres_schema.apply(connection, clock.done)
    return clock.names


class _StepClock:
    """How long each step took."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._began = time.monotonic()
        self.names: list[str] = []

    def done(self, name: str) -> None:
        now = time.monotonic()
        self._told(name, now - self._began)
        self.names.append(name)
        self._began = now


@contextmanager
def _postgres(address: str) -> Generator[psycopg.Connection]:
    place = place_of(address)
    with closing(connected(address)) as connection:
        try:
            check_database(connection, place)
            yield connection
        except psycopg.Error as error:
            raise store_error(error, place) from error


def check(place: StorePlace) -> Sequence[Checked]:
    """Look whether all is well with a database; nothing is changed.

    Raises:
        StoreError: It cannot be looked at.
    """
    try:
        match place:
            case SqliteFile(path):
                return check_sqlite(path)
            case PostgresServer(address):
                return check_postgres(address)
    except (StoreDamagedError, SchemaTooNewError) as error:
        return [bad("database", str(error))]


def copy(source: StorePlace, target: StorePlace, progress: Progress) -> Sequence[Copied]:
    """Copy everything into an empty database, and compare; all of it or nothing.

    Args:
        source: Where everything is. Nobody may use it meanwhile.
        target: Where it is to be; made if it is not there.
        progress: Is told how far each table is.

    Raises:
        StoreError: Nothing was copied; the message says why.
    """
    # The source is left last: only then is it known that nobody wrote to it.
    with _target(target) as writing, _source(source) as reading:
        return copy_all(reading, writing, progress)


@contextmanager
def _source(place: StorePlace) -> Generator[Copyable]:
    match place:
        case SqliteFile(path):
            with sqlite_source(path) as end:
                yield end
        case PostgresServer(address):
            with postgres_source(address) as other:
                yield other


@contextmanager
def _target(place: StorePlace) -> Generator[Copyable]:
    match place:
        case SqliteFile(path):
            with sqlite_target(path) as end:
                yield end
        case PostgresServer(address):
            with postgres_target(address) as other:
                yield other


def dump_command(server: PostgresServer, file: str) -> str:
    """The command that backs a PostgreSQL database up; without the password."""
    return f"pg_dump --format=custom --file={shlex.quote(file)} {_named(server)}"


def restore_command(server: PostgresServer, file: str) -> str:
    """The command that brings such a backup into an empty database; without the password."""
    options = "--exit-on-error --single-transaction --no-owner"
    return f"pg_restore {options} {_named(server)} {shlex.quote(file)}"


def _named(server: PostgresServer) -> str:
    return f"--dbname={shlex.quote(parts_of(server.address))}"
