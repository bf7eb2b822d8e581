"""Importing a customer file: every good line, in one transaction, or nothing at all.

The whole file is read and judged first, and its customers wait on disk; only then is the database
locked, so that calls of a server that runs meanwhile wait as briefly as can be. Lines that are no
customers go to a file beside it, with the reason; corrected, that file can be imported in turn.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from phonenumbers import SUPPORTED_REGIONS

from crm.importing.columns import HeaderError, bound, own_mapping
from crm.importing.judging import Judged, LineReader
from crm.importing.mapping import Match
from crm.importing.matching import is_unique, keys_of, matches_of, same_in_store, told, two_persons
from crm.importing.merging import MergeRules, merge_rules, merged, merged_lines
from crm.importing.opening import BY_ITSELF, Plan, opened, reading_of
from crm.importing.rejecting import Rejections, rejected_file
from crm.importing.tables import (
    PROGRESS_EVERY,
    CustomerFileError,
    Progress,
    Reading,
    Row,
    Table,
    no_progress,
)
from crm.importing.values import LineError
from crm.importing.waiting_room import WaitingRoom
from crm.ports import ImportCounts, Store, StoreError
from crm.records import Customer

MOST_CHANGES: Final = 10
"""Changes that a trial shows."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an import would do to one customer; `before` is None for one who is new."""

    before: Customer | None
    after: Customer


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do.

    Attributes:
        counts: Customers that were added, changed, or found as they are.
        rejected: Lines that are no customers.
        rejected_file: Where these are; None when there are none, and after a trial.
        joined: Lines that told of a customer of whom an earlier line told already.
        described: How the file was read.
        reasons: The lines rejected first, with the reasons.
        changes: What a trial would do first.
    """

    counts: ImportCounts
    rejected: int
    rejected_file: Path | None
    joined: int = 0
    described: str = field(default="", compare=False)
    reasons: tuple[tuple[int, str], ...] = field(default=(), compare=False)
    changes: tuple[Change, ...] = ()


def import_customers(  # noqa: PLR0913  two of them are for whoever looks on
    store: Store,
    path: Path,
    *,
    country: str,
    plan: Plan = BY_ITSELF,
    progress: Progress = no_progress,
    within: Callable[[], None] = lambda: None,
) -> ImportReport:
    """Import a customer file.

    Args:
        store: Where the customers go.
        path: The file: CSV or XLSX. What it does not say stays as the store has it.
        country: ISO 3166 code of the country whose numbers are written without a country code,
            unless the plan's mapping says another.
        plan: How to understand the file.
        progress: Is told how far it is.
        within: Is called in the transaction of the import, if it changes anything.

    Raises:
        CustomerFileError: The file, or the file for rejected lines beside it, cannot be used.
        StoreError: The store failed. In both cases nothing was imported.
    """
    reading = reading_of(path, plan)
    with opened(path, reading) as table, closing(WaitingRoom()) as room:
        judge = _Judge(table, _meaning(path, table, plan, country), room)
        with rejected_file(path, table) as rejected:
            judge.read(rejected, progress)
            settled, _ = _compare(store, judge, progress)
            _reject(path, reading, rejected, judge.conflicts)
            rejected.check()
            with store.transaction():
                counts = store.put_customers(_resolved(store, judge, progress))
                if counts.added or counts.changed:
                    within()
            counts = replace(counts, unchanged=counts.unchanged + settled.unchanged)
        where = rejected.path if rejected.count else None
        return _report(judge, rejected, counts, where)


def try_customers(
    store: Store,
    path: Path,
    *,
    country: str,
    plan: Plan = BY_ITSELF,
    progress: Progress = no_progress,
) -> ImportReport:
    """Tell what `import_customers` would do; nothing is written."""
    reading = reading_of(path, plan)
    with opened(path, reading) as table, closing(WaitingRoom()) as room:
        judge = _Judge(table, _meaning(path, table, plan, country), room)
        rejected = Rejections()
        judge.read(rejected, progress)
        counts, changes = _compare(store, judge, progress)
        _reject(path, reading, rejected, judge.conflicts)
        return replace(_report(judge, rejected, counts, None), changes=changes)


def _report(
    judge: "_Judge", rejected: Rejections, counts: ImportCounts, where: Path | None
) -> ImportReport:
    return ImportReport(
        counts=counts,
        rejected=rejected.count,
        rejected_file=where,
        joined=judge.joined,
        described=judge.described,
        reasons=tuple(rejected.first),
    )


def _reject(
    path: Path, reading: Reading, rejected: Rejections, conflicts: Mapping[int, str]
) -> None:
    """Reject lines that were taken before the store was asked: they are read once more."""
    if not conflicts:
        return
    left = len(conflicts)
    with opened(path, reading) as table:
        for row in table.rows(no_progress):
            if row.line in conflicts:
                rejected.add(row, conflicts[row.line])
                left -= 1
            if not left:
                return


class _Judge:
    """Reads every row of a file into the waiting room, or rejects it."""

    def __init__(self, table: Table, meaning: "_Meaning", room: WaitingRoom) -> None:
        self._table = table
        self.room = room
        self._reader = meaning.reader
        self._joins = meaning.joins
        self.matches = meaning.matches
        self.rules = meaning.rules
        self.described = table.described
        self.joined = 0
        self.conflicts: dict[int, str] = {}
        """Lines that were taken, and cannot be stored: by line, the reason."""

    def read(self, rejected: Rejections, progress: Progress) -> None:
        """Judge every row."""
        take = self._join if self._joins else self._take
        for row in self._table.rows(progress):
            try:
                take(self._judged(row), row.line)
            except LineError as error:
                rejected.add(row, str(error))

    def _judged(self, row: Row) -> Judged:
        if row.problem:
            raise LineError(row.problem)
        return self._reader.judge(row.fields)

    def _take(self, judged: Judged, line: int) -> None:
        """The first line with a reference, or with an id of another system, counts."""
        keys = keys_of(judged.customer, self.matches)
        for key in keys[1:]:
            self._check_free(key)
        if not self.room.claim_next(keys[0]):
            self._check_free(keys[0])
        self.room.claim(keys[1:], self.room.add(judged, line))

    def _check_free(self, key: str) -> None:
        holder = self.room.holder(key)
        if holder is not None:
            raise LineError(f"{told(key)} is on line {holder[1]} already")

    def _check_one(self, keys: Sequence[str]) -> None:
        """Nobody is two persons: what only one can have must not lead to two."""
        held = {key: holder for key in filter(is_unique, keys) if (holder := self.room.holder(key))}
        if len({place for place, _ in held.values()}) > 1:
            raise LineError(two_persons(f"{told(key)} is on line {held[key][1]}" for key in held))

    def conflict(self, place: int, reason: str) -> None:
        """The customer at this place is rejected after all, with every line that told of them."""
        lines = self.room.lines(place)
        self.joined -= len(lines) - 1
        self.conflicts.update(dict.fromkeys(lines, reason))
        self.room.leave([place])

    def _join(self, judged: Judged, line: int) -> None:
        """A line that tells of somebody whom an earlier one told of is joined to that."""
        keys = keys_of(judged.customer, self.matches)
        self._check_one(keys)
        holder = next(filter(None, map(self.room.holder, keys)), None)
        if holder is None:
            place = self.room.add(judged, line)
        else:
            place = holder[0]
            joined = merged_lines(self.room.at(place), judged, self.rules)
            self.room.change(place, joined)
            self.room.join(place, line)
            self.joined += 1
        self.room.claim(keys, place)


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What the rows of a file mean.

    Attributes:
        reader: Reads them.
        joins: Whether lines of the same person are joined; else the second is rejected.
        matches: By what somebody is the same person.
        rules: How two records of one person become one.
    """

    reader: LineReader
    joins: bool
    matches: Sequence[Match]
    rules: MergeRules


