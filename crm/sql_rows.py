"""The rows of a database as records, and records as the values of a row.

Each `<RECORD>_COLUMNS` is the list of columns that its `read_<record>` takes, in order.
"""

from collections.abc import Sequence
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
from crm.records import (
    Answer,
    BlockedNumber,
    Call,
    CallChange,
    Case,
    CaseNote,
    CaseState,
    ContractRecord,
    Customer,
    NewCall,
    Outcome,
    RecordedCall,
    Revision,
    TimelineEvent,
)
from crm.searching import search_text
from crm.sql_session import Row

CUSTOMER_COLUMNS: Final = (
    "c.id, c.reference, c.name, c.language, c.segment, c.lead_score, c.address, c.notes,"
    " c.preferences"
)
CONTRACT_COLUMNS: Final = "level, starts, ends, grace_days"
BLOCKED_COLUMNS: Final = "number, since, reason"
CASE_COLUMNS: Final = "tracking, state, subject, opened_at, customer_id, call_id, number"
CASE_NOTE_COLUMNS: Final = "tracking, at, author, state, text"
TIMELINE_COLUMNS: Final = "call_id, visit, sequence, at, kind, data"
ANSWER_COLUMNS: Final = (
    "call_id, survey, question, value, given_at, agent, queue, tracking, revision"
)
REVISION_COLUMNS: Final = "name, loaded_at, bundle"
RECORDED_COLUMNS: Final = "id, started_at, revision, facts"
CALL_COLUMNS: Final = (
    "calls.id, calls.started_at, calls.caller_as_sent, calls.name_as_sent, calls.caller,"
    " calls.dialled, calls.source, calls.language, calls.customer_id, customers.name,"
    " calls.revision, calls.facts, calls.trial, calls.queue, calls.agent, calls.queued_at,"
    " calls.answered_at, calls.left_queue_at, calls.ended_at, calls.outcome, calls.stage,"
    " calls.state"
)


def customer_row(customer: Customer) -> Row:
    """The values of the columns of `customers` but the id, and search_text at the end."""
    return (
        stored_text(customer.reference),
        stored_text(customer.name),
        stored_text(customer.language),
        stored_text(customer.segment),
        customer.lead_score,
        stored_text(customer.address),
        stored_text(customer.notes),
        stored_json(customer.preferences),
        search_text(customer.name, customer.reference),
    )


def read_customer(
    row: Row, numbers: Sequence[Row], contracts: Sequence[Row], external_ids: Sequence[Row]
) -> Customer:
    """A customer from their row and the rows that belong to it."""
    customer_id, reference, name, language, segment, lead_score, address, notes, preferences = row
    return Customer(
        name=read_text(name),
        reference=read_text(reference),
        language=read_text(language),
        segment=read_text(segment),
        numbers=tuple(read_text(number) for (number,) in numbers),
        contracts=tuple(
            ContractRecord(read_text(level), read_date(starts), read_date(ends), grace_days)
            for level, starts, ends, grace_days in contracts
        ),
        id=customer_id,
        lead_score=lead_score,
        address=read_text(address),
        notes=read_text(notes),
        preferences=read_json(preferences),
        external_ids={
            read_text(system): read_text(external_id) for system, external_id in external_ids
        },
    )


def blocked_row(blocked: BlockedNumber) -> Row:
    """The values of BLOCKED_COLUMNS."""
    return (stored_text(blocked.number), stored_time(blocked.since), stored_text(blocked.reason))


def read_blocked(row: Row) -> BlockedNumber:
    """A blocked number from its row."""
    number, since, reason = row
    return BlockedNumber(read_text(number), read_time(since), read_text(reason))


def number_rows(customer_id: int, customer: Customer) -> list[Row]:
    """The values of number, customer_id and position, for each number."""
    return [
        (stored_text(number), customer_id, position)
        for position, number in enumerate(customer.numbers)
    ]


def contract_rows(customer_id: int, customer: Customer) -> list[Row]:
    """The values of customer_id, level, starts, ends and grace_days, for each contract."""
    return [
        (
            customer_id,
            stored_text(contract.level),
            stored_date(contract.starts),
            stored_date(contract.ends),
            contract.grace_days,
        )
        for contract in customer.contracts
    ]


def external_id_rows(customer_id: int, customer: Customer) -> list[Row]:
    """The values of system, external_id and customer_id, for each system."""
    return [
        (stored_text(system), stored_text(external_id), customer_id)
        for system, external_id in customer.external_ids.items()
    ]


def new_call_row(call: NewCall) -> Row:
    """The values of the first thirteen columns of `calls` but the customer's name."""
    return (
        stored_text(call.id),
        stored_time(call.started_at),
        stored_text(call.caller_as_sent),
        stored_text(call.name_as_sent),
        stored_text(call.caller),
        stored_text(call.dialled),
        stored_text(call.source),
        stored_text(call.language),
        call.customer_id,
        stored_text(call.revision),
        stored_json(call.facts),
        int(call.trial),
    )


