"""Importing a customer file: every good line, in one transaction, or nothing at all.

The whole file is read and judged first, and its customers wait on disk; only then is the database
locked, so that calls of a server that runs meanwhile wait as briefly as can be. Lines that are no
customers go to a file beside it, with the reason; corrected, that file can be imported in turn.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Final

from crm.importing.columns import HeaderError, bound, own_mapping
from crm.importing.csv_files import open_csv
from crm.importing.judging import Judged, LineReader
from crm.importing.mapping import MappingFile, Match
from crm.importing.matching import keys_of, matches_of, same_in_store
from crm.importing.merging import MergeRules, merge_rules, merged, merged_lines
from crm.importing.rejecting import Rejections, rejected_file
from crm.importing.tables import (
    PROGRESS_EVERY,
    CustomerFileError,
    NoHeaderError,
    Progress,
    Reading,
    Row,
    Sample,
    Table,
    no_progress,
)
from crm.importing.values import LineError
from crm.importing.waiting_room import WaitingRoom
from crm.importing.workbooks import is_workbook, open_workbook
from crm.ports import ImportCounts, Store
from crm.records import Customer

MOST_SAMPLED: Final = 200
"""Rows that are looked at to guess what the columns are."""

MOST_CHANGES: Final = 10
"""Changes that a trial shows."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to understand a file.

    Attributes:
        mapping: Which column is what; None: the columns have our own names.
        encoding: The encoding of the file; None: what the mapping says, else it is found out.
    """

    mapping: MappingFile | None = None
    encoding: str | None = None

    @property
    def reading(self) -> Reading:
        """How to read the file."""
        if self.mapping is None:
            return Reading(self.encoding)
        shape = self.mapping.shape
        separator = "\t" if shape.separator == "tab" else shape.separator
        return Reading(self.encoding or shape.encoding, separator, shape.header_line, shape.sheet)


BY_ITSELF: Final = Plan()
"""A file whose columns have our own names, and whose encoding is found out."""


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


def import_customers(
    store: Store,
    path: Path,
    *,
    country: str,
    plan: Plan = BY_ITSELF,
    progress: Progress = no_progress,
) -> ImportReport:
    """Import a customer file.

    Args:
        store: Where the customers go.
        path: The file: CSV or XLSX. What it does not say stays as the store has it.
        country: ISO 3166 code of the country whose numbers are written without a country code,
            unless the plan's mapping says another.
        plan: How to understand the file.
        progress: Is told how far it is.

    Raises:
        CustomerFileError: The file, or the file for rejected lines beside it, cannot be used.
        StoreError: The store failed. In both cases nothing was imported.
    """
    with _opened(path, plan.reading) as table, closing(WaitingRoom()) as room:
        judge = _Judge(table, _meaning(path, table, plan, country), room)
        with rejected_file(path, table) as rejected:
            judge.read(rejected, progress)
            rejected.close()
            settled, _ = _compare(store, judge, progress)
            counts = store.put_customers(_resolved(store, judge, progress))
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
    with _opened(path, plan.reading) as table, closing(WaitingRoom()) as room:
        judge = _Judge(table, _meaning(path, table, plan, country), room)
        rejected = Rejections()
        judge.read(rejected, progress)
        counts, changes = _compare(store, judge, progress)
        return replace(_report(judge, rejected, counts, None), changes=changes)


def sample_of(path: Path, plan: Plan, header_line: int) -> Sample | None:
    """The beginning of a file whose header were on this line; None if nothing is there.

    Raises CustomerFileError.
    """
    reading = replace(plan.reading, header_line=header_line)
    try:
        with _opened(path, reading) as table:
            rows = islice(table.rows(no_progress), MOST_SAMPLED)
            return Sample(table.header, [row.fields for row in rows], table.described, header_line)
    except NoHeaderError:
        return None


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


@contextmanager
def _opened(path: Path, reading: Reading) -> Iterator[Table]:
    try:
        opener = open_workbook if is_workbook(path) else open_csv
        with opener(path, reading) as table:
            yield table
    except OSError as error:
        raise CustomerFileError(f"{path} cannot be read: {error.strerror}") from None


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
            raise LineError(f"{' '.join(key.splitlines())} is on line {holder[1]} already")

    def _join(self, judged: Judged, line: int) -> None:
        """A line that tells of somebody whom an earlier one told of is joined to that."""
        keys = keys_of(judged.customer, self.matches)
        holder = next(filter(None, map(self.room.holder, keys)), None)
        if holder is None:
            place = self.room.add(judged, line)
        else:
            place = holder[0]
            joined = merged_lines(self.room.at(place), judged, self.rules)
            self.room.change(place, joined)
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
    return _Meaning(
        reader=LineReader(columns, shape, shape.country or country),
        joins=bool(shape.same_person),
        matches=matches_of(shape),
        rules=merge_rules(shape),
    )


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
    resolver = _Resolver(store, judge)
    for batch in judge.room.batches():
        settled = []
        for place, (before, after) in zip(batch, resolver.changes(batch), strict=True):
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
    resolver = _Resolver(store, judge)
    for batch in judge.room.batches():
        for _, after in resolver.changes(batch):
            if done % PROGRESS_EVERY == 0:
                progress("storing", done, judge.room.count)
            yield after
            done += 1
    progress("storing", done, judge.room.count)


class _Resolver:
    """Finds those who wait in the store, and tells what becomes of them there."""

    def __init__(self, store: Store, judge: _Judge) -> None:
        self._store = store
        self._judge = judge
        self._recent: Mapping[int, Customer] = {}

    def changes(self, batch: Mapping[int, Judged]) -> Iterator[tuple[Customer | None, Customer]]:
        """What the store has of each, and what it is to have.

        Two persons of the file may be one of the store: the second comes on top of the first, also
        where the store has taken the first, one batch ago, without having written it yet.
        """
        asked = [each.customer for each in batch.values()]
        stored = same_in_store(self._store, asked, self._judge.matches)
        now: dict[int, Customer] = {}
        for judged, found in zip(batch.values(), stored, strict=True):
            if found is None or found.id is None:
                yield None, judged.customer
                continue
            before = now.get(found.id) or self._recent.get(found.id, found)
            now[found.id] = merged(before, judged, self._judge.rules)
            yield before, now[found.id]
        self._recent = now
