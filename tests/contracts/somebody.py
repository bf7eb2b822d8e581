"""Somebody of whom there is something in every table, recognisable wherever it stands."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from crm.asking_records import (
    AskedSurvey,
    AttemptKind,
    MessageKind,
    OneTimeCode,
    OutboxMessage,
    Pin,
    SurveyOutcome,
)
from crm.people import AuditEntry, Mark, MarkKind, Restriction
from crm.ports import Store
from crm.records import (
    Answer,
    Callback,
    CallChange,
    Case,
    CaseNote,
    CaseState,
    ContractRecord,
    Customer,
    Disposition,
    NewCall,
    Outcome,
    QueueVisit,
    Recording,
    TimelineEvent,
)

AT = datetime(2026, 3, 21, 8, 30, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)

PERSON = "zzperson"
"""Stands in everything that is of the person, and in nothing else."""

OTHER = "yyother"
"""The same of somebody who stays."""

NUMBER, SHARED = f"+98{PERSON}", "+982188880000"


def customer_named(word: str, number: str) -> Customer:
    """A customer in whom everything that can hold a text holds the word."""
    return Customer(
        name=f"name {word}",
        reference=f"reference {word}",
        language=f"language {word}",
        segment=f"segment {word}",
        numbers=(number, SHARED),
        contracts=(ContractRecord(f"level {word}", date(2025, 1, 1), date(2030, 1, 1)),),
        lead_score=42,
        address=f"address {word}",
        notes=f"notes {word}",
        preferences={"channel": f"by {word}"},
        external_ids={"vtiger": f"id {word}"},
    )


def call_with(word: str, number: str, customer_id: int | None) -> NewCall:
    """A call that says the word wherever a caller can put something."""
    return NewCall(
        id=f"call of {customer_id}",
        started_at=AT,
        caller_as_sent=number,
        name_as_sent=f"shown {word}",
        caller=number,
        dialled="+982191000000",
        source="website",
        language="fa",
        customer_id=customer_id,
        revision="r1",
        facts={"customer": {"name": word}},
    )


def keep_all_of(store: Store, word: str, number: str) -> int:
    """Fill every table with what is of one person; return their id."""
    customer = customer_named(word, number)
    store.put_customers([customer])
    found = store.find_customer(f"reference {word}")
    assert found is not None
    customer_id = found.id or 0
    call = call_with(word, number, customer_id)
    store.begin_call(call)
    store.change_call(
        call.id,
        CallChange(
            1,
            queue="support",
            agent="ali",
            answered_at=AT + HOUR,
            ended_at=AT + 2 * HOUR,
            outcome=Outcome.ANSWERED,
            stage="queue support",
            state={"said": word},
        ),
    )
    store.add_to_timeline([TimelineEvent(call.id, 1, 1, AT, "keys", {"keys": word})])
    store.keep_queue_visit(visit_of(call.id))
    case = Case(str(customer_id) * 9, CaseState.NEW, "repair", AT, customer_id, call.id, number)
    store.open_case(case, join=False)
    note = CaseNote(case.tracking, AT, "ali", CaseState.IN_PROGRESS, f"{word} asked")
    store.note_on_case(note)
    for question, value in (("mark", "10"), ("solved", "yes"), ("why", f"{word} said so")):
        answer = Answer(
            call.id, "satisfaction", question, value, AT, "ali", "support", case.tracking, "r1"
        )
        store.keep_answer(answer)
    store.keep_recording(Recording(call.id, "main", f"/{word}.wav", 3.5, AT, customer_id))
    store.ask_callback(Callback(call.id, number, AT, customer_id, "support", "fa"))
    keep_what_was_asked(store, word, number, call.id, customer_id)
    store.put_mark(Mark(number, MarkKind.CONSENT, f"for {word}", f"form of {word}", AT))
    store.restrict(Restriction(customer_id, AT, f"{word} objected"))
    store.note_access(AuditEntry(AT, "ali", "shown", customer_id, f"looked at {word}"))
    return customer_id


def visit_of(call_id: str) -> QueueVisit:
    """A visit to a queue, in which nothing tells who it was."""
    ended = Disposition.ANSWERED
    return QueueVisit(
        call_id, 1, "support", "fa", "support-fa", AT, AT, 5, ended, AT + 2 * HOUR, "ali", AT + HOUR
    )


def message_with(word: str, number: str, call_id: str) -> OutboxMessage:
    """A message that waits to be sent, to a person who need not be known."""
    text = f"Dear {word}: 123 456 789"
    return OutboxMessage(
        f"{call_id}/tracking/1", call_id, MessageKind.TRACKING, number, text, "fa", AT
    )


def survey_with(number: str, call_id: str, customer_id: int | None) -> AskedSurvey:
    """A survey that was asked of a person."""
    outcome = SurveyOutcome.COMPLETE
    return AskedSurvey(
        call_id,
        "satisfaction",
        AT,
        outcome,
        number,
        customer_id,
        "ali",
        "support",
        None,
        "r1",
        "fa",
    )


def keep_what_was_asked(
    store: Store, word: str, number: str, call_id: str, customer_id: int
) -> None:
    """A message, a code, a PIN, attempts and a survey."""
    store.queue_message(message_with(word, number, call_id))
    code = OneTimeCode(number, word.encode(), b"d", AT, AT + HOUR, 3, call_id)
    store.keep_code(code, per_number=9, per_day=9)
    store.set_pin(Pin(customer_id, word.encode(), b"d", AT))
    store.count_attempt(AttemptKind.TRACKING, number, AT)
    store.count_attempt(AttemptKind.PIN, str(customer_id), AT)
    store.note_survey(survey_with(number, call_id, customer_id))


def keep_late(store: Store, person: int) -> str:
    """Keep what a call leaves, once its customer is erased; return the call's id."""
    call = replace(call_with(PERSON, NUMBER, person), id="late")
    store.begin_call(call)
    store.add_to_timeline([TimelineEvent(call.id, 1, 1, AT, "keys", {"keys": PERSON})])
    store.open_case(Case("123456786", CaseState.NEW, "x", AT, person, call.id, NUMBER), join=False)
    store.keep_answer(Answer(call.id, "s", "q", PERSON, AT, None, None, None, "r1"))
    store.ask_callback(Callback(call.id, NUMBER, AT, None, None, "fa"))
    store.keep_recording(Recording(call.id, "main", f"/{PERSON}-late.wav", 1.0, AT, None))
    store.queue_message(message_with(PERSON, NUMBER, call.id))
    store.note_survey(survey_with(NUMBER, call.id, None))
    return call.id