def call_change_row(change: CallChange) -> Row:
    """The values of a change in the order of its columns, None for what stays."""
    return (
        stored_text(change.language),
        stored_text(change.queue),
        stored_text(change.agent),
        stored_time(change.queued_at),
        stored_time(change.answered_at),
        stored_time(change.left_queue_at),
        stored_time(change.ended_at),
        change.outcome,
        stored_text(change.stage),
        None if change.state is None else stored_json(change.state),
    )


def read_call(row: Row) -> Call:
    """A call from its row."""
    (
        call_id, started_at, caller_as_sent, name_as_sent, caller, dialled, source, language,
        customer_id, customer_name, revision, facts, trial, queue, agent, queued_at, answered_at,
        left_queue_at, ended_at, outcome, stage, state,
    ) = row  # fmt: skip
    return Call(
        id=read_text(call_id),
        started_at=read_time(started_at),
        caller_as_sent=read_text(caller_as_sent),
        name_as_sent=read_text(name_as_sent),
        caller=read_text(caller),
        dialled=read_text(dialled),
        source=read_text(source),
        language=read_text(language),
        customer_id=customer_id,
        customer_name=read_text(customer_name),
        revision=read_text(revision),
        facts=read_json(facts),
        trial=bool(trial),
        queue=read_text(queue),
        agent=read_text(agent),
        queued_at=read_time(queued_at),
        answered_at=read_time(answered_at),
        left_queue_at=read_time(left_queue_at),
        ended_at=read_time(ended_at),
        outcome=Outcome(outcome),
        stage=read_text(stage),
        state=read_json(state),
    )


def timeline_row(event: TimelineEvent) -> Row:
    """The values of TIMELINE_COLUMNS."""
    return (
        stored_text(event.call_id),
        event.visit,
        event.sequence,
        stored_time(event.at),
        stored_text(event.kind),
        stored_json(event.data),
    )


def read_timeline(row: Row) -> TimelineEvent:
    """An event from its row."""
    call_id, visit, sequence, at, kind, data = row
    return TimelineEvent(
        read_text(call_id), visit, sequence, read_time(at), read_text(kind), read_json(data)
    )


def case_row(case: Case) -> Row:
    """The values of CASE_COLUMNS."""
    return (
        stored_text(case.tracking),
        case.state,
        stored_text(case.subject),
        stored_time(case.opened_at),
        case.customer_id,
        stored_text(case.call_id),
        stored_text(case.number),
    )


def read_case(row: Row) -> Case:
    """A case from its row."""
    tracking, state, subject, opened_at, customer_id, call_id, number = row
    return Case(
        read_text(tracking),
        CaseState(state),
        read_text(subject),
        read_time(opened_at),
        customer_id,
        read_text(call_id),
        read_text(number),
    )


def case_note_row(note: CaseNote) -> Row:
    """The values of CASE_NOTE_COLUMNS."""
    return (
        stored_text(note.tracking),
        stored_time(note.at),
        stored_text(note.by),
        note.state,
        stored_text(note.text),
    )


def read_case_note(row: Row) -> CaseNote:
    """A line of a case's history from its row."""
    tracking, at, author, state, text = row
    return CaseNote(
        read_text(tracking),
        read_time(at),
        read_text(author),
        None if state is None else CaseState(state),
        read_text(text),
    )


def answer_row(answer: Answer) -> Row:
    """The values of ANSWER_COLUMNS."""
    return (
        stored_text(answer.call_id),
        stored_text(answer.survey),
        stored_text(answer.question),
        stored_text(answer.value),
        stored_time(answer.given_at),
        stored_text(answer.agent),
        stored_text(answer.queue),
        stored_text(answer.tracking),
        stored_text(answer.revision),
    )


def read_answer(row: Row) -> Answer:
    """An answer from its row."""
    call_id, survey, question, value, given_at, agent, queue, tracking, revision = row
    return Answer(
        read_text(call_id),
        read_text(survey),
        read_text(question),
        read_text(value),
        read_time(given_at),
        read_text(agent),
        read_text(queue),
        read_text(tracking),
        read_text(revision),
    )


def read_recorded(row: Row, events: Sequence[TimelineEvent]) -> RecordedCall:
    """A recorded call from its row, and its events."""
    call_id, started_at, revision, facts = row
    return RecordedCall(
        read_text(call_id),
        read_time(started_at),
        read_text(revision),
        read_json(facts),
        tuple(events),
    )


def revision_row(revision: Revision) -> Row:
    """The values of REVISION_COLUMNS."""
    return (
        stored_text(revision.name),
        stored_time(revision.loaded_at),
        stored_text(revision.bundle),
    )


def read_revision(row: Row) -> Revision:
    """A revision from its row."""
    name, loaded_at, bundle = row
    return Revision(read_text(name), read_text(bundle), read_time(loaded_at))
