"""Removing what has been kept long enough, kind by kind, a few hundred records at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias

from crm.people import DataKind
from crm.ports import Pruned, Store
from crm.recorded_files import NotRemoved, remove_all_recorded

TOGETHER: Final = 200
"""Records in one transaction: a call that comes meanwhile waits some hundredths of a second."""

Progress: TypeAlias = Callable[[DataKind, int, int], None]
"""Is told the kind, how many of it are removed, and how many there are to remove."""


@dataclass(frozen=True, slots=True)
class KindPruned:
    """What was done with one kind of data.

    Attributes:
        kind: Which.
        before: What is older was removed.
        records: How many were removed, or are to be.
        files: How many recorded files were removed.
        files_left: Those that could not be; their records stay, and are tried again.
    """

    kind: DataKind
    before: datetime
    records: int
    files: int = 0
    files_left: tuple[NotRemoved, ...] = ()


class _FilesLeftError(Exception):
    """Undoes a transaction whose files could not be removed."""

    def __init__(self, left: list[NotRemoved]) -> None:
        super().__init__()
        self.left = tuple(left)


@dataclass(frozen=True, slots=True)
class TooOld:
    """What of one kind has been kept long enough.

    Attributes:
        kind: Which.
        before: What is older goes.
        today: The day on which holds are looked at.
    """

    kind: DataKind
    before: datetime
    today: date


def too_old(retention: Mapping[str, int], now: datetime) -> list[TooOld]:
    """What has been kept long enough, of each kind that is not kept for ever.

    Args:
        retention: For how many days each kind is kept.
        now: From when they are counted, in the zone in which days begin.
    """
    return [
        TooOld(DataKind(kind), now - timedelta(days=days), now.date())
        for kind, days in retention.items()
    ]


def count_old(store: Store, old: TooOld) -> KindPruned:
    """How many records would be removed."""
    records = store.count_prunable(old.kind, old.before, old.today)
    return KindPruned(old.kind, old.before, records)


def prune_old(store: Store, old: TooOld, progress: Progress) -> KindPruned:
    """Remove all records that are too old, but none that is held.

    Interrupted, it has done what it has done, and goes on the next time. Recorded files are removed
    before the transaction of their records ends; where one cannot be removed, its records stay, or
    nobody would know any more that the file is there.

    Args:
        store: Where they are.
        old: Which.
        progress: Is told how far it is.
    """
    total, records, files = count_old(store, old).records, 0, 0
    while True:
        try:
            pruned = _prune_some(store, old)
        except _FilesLeftError as error:
            return KindPruned(old.kind, old.before, records, files, error.left)
        records, files = records + pruned.records, files + len(pruned.files)
        progress(old.kind, records, max(total, records))
        if not pruned.records:
            return KindPruned(old.kind, old.before, records, files)


def _prune_some(store: Store, old: TooOld) -> Pruned:
    with store.transaction():
        pruned = store.prune(old.kind, old.before, old.today, limit=TOGETHER)
        if left := remove_all_recorded(pruned.files):
            raise _FilesLeftError(left)
        return pruned
