"""What concerns a person's data, as rows and back: beside `crm.sql_rows`."""

from typing import Final

from crm.encoding import (
    read_date,
    read_json,
    read_text,
    read_time,
    stored_date,
    stored_json,
    stored_text,
    stored_time,
)
from crm.people import AuditEntry, Erasure, LegalHold, Mark, MarkKind, Restriction
from crm.sql_session import Row

MARK_COLUMNS: Final = "number, kind, purpose, source, since, until, withdrawn_at"
RESTRICTION_COLUMNS: Final = "customer_id, since, reason"
HOLD_COLUMNS: Final = "customer_id, since, reason, until"
ERASURE_COLUMNS: Final = "pseudonym, customer_id, at, author, reason, counts"
AUDIT_COLUMNS: Final = "at, author, action, customer_id, detail"


def mark_row(mark: Mark) -> Row:
    """The values of MARK_COLUMNS."""
    return (
        stored_text(mark.number),
        mark.kind,
        stored_text(mark.purpose),
        stored_text(mark.source),
        stored_time(mark.since),
        stored_time(mark.until),
        stored_time(mark.withdrawn_at),
    )


def read_mark(row: Row) -> Mark:
    """A mark from its row."""
    number, kind, purpose, source, since, until, withdrawn_at = row
    return Mark(
        read_text(number),
        MarkKind(kind),
        read_text(purpose),
        read_text(source),
        read_time(since),
        read_time(until),
        read_time(withdrawn_at),
    )


def restriction_row(restriction: Restriction) -> Row:
    """The values of RESTRICTION_COLUMNS."""
    return (
        restriction.customer_id,
        stored_time(restriction.since),
        stored_text(restriction.reason),
    )


def read_restriction(row: Row) -> Restriction:
    """A restriction from its row."""
    customer_id, since, reason = row
    return Restriction(customer_id, read_time(since), read_text(reason))


def hold_row(hold: LegalHold) -> Row:
    """The values of HOLD_COLUMNS."""
    return (
        hold.customer_id,
        stored_time(hold.since),
        stored_text(hold.reason),
        stored_date(hold.until),
    )


def read_hold(row: Row) -> LegalHold:
    """A hold from its row."""
    customer_id, since, reason, until = row
    return LegalHold(customer_id, read_time(since), read_text(reason), read_date(until))


def erasure_row(erasure: Erasure) -> Row:
    """The values of ERASURE_COLUMNS."""
    return (
        stored_text(erasure.pseudonym),
        erasure.customer_id,
        stored_time(erasure.at),
        stored_text(erasure.by),
        stored_text(erasure.reason),
        stored_json(erasure.counts),
    )


def read_erasure(row: Row) -> Erasure:
    """An erasure from its row."""
    pseudonym, customer_id, at, author, reason, counts = row
    return Erasure(
        read_text(pseudonym),
        customer_id,
        read_time(at),
        read_text(author),
        read_text(reason),
        read_json(counts),
    )


def audit_row(entry: AuditEntry) -> Row:
    """The values of AUDIT_COLUMNS."""
    return (
        stored_time(entry.at),
        stored_text(entry.by),
        stored_text(entry.action),
        entry.customer_id,
        stored_text(entry.detail),
    )


def read_audit(row: Row) -> AuditEntry:
    """An entry of the audit log from its row."""
    at, author, action, customer_id, detail = row
    return AuditEntry(
        read_time(at), read_text(author), read_text(action), customer_id, read_text(detail)
    )
