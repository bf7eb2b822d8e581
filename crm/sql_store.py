"""All operations of a store in SQL, and those that belong to no one: revisions and spools."""

from collections.abc import Sequence
from typing import Final

from crm import sql_rows as rows
from crm.encoding import read_text, read_time, stored_text
from crm.records import LoadedRevision, Revision
from crm.sql_asking import SqlAsking
from crm.sql_people import SqlPeople
from crm.sql_requests import SqlRequests
from crm.sql_visits import SqlVisits

_KEEP_REVISION: Final = f"""
INSERT INTO revisions ({rows.REVISION_COLUMNS}) VALUES (?, ?, ?)
ON CONFLICT (name) DO UPDATE SET loaded_at = excluded.loaded_at
WHERE revisions.loaded_at < excluded.loaded_at
"""

_REVISION: Final = f"SELECT {rows.REVISION_COLUMNS} FROM revisions WHERE name = ?"
_REVISIONS: Final = (
    "SELECT name, loaded_at FROM revisions ORDER BY loaded_at DESC, name DESC LIMIT ?"
)

_SET_SPOOL_POSITION: Final = """
INSERT INTO spools (name, position) VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET position = excluded.position
"""


class SqlStore(SqlPeople, SqlVisits, SqlRequests, SqlAsking):
    """The operations, on a session of whichever database."""

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

    def spool_position(self, spool: str) -> int:
        """How much of a spool has been written to the store."""
        found = self._read("SELECT position FROM spools WHERE name = ?", (spool,))
        return int(found[0][0]) if found else 0

    def set_spool_position(self, spool: str, position: int) -> None:
        """Say how much of a spool has been written."""
        self._write(_SET_SPOOL_POSITION, (spool, position))

    def forget_spool(self, spool: str) -> None:
        """Forget a spool that does not exist any more."""
        self._write("DELETE FROM spools WHERE name = ?", (spool,))
