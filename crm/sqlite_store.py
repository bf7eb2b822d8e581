"""The embedded store: one SQLite file, durable at each commit.

The operations run plain SQL on a connection that sqlite-utils opened: its own `insert` looks up the
schema at each call, which costs more than the insert. The driver keeps the statements prepared.
"""

from collections.abc import Sequence
from typing import Final

from crm import sqlite_rows as rows
from crm.encoding import read_text, read_time, stored_text
from crm.records import LoadedRevision, Revision
from crm.sqlite_customers import SqliteCustomers
from crm.sqlite_journal import SqliteJournal
from crm.sqlite_requests import SqliteRequests

_KEEP_REVISION: Final = f"""
INSERT INTO revisions ({rows.REVISION_COLUMNS}) VALUES (?, ?, ?)
ON CONFLICT (name) DO UPDATE SET loaded_at = max(loaded_at, excluded.loaded_at)
"""  # noqa: S608  made of constants alone, like the other statements below

_REVISION: Final = f"SELECT {rows.REVISION_COLUMNS} FROM revisions WHERE name = ?"  # noqa: S608
_REVISIONS: Final = (
    "SELECT name, loaded_at FROM revisions ORDER BY loaded_at DESC, name DESC LIMIT ?"
)


class SqliteStore(SqliteCustomers, SqliteJournal, SqliteRequests):
    """All operations of a store; made as `crm.sqlite_session.SqliteSession` says."""

    def keep_revision(self, revision: Revision) -> None:
        """Keep the rules that have come into force, under their name."""
        self._write(_KEEP_REVISION, rows.revision_row(revision))

    def revision(self, name: str) -> Revision | None:
        """The rules of this name."""
        found = self._read(_REVISION, (stored_text(name),))
        return rows.read_revision(found[0]) if found else None

    def revisions(self, *, limit: int = 20) -> Sequence[LoadedRevision]:
        """The revisions without their text, the one loaded last first."""
        return [
            LoadedRevision(read_text(name), read_time(loaded_at))
            for name, loaded_at in self._read(_REVISIONS, (limit,))
        ]
