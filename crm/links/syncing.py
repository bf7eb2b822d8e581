"""Brings the customers of another CRM into the store: what has changed there, and nothing else.

Page by page, each in one transaction; the cursor is kept after it. So a run that is interrupted
goes on with the page that it was at, and doing a page twice changes nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass, field
from typing import Final, TypeAlias

from crm.links.declaration import LinkShape, MatchBy, ModuleMapping
from crm.links.mapping import Mapped, RefusedRecordError, map_record
from crm.links.ports import Page, Source, SourceRecord
from crm.links.progress import Progress, ProgressFile, basis_of
from crm.ports import CustomerKeys, Store
from crm.records import Customer

MOST_TOLD: Final = 1_000
"""Refusals, remarks and deletions that a report has in words; all of them are counted."""

TRIED_TOGETHER: Final = 100
"""Records that are tried again in one transaction."""

MOST_WAITING: Final = 10_000
"""Records of a module that are tried again at each run; beyond that a link is declared wrongly."""

_WAITS: Final = "waits"

Show: TypeAlias = Callable[[str, int, int | None], None]
"""Is told the module, how many records are done, and how many there are, where that is known."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something that a report says of a record: `reason` is empty where the list says it all."""

    module: str
    id: str
    reason: str = ""


@dataclass(slots=True)
class SyncReport:
    """What a run did, also one that was cut short.

    Attributes:
        added: Customers who are new.
        changed: Customers who are different now.
        unchanged: Customers of whom nothing is different.
        refused: Records that are no customers, in number; `refusals` tells why.
        waiting: How many of all that were ever refused the next run tries again, since nothing has
            to change in the other CRM for them to be welcome.
        remarks: Values that could not be used; the customer is there without them.
        deleted: Records that were deleted there and that a customer here comes from, who stays.
        notes: What the other CRM could not tell.
        pages: How many pages were fetched.
        complete: Whether everything was fetched that there was.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    refusals: list[Told] = field(default_factory=list)
    remarks: list[Told] = field(default_factory=list)
    deleted: list[Told] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    pages: int = 0
    waiting: int = 0
    complete: bool = False


class _RefusedHereError(RefusedRecordError):
    """What is in the store forbids it: it may be welcome at the next run."""


class _DryRunError(Exception):
    """Undoes a transaction that was only tried."""


class Sync:
    """One run of a link.

    Args:
        store: Where the customers are.
        source: Where they come from.
        link: How the link is declared.
        system: Its name, which is also the name under `Customer.external_ids`.
        country: ISO 3166 code of the country whose numbers are written without a country code.
        kept: Where its progress is kept.
        dry: Change nothing, neither in the store nor in the progress.
    """

    def __init__(  # noqa: PLR0913  what a run needs
        self,
        store: Store,
        source: Source,
        link: LinkShape,
        *,
        system: str,
        country: str,
        kept: ProgressFile,
        dry: bool = False,
    ) -> None:
        self.report = SyncReport()
        self._store = store
        self._source = source
        self._link = link
        self._system = system
        self._country = country
        self._kept = kept
        self._dry = dry

    def run(self, show: Show, *, anew: bool = False) -> SyncReport:
        """Fetch what has changed since the last run, module by module.

        Args:
            show: Is told how far it is.
            anew: Fetch everything, as if there had been no run.

        Returns:
            The report, which is in `report` all the time.

        Raises:
            LinkError: The other CRM, or the file of the progress, fails.
            StoreError: The store fails. In both cases the finished pages are kept.
        """
        with nullcontext() if self._dry else self._kept.held():
            return self._held(show, anew=anew)

    def _held(self, show: Show, *, anew: bool) -> SyncReport:
        basis = basis_of(self._link, self._country)
        progress = Progress(basis) if anew else self._kept.read(basis)
        try:
            for module, mapping in self._link.modules.items():
                if not self._module(module, mapping, progress, show):
                    return self.report
        finally:
            self.report.notes = tuple(self._source.notes())
            self.report.waiting = sum(map(len, progress.waiting.values()))
        self.report.complete = True
        return self.report

    def _module(self, module: str, mapping: ModuleMapping, progress: Progress, show: Show) -> bool:
        """Fetch one module; whether all of it was fetched."""
        done, total = 0, None
        self._again(module, mapping, progress)
        pages = self._source.pages(module, mapping.wanted(), progress.cursors.get(module))
        for page in pages:
            self._page(module, mapping, page, progress)
            progress.cursors[module] = page.cursor
            self._keep(progress)
            self.report.pages += 1
            done, total = done + len(page.records), total or page.total
            show(module, done, total)
            if self.report.pages >= self._link.most_pages:
                return False
        return True

    def _again(self, module: str, mapping: ModuleMapping, progress: Progress) -> None:
        """Try once more what an earlier run refused for a reason that lies here."""
        waiting = progress.waiting.pop(module, [])
        for start in range(0, len(waiting), TRIED_TOGETHER):
            some = waiting[start : start + TRIED_TOGETHER]
            records = tuple(self._source.again(module, mapping.wanted(), some))
            self._records(module, mapping, records, progress)
        self._keep(progress)

    def _keep(self, progress: Progress) -> None:
        if not self._dry:
            self._kept.write(progress)

    def _page(self, module: str, mapping: ModuleMapping, page: Page, progress: Progress) -> None:
        self._records(module, mapping, page.records, progress)
        for id_ in page.deleted:
            self._note_deleted(module, id_)

    def _records(
        self,
        module: str,
        mapping: ModuleMapping,
        records: Sequence[SourceRecord],
        progress: Progress,
    ) -> None:
        """Put records into the store together, and remember who has to wait."""
        with self._transaction():
            done = {record.id: self._record(module, mapping, record) for record in records}
        # Only now they are in the store: a page that fails is not counted.
        for name, count in Counter(done.values()).items():
            counted = "refused" if name == _WAITS else name
            setattr(self.report, counted, getattr(self.report, counted) + count)
        waited = (id_ for id_ in progress.waiting.get(module, ()) if id_ not in done)
        waits = (id_ for id_, name in done.items() if name == _WAITS)
        progress.waiting[module] = [*waited, *waits][:MOST_WAITING]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All that is done inside it is kept; in a dry run, nothing."""
        with suppress(_DryRunError), self._store.transaction():
            yield
            if self._dry:
                raise _DryRunError

    def _record(self, module: str, mapping: ModuleMapping, record: SourceRecord) -> str:
        """Put one record into the store; the count of the report that it belongs to."""
        try:
            mapped = map_record(record, mapping, system=self._system, country=self._country)
            stored = self._find(mapped)
        except RefusedRecordError as error:
            _tell(self.report.refusals, Told(module, record.id, str(error)))
            return _WAITS if isinstance(error, _RefusedHereError) else "refused"
        for remark in mapped.remarks:
            _tell(self.report.remarks, Told(module, record.id, remark))
        if mapping.numbers and "numbers" not in mapped.said and stored and stored.numbers:
            words = "none of its numbers can be used: those that are here stay"
            _tell(self.report.remarks, Told(module, record.id, words))
        counts = self._store.put_customers([mapped.upon(stored)])
        return next(name for name, count in asdict(counts).items() if count)

    def _find(self, mapped: Mapped) -> Customer | None:
        """Who is meant: by the other CRM's id, else as the link declares.

        Raises:
            _RefusedHereError: More than one could be, or somebody who has another id there.
        """
        stored = self._store.find_external(self._system, mapped.id)
        by_reference = None
        if mapped.reference is not None:
            by_reference = self._store.find_customer(mapped.reference)
        if stored is None and MatchBy.REFERENCE in self._link.match:
            stored = self._unclaimed(by_reference)
        if stored is None and MatchBy.NUMBER in self._link.match:
            stored = self._by_number(mapped.numbers)
        takes_it = stored is None or stored.reference is None
        if takes_it and by_reference is not None:
            raise _RefusedHereError(f"another customer has the reference {mapped.reference!r}")
        return stored

    def _unclaimed(self, customer: Customer | None) -> Customer | None:
        """The customer, unless they come from another record of the same CRM."""
        claimed = None if customer is None else customer.external_ids.get(self._system)
        if claimed is not None:
            raise _RefusedHereError(f"its reference belongs to the customer who is {claimed} there")
        return customer

    def _by_number(self, numbers: Sequence[str]) -> Customer | None:
        """The owner of one of these numbers who does not come from another record of that CRM."""
        owners: Mapping[int | None, Customer] = {
            owner.id: owner
            for owner in self._store.find_customers(CustomerKeys(numbers=tuple(numbers)))
            if self._system not in owner.external_ids
        }
        if len(owners) > 1:
            raise _RefusedHereError("its numbers belong to more than one customer")
        return next(iter(owners.values()), None)

    def _note_deleted(self, module: str, id_: str) -> None:
        if self._store.find_external(self._system, id_) is not None:
            _tell(self.report.deleted, Told(module, id_))


def _tell(told: list[Told], what: Told) -> None:
    """Remember it once, if there is room: what comes again on a second page is the same."""
    if len(told) < MOST_TOLD and what not in told:
        told.append(what)
