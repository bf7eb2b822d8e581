"""The fake that ships with the program: a store in memory, held to the same contract.

For tests, for trying things out, and as the shortest description of what a store does. A
`MemoryDatabase` stands for the file; each `MemoryStore` on it stands for a connection. Its parts
are those of `crm.ports`.
"""

from collections.abc import Sequence
from dataclasses import replace

from crm.memory_asking import MemoryAsking
from crm.memory_customers import MemoryCustomers
from crm.memory_journal import MemoryJournal
from crm.memory_people import MemoryPeople
from crm.memory_requests import MemoryRequests
from crm.memory_tables import MemoryDatabase, newest, stored_record
from crm.memory_visits import MemoryVisits
from crm.records import LoadedRevision, Revision

__all__ = ["MemoryDatabase", "MemoryStore"]


class MemoryStore(
    MemoryCustomers, MemoryJournal, MemoryVisits, MemoryRequests, MemoryAsking, MemoryPeople
):
    """A connection to `database`, or to a new one of its own."""

    def keep_revision(self, revision: Revision) -> None:
        """Keep the rules that have come into force, under their name."""
        with self._tables() as tables:
            given = stored_record(revision)
            stored = tables.revisions.get(revision.name, given)
            loaded_at = max(stored.loaded_at, given.loaded_at)
            tables.revisions[revision.name] = replace(stored, loaded_at=loaded_at)

    def revision(self, name: str) -> Revision | None:
        """The rules of this name."""
        with self._tables() as tables:
            return tables.revisions.get(name)

    def revisions(self, *, limit: int = 20) -> Sequence[LoadedRevision]:
        """The revisions without their text, the one loaded last first."""
        with self._tables() as tables:
            found = newest(
                tables.revisions.values(), lambda each: (each.loaded_at, each.name), limit
            )
        return [LoadedRevision(each.name, each.loaded_at) for each in found]

    def spool_position(self, spool: str) -> int:
        """How much of a spool has been written."""
        with self._tables() as tables:
            return tables.spools.get(spool, 0)

    def set_spool_position(self, spool: str, position: int) -> None:
        """Say how much of a spool has been written."""
        with self._tables() as tables:
            tables.spools[spool] = position

    def forget_spool(self, spool: str) -> None:
        """Forget a spool that does not exist any more."""
        with self._tables() as tables:
            tables.spools.pop(spool, None)