def _meaning(path: Path, table: Table, plan: Plan, country: str) -> _Meaning:
    try:
        shape = own_mapping(table.header) if plan.mapping is None else plan.mapping.shape
        columns = bound(shape.columns, table.header)
    except HeaderError as error:
        if plan.mapping is None or error.place is None:
            raise CustomerFileError(f"{path}: {error}") from None
        raise CustomerFileError(plan.mapping.told(error.place, f"{path.name}: {error}")) from None
    _check_country(plan, country if shape.country is None else shape.country)
    return _Meaning(
        reader=LineReader(columns, shape, shape.country or country),
        joins=bool(shape.same_person),
        matches=matches_of(shape),
        rules=merge_rules(shape),
    )


def _check_country(plan: Plan, country: str) -> None:
    if country in SUPPORTED_REGIONS:
        return
    words = (
        f"{country!r} is no country: write its two capital letters (ISO 3166), as in IR, LV or GB"
    )
    if plan.mapping is not None and plan.mapping.shape.country is not None:
        words = plan.mapping.told(("country",), words)
    raise CustomerFileError(words)


def _compare(
    store: Store, judge: _Judge, progress: Progress
) -> tuple[ImportCounts, tuple[Change, ...]]:
    """Tell what would change, and let those go who are in the store as they are in the file.

    Nothing is locked meanwhile. What somebody else does to one of these after we have looked counts
    as if it were done after the import.
    """
    added = changed = unchanged = 0
    first: list[Change] = []
    total = judge.room.count
    resolver = _Resolver(store, judge, judge.conflict)
    for batch in judge.room.batches():
        settled = []
        for place, (before, after) in resolver.changes(batch):
            if before == after:
                settled.append(place)
            elif len(first) < MOST_CHANGES:
                first.append(Change(before, after))
            added += before is None
            changed += before is not None and before != after
        judge.room.leave(settled)
        unchanged += len(settled)
        progress("comparing", added + changed + unchanged, total)
    progress("comparing", total, total)
    return ImportCounts(added, changed, unchanged), tuple(first)


