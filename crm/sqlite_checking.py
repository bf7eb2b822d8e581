"""Whether an SQLite database is sound: its pages, its references, its schema, its disk."""

import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from crm import migrations
from crm.checked import Checked, bad, good, listed
from crm.sqlite_database import guard, inspecting

_MOST_DAMAGES: Final = 20
_LITTLE_SPACE: Final = 1024**3
"""Bytes. A call takes some kilobytes, so this is a few hundred thousand calls; less than that on a
disk that others fill as well leaves no night to notice it."""

_LONG_LOG: Final = 256 * 1024**2
"""Bytes. SQLite empties the log at every 4 MB as long as no reader needs what is in it."""

_SCHEMA: Final = """
SELECT type || ' ' || name, sql FROM sqlite_master
WHERE sql IS NOT NULL AND name NOT LIKE '%sqlite!_%' ESCAPE '!'
"""

_LOOSE: Final = re.compile(r'[\s"]+')
"""Quotes and blanks, which other versions of SQLite write elsewhere."""


def check_sqlite(path: Path) -> Sequence[Checked]:
    """Look at everything; nothing is written and nothing is migrated.

    Raises:
        StoreError: It cannot be looked at.
    """
    with inspecting(path) as database:
        guard(database, path)
        return [
            _integrity(database),
            _references(database),
            *_schema(database),
            _space(path),
            _log(path),
        ]


def _integrity(database: Database) -> Checked:
    try:
        found = database.execute(f"PRAGMA integrity_check({_MOST_DAMAGES})").fetchall()
    except sqlite3.DatabaseError as error:
        found = [(str(error),)]
    if found == [("ok",)]:
        return good("integrity", "every page and every index is sound")
    told = listed([str(row[0]) for row in found])
    return bad("integrity", f"damaged: put a backup in its place (`rahyab db restore`): {told}")


def _references(database: Database) -> Checked:
    try:
        found = Counter(row[0] for row in database.execute("PRAGMA foreign_key_check"))
    except sqlite3.DatabaseError as error:
        return bad("references", f"they cannot be checked: {error}")
    if not found:
        return good("references", "every record that another one names is there")
    told = listed([f"{count} in {table}" for table, count in sorted(found.items())])
    return bad("references", f"records name others that do not exist: {told}. Restore a backup")


def _schema(database: Database) -> Iterator[Checked]:
    if pending := migrations.pending(database):
        yield good(
            "schema",
            f"{len(pending)} steps are pending, from {pending[0]} on: the next start, or"
            " `rahyab db migrate`, applies them",
        )
        return
    with Database(memory=True, recursive_triggers=False, execute_plugins=False) as fresh:
        fresh.conn.isolation_level = None
        migrations.apply(fresh)
        differences = _differences(_entries(fresh), _entries(database))
    if differences:
        yield bad("schema", f"not as this version makes it: {listed(differences)}")
    else:
        yield good("schema", "as this version makes it")


def _entries(database: Database) -> Mapping[str, str]:
    return {name: _LOOSE.sub("", sql) for name, sql in database.execute(_SCHEMA).fetchall()}


def _differences(wanted: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    missing = [f"{name} is missing" for name in sorted(wanted.keys() - found.keys())]
    foreign = [f"{name} is not ours" for name in sorted(found.keys() - wanted.keys())]
    both = sorted(wanted.keys() & found.keys())
    return [
        *missing,
        *foreign,
        *(f"{name} is different" for name in both if wanted[name] != found[name]),
    ]


def _space(path: Path) -> Checked:
    free = shutil.disk_usage(path.parent).free
    told = f"{megabytes(free)} are free on its disk"
    if free >= _LITTLE_SPACE:
        return good("space", told)
    return bad("space", f"only {told}: free some before it is full")


def _log(path: Path) -> Checked:
    log = path.with_name(path.name + "-wal")
    size = log.stat().st_size if log.exists() else 0
    told = (
        f"the write-ahead log has {megabytes(size)}, the database {megabytes(path.stat().st_size)}"
    )
    if size <= _LONG_LOG:
        return good("log", told)
    return bad(
        "log",
        f"{told}: somebody has been reading for long, so that it cannot be emptied; end that"
        f" (`fuser {path}`), or restart the server",
    )


def megabytes(size: int) -> str:
    """A size in bytes for people."""
    return f"{size / 1_000_000:,.1f} MB"
