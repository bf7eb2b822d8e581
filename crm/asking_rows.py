"""Messages, codes, PINs, surveys, callbacks and recordings as rows and back: see `crm.sql_rows`."""

from typing import Final

from crm.asking_records import (
    AskedSurvey,
    MessageKind,
    MessageStatus,
    OneTimeCode,
    OutboxMessage,
    Pin,
    SurveyOutcome,
)
from crm.encoding import read_text, read_time, stored_text, stored_time
from crm.records import Callback, CallbackState, MessageState, Recording
from crm.sql_session import Row

OUTBOX_COLUMNS: Final = (
    "id, call_id, kind, number, text, language, written_at, expires_at, customer_id, status"
)
CODE_COLUMNS: Final = "number, salt, digest, issued_at, expires_at, tries, call_id"
PIN_COLUMNS: Final = "customer_id, salt, digest, set_at"
SURVEY_COLUMNS: Final = (
    "call_id, survey, at, outcome, number, customer_id, agent, queue, tracking, revision, language"
)
CALLBACK_COLUMNS: Final = (
    "call_id, number, asked_at, customer_id, queue, language, state, since, earliest, latest"
)
RECORDING_COLUMNS: Final = (
    "call_id, mailbox, path, seconds, recorded_at, customer_id, state, tracking"
)


def outbox_row(message: OutboxMessage) -> Row:
    """The values of OUTBOX_COLUMNS."""
    return (
        stored_text(message.id),
        stored_text(message.call_id),
        message.kind,
        stored_text(message.number),
        stored_text(message.text),
        stored_text(message.language),
        stored_time(message.written_at),
        stored_time(message.expires_at),
        message.customer_id,
        message.status,
    )


def read_outbox(row: Row) -> OutboxMessage:
    """A message from its row."""
    (
        message_id, call_id, kind, number, text, language, written_at, expires_at, customer_id,
        status,
    ) = row  # fmt: skip
    return OutboxMessage(
        read_text(message_id),
        read_text(call_id),
        MessageKind(kind),
        read_text(number),
        read_text(text),
        read_text(language),
        read_time(written_at),
        read_time(expires_at),
        customer_id,
        MessageStatus(status),
    )


def code_row(code: OneTimeCode) -> Row:
    """The values of CODE_COLUMNS."""
    return (
        stored_text(code.number),
        code.salt.hex(),
        code.digest.hex(),
        stored_time(code.issued_at),
        stored_time(code.expires_at),
        code.tries,
        stored_text(code.call_id),
    )


def read_code(row: Row) -> OneTimeCode:
    """A code from its row."""
    number, salt, digest, issued_at, expires_at, tries, call_id = row
    return OneTimeCode(
        read_text(number),
        bytes.fromhex(salt),
        bytes.fromhex(digest),
        read_time(issued_at),
        read_time(expires_at),
        tries,
        read_text(call_id),
    )


def pin_row(pin: Pin) -> Row:
    """The values of PIN_COLUMNS."""
    return (pin.customer_id, pin.salt.hex(), pin.digest.hex(), stored_time(pin.set_at))


def read_pin(row: Row) -> Pin:
    """A PIN from its row."""
    customer_id, salt, digest, set_at = row
    return Pin(customer_id, bytes.fromhex(salt), bytes.fromhex(digest), read_time(set_at))


def survey_row(asked: AskedSurvey) -> Row:
    """The values of SURVEY_COLUMNS."""
    return (
        stored_text(asked.call_id),
        stored_text(asked.survey),
        stored_time(asked.at),
        asked.outcome,
        stored_text(asked.number),
        asked.customer_id,
        stored_text(asked.agent),
        stored_text(asked.queue),
        stored_text(asked.tracking),
        stored_text(asked.revision),
        stored_text(asked.language),
    )


def read_survey(row: Row) -> AskedSurvey:
    """What became of a survey in a call, from its row."""
    (
        call_id, survey, at, outcome, number, customer_id, agent, queue, tracking, revision,
        language,
    ) = row  # fmt: skip
    return AskedSurvey(
        read_text(call_id),
        read_text(survey),
        read_time(at),
        SurveyOutcome(outcome),
        read_text(number),
        customer_id,
        read_text(agent),
        read_text(queue),
        read_text(tracking),
        read_text(revision),
        read_text(language),
    )


def callback_row(callback: Callback) -> Row:
    """The values of CALLBACK_COLUMNS."""
    return (
        stored_text(callback.call_id),
        stored_text(callback.number),
        stored_time(callback.asked_at),
        callback.customer_id,
        stored_text(callback.queue),
        stored_text(callback.language),
        callback.state,
        stored_time(callback.since),
        stored_time(callback.earliest),
        stored_time(callback.latest),
    )


def read_callback(row: Row) -> Callback:
    """A callback from its row."""
    (
        call_id, number, asked_at, customer_id, queue, language, state, since, earliest, latest,
    ) = row  # fmt: skip
    return Callback(
        read_text(call_id),
        read_text(number),
        read_time(asked_at),
        customer_id,
        read_text(queue),
        read_text(language),
        CallbackState(state),
        read_time(since),
        read_time(earliest),
        read_time(latest),
    )


def recording_row(recording: Recording) -> Row:
    """The values of RECORDING_COLUMNS."""
    return (
        stored_text(recording.call_id),
        stored_text(recording.mailbox),
        stored_text(recording.path),
        recording.seconds,
        stored_time(recording.recorded_at),
        recording.customer_id,
        recording.state,
        stored_text(recording.tracking),
    )


def read_recording(row: Row) -> Recording:
    """A recording from its row."""
    call_id, mailbox, path, seconds, recorded_at, customer_id, state, tracking = row
    return Recording(
        read_text(call_id),
        read_text(mailbox),
        read_text(path),
        seconds,
        read_time(recorded_at),
        customer_id,
        MessageState(state),
        read_text(tracking),
    )