def _resolved(store: Store, judge: _Judge, progress: Progress) -> Iterator[Customer]:
    """The customers who wait, as they are to be stored: found anew, as they are now."""
    done = 0
    resolver = _Resolver(store, judge, _conflict_meanwhile)
    for batch in judge.room.batches():
        for _, (_, after) in resolver.changes(batch):
            if done % PROGRESS_EVERY == 0:
                progress("storing", done, judge.room.count)
            yield after
            done += 1
    progress("storing", done, judge.room.count)


def _conflict_meanwhile(place: int, reason: str) -> None:
    del place
    raise StoreError(f"Somebody changed a customer while the file was read ({reason}): import anew")


class _Resolver:
    """Finds those who wait in the store, and tells what becomes of them there.

    Args:
        store: Where to look.
        judge: What is known of the file.
        conflict: Is told of somebody who would be two persons of the store: their place, and why.
    """

    def __init__(self, store: Store, judge: _Judge, conflict: Callable[[int, str], None]) -> None:
        self._store = store
        self._conflict = conflict
        self._judge = judge
        self._recent: Mapping[int, Customer] = {}

    def changes(
        self, batch: Mapping[int, Judged]
    ) -> Iterator[tuple[int, tuple[Customer | None, Customer]]]:
        """What the store has of each, and what it is to have, by their places.

        Two persons of the file may be one of the store: the second comes on top of the first, also
        where the store has taken the first, one batch ago, without having written it yet.
        """
        asked = [each.customer for each in batch.values()]
        stored = same_in_store(self._store, asked, self._judge.matches)
        now: dict[int, Customer] = {}
        for (place, judged), found in zip(batch.items(), stored, strict=True):
            if isinstance(found, str):
                self._conflict(place, found)
                continue
            if found is None or found.id is None:
                yield place, (None, judged.customer)
                continue
            before = now.get(found.id) or self._recent.get(found.id, found)
            now[found.id] = merged(before, judged, self._judge.rules)
            yield place, (before, now[found.id])
        self._recent = now
