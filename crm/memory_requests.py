"""What callers asked for, in the store in memory: cases with their histories, callbacks."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from crm.memory_callbacks import MemoryCallbacks
from crm.memory_tables import (
    Tables,
    append,
    check_customer,
    is_trial,
    known_call,
    newest,
    stored_record,
    with_name,
)
from crm.ports import StoreError, UnknownRecordError
from crm.records import OPEN_STATES, Case, CaseFile, CaseNote
from crm.searching import fold
from crm.tracking import COUNT, tracking_number


class MemoryRequests(MemoryCallbacks):
    """The operations on cases and callbacks."""

    def lease_tracking(self, count: int) -> Sequence[str]:
        """Up to `count` tracking numbers that nobody has and nobody else is given."""
        with self._tables() as tables:
            free = (
                number for number in iter(self._next_number, None) if number not in tables.cases
            )
            return list(islice(free, count))

    def _next_number(self) -> str | None:
        """The next number of all there are, None behind the last."""
        if self._database.leased == COUNT:
            return None
        self._database.leased += 1
        return tracking_number(self._database.leased - 1, self._database.tracking_key)

    def open_case(self, case: Case, *, join: bool) -> Case:
        """Open a case, or return the one that its call belongs to."""
        with self._tables() as tables:
            if case.call_id is not None:
                known_call(tables, case.call_id)
            check_customer(tables, case.customer_id)
            found = _case_of_call(tables, case) or (_case_to_join(tables, case) if join else None)
            opened = found or _add_case(tables, stored_record(case))
            if case.call_id is not None:
                tables.case_calls[case.call_id] = opened.tracking
            return opened

    def find_case(self, tracking: str) -> Case | None:
        """The case with this tracking number."""
        with self._tables() as tables:
            return tables.cases.get(tracking)

    def cases(
        self, *, search: str = "", open_only: bool = False, limit: int = 50
    ) -> Sequence[Case]:
        """Cases whose number, subject or customer's name contains `search`."""
        with self._tables() as tables:
            found = [
                each
                for each in tables.cases.values()
                if _is_found_by(tables, each, fold(search))
                and (each.state in OPEN_STATES or not open_only)
                and not is_trial(tables, each.call_id)
            ]
        return newest(found, lambda each: (each.opened_at, each.tracking), limit)

    def case_file(self, tracking: str) -> CaseFile:
        """One case with its history, calls and recordings."""
        with self._tables() as tables:
            case = _known_case(tables, tracking)
            notes = [each for each in tables.notes.values() if each.tracking == tracking]
            calls = [
                with_name(tables, tables.calls[call_id])
                for call_id, belongs_to in tables.case_calls.items()
                if belongs_to == tracking
            ]
            spoken = [each for each in tables.recordings.values() if each.tracking == tracking]
        return CaseFile(
            case,
            tuple(sorted(notes, key=lambda each: each.at)),
            tuple(sorted(calls, key=lambda each: (each.started_at, each.id))),
            tuple(sorted(spoken, key=lambda each: (each.recorded_at, each.call_id, each.mailbox))),
        )

    def note_on_case(self, note: CaseNote) -> Case:
        """Add a line to a case's history."""
        with self._tables() as tables:
            case = _known_case(tables, note.tracking)
            append(tables.notes, stored_record(note))
            tables.cases[note.tracking] = replace(case, state=note.state or case.state)
            return tables.cases[note.tracking]


def _known_case(tables: Tables, tracking: str) -> Case:
    if tracking not in tables.cases:
        raise UnknownRecordError(f"There is no case with the tracking number {tracking!r}")
    return tables.cases[tracking]


def _case_of_call(tables: Tables, case: Case) -> Case | None:
    """The case that the call of this one belongs to already."""
    tracking = None if case.call_id is None else tables.case_calls.get(case.call_id)
    return None if tracking is None else tables.cases[tracking]


def _case_to_join(tables: Tables, case: Case) -> Case | None:
    """The case opened last that the call of this one can be put to."""
    if case.call_id is None or is_trial(tables, case.call_id):
        return None
    fitting = (each for each in tables.cases.values() if _fits(tables, case, each))
    return next(iter(newest(fitting, lambda each: (each.opened_at, each.tracking), 1)), None)


def _fits(tables: Tables, case: Case, opened: Case) -> bool:
    """Whether a call about `case` is about `opened`: the same matter of the same person."""
    if opened.state not in OPEN_STATES or is_trial(tables, opened.call_id):
        return False
    same_person = opened.customer_id == case.customer_id and (
        case.customer_id is not None or (case.number is not None and opened.number == case.number)
    )
    return same_person and opened.subject == case.subject


def _add_case(tables: Tables, case: Case) -> Case:
    if case.tracking in tables.cases:
        raise StoreError(
            f"Another case has the tracking number {case.tracking!r}: lease one (lease_tracking)"
        )
    tables.cases[case.tracking] = case
    return case


def _is_found_by(tables: Tables, case: Case, folded: str) -> bool:
    """Whether number, subject or customer's name contains the folded term."""
    customer = None if case.customer_id is None else tables.customers[case.customer_id]
    names = [] if customer is None else [customer.name]
    return any(folded in fold(text) for text in (case.tracking, case.subject, *names))
