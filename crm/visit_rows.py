"""Visits to queues as rows and back: see `crm.sql_rows`."""

from typing import Final

from crm.encoding import read_text, read_time, stored_text, stored_time
from crm.records import Disposition, QueueVisit
from crm.sql_session import Row

VISIT_COLUMNS: Final = (
    "call_id, number, queue, language, asterisk_queue, entered_at, waiting_since, priority,"
    " disposition, left_at, agent, answered_at, key"
)


def visit_row(visit: QueueVisit) -> Row:
    """The values of VISIT_COLUMNS."""
    return (
        stored_text(visit.call_id),
        visit.number,
        stored_text(visit.queue),
        stored_text(visit.language),
        stored_text(visit.asterisk_queue),
        stored_time(visit.entered_at),
        stored_time(visit.waiting_since),
        visit.priority,
        visit.disposition,
        stored_time(visit.left_at),
        stored_text(visit.agent),
        stored_time(visit.answered_at),
        stored_text(visit.key),
    )


def read_visit(row: Row) -> QueueVisit:
    """A visit from its row."""
    (
        call_id, number, queue, language, asterisk_queue, entered_at, waiting_since, priority,
        disposition, left_at, agent, answered_at, key,
    ) = row  # fmt: skip
    return QueueVisit(
        call_id=read_text(call_id),
        number=number,
        queue=read_text(queue),
        language=read_text(language),
        asterisk_queue=read_text(asterisk_queue),
        entered_at=read_time(entered_at),
        waiting_since=read_time(waiting_since),
        priority=priority,
        disposition=Disposition(disposition),
        left_at=read_time(left_at),
        agent=read_text(agent),
        answered_at=read_time(answered_at),
        key=read_text(key),
    )
