"""Removing what has been kept long enough, kind by kind, a few hundred records at a time."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias

from crm.people import DataKind
from crm.ports import Store
from crm.recorded_files import NotRemoved, remove_messages

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

    Interrupted, it has done what it has done, and goes on the next time. A message whose file
    cannot be removed stays, and the next ones are gone on with.

    Args:
        store: Where they are.
        old: Which.
        progress: Is told how far it is.
    """
    total, done = count_old(store, old).records, KindPruned(old.kind, old.before, 0)
    for done in _portions(store, old):
        progress(old.kind, done.records, max(total, done.records))
    return done


def _portions(store: Store, old: TooOld) -> Iterator[KindPruned]:
    """Remove portion by portion; what is done in all after each."""
    if old.kind is DataKind.RECORDINGS:
        yield from _recordings(store, old)
        return
    records = 0
    while pruned := store.prune(old.kind, old.before, old.today, limit=TOGETHER).records:
        records += pruned
        yield KindPruned(old.kind, old.before, records)


def _recordings(store: Store, old: TooOld) -> Iterator[KindPruned]:
    """The oldest first, each portion behind the one before: some of that may have stayed."""
    done, last = KindPruned(old.kind, old.before, 0), None
    while True:
        with store.transaction():
            found = store.old_recordings(old.before, old.today, after=last, limit=TOGETHER)
            if not found:
                return
            removed = remove_messages(store, found)
        last = found[-1]
        done = replace(
            done,
            records=done.records + removed.records,
            files=done.files + removed.files,
            files_left=done.files_left + removed.left,
        )
        yield done
