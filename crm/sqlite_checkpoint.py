"""Emptying SQLite's write-ahead log: what was erased must not lie about in it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from crm.sqlite_database import BUSY_SECONDS


def empty_log(path: Path) -> bool:
    """Bring everything from the write-ahead log into the database, and cut the log to nothing.

    The log keeps pages as they were before, with what was erased from them, until it is begun anew.

    Returns:
        Whether it is empty: not while somebody reads the database for longer than `BUSY_SECONDS`,
        or when the file cannot be used. It is emptied by itself when the last process that has the
        database open ends.
    """
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)) as database:
            row = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error:
        return False
    return bool(row[0] == 0)
