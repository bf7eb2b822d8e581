"""Everything that happened with one customer, as one timeline, the newest first. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from operator import attrgetter

from agi_server.endings import outcome_in_words
from crm.asking_records import AskedSurvey, OutboxMessage, masked
from crm.people import CustomerFile, LegalHold, Mark, Restriction
from crm.records import Answer, Call, Callback, Case, CaseNote, Recording


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a customer's history.

    Attributes:
        at: When.
        kind: `call`, `case`, `note`, `answer`, `survey`, `callback`, `message`, `sms`, `mark`,
            `restriction` or `hold`.
        key: Under which it is found: the id of a call, the number of a case or of a telephone.
        words: What happened.
    """

    at: datetime
    kind: str
    key: str
    words: str


def history(
    file: CustomerFile, notes: Iterable[CaseNote], now: datetime, zone: tzinfo | None
) -> list[Happening]:
    """The history of a customer.

    Args:
        file: What is held on them.
        notes: The lines of their cases' histories.
        now: When it is looked at: a call that began long ago and never ended is told so.
        zone: Where days begin that the lines name; None: on this machine.
    """
    return sorted(_happenings(file, notes, now, zone), key=attrgetter("at"), reverse=True)


def _happenings(
    file: CustomerFile, notes: Iterable[CaseNote], now: datetime, zone: tzinfo | None
) -> Iterator[Happening]:
    yield from (_call(call, now) for call in file.calls)
    yield from map(_case, file.cases)
    yield from map(_note, notes)
    yield from map(_answer, file.answers)
    yield from map(_callback, file.callbacks)
    yield from map(_message, file.recordings)
    yield from map(_sms, map(masked, file.messages))
    yield from map(_survey, file.surveys)
    for mark in file.marks:
        yield from _mark(mark, zone)
    if file.restriction is not None:
        yield _restriction(file.restriction)
    if file.hold is not None:
        yield _hold(file.hold)


def _call(call: Call, now: datetime) -> Happening:
    fate = ", ".join(
        filter(
            None,
            (
                "trial" if call.trial else "",
                outcome_in_words(call, now),
                call.queue,
                call.agent,
                lasted(call.started_at, call.ended_at),
            ),
        )
    )
    dialled = " ".join(filter(None, (call.dialled, call.source)))
    return Happening(call.started_at, "call", call.id, f"to {dialled}: {fate}")


def lasted(start: datetime, end: datetime | None) -> str:
    """Minutes and seconds; empty for what has not ended."""
    if end is None:
        return ""
    minutes, seconds = divmod(round((end - start).total_seconds()), 60)
    return f"{minutes}:{seconds:02}"


def _case(case: Case) -> Happening:
    return Happening(
        case.opened_at, "case", case.tracking, f"opened: {case.subject}; it is {case.state} now"
    )


def _note(note: CaseNote) -> Happening:
    said = " ".join(filter(None, (note.state and f"{note.state}.", note.text)))
    return Happening(note.at, "note", note.tracking, f"{note.by}: {said}")


def _answer(answer: Answer) -> Happening:
    words = f"{answer.survey}/{answer.question}: {answer.value}"
    return Happening(answer.given_at, "answer", answer.call_id, words)


def _callback(callback: Callback) -> Happening:
    words = f"asked to be called back at {callback.number}; it is {callback.state} now"
    return Happening(callback.asked_at, "callback", callback.call_id, words)


def _message(recording: Recording) -> Happening:
    words = f"{recording.mailbox}, {recording.seconds:.0f} s; it is {recording.state} now"
    return Happening(recording.recorded_at, "message", recording.call_id, words)


def _sms(message: OutboxMessage) -> Happening:
    words = f"to {message.number}: {message.text}; it is {message.status} now"
    return Happening(message.written_at, "sms", message.call_id, words)


def _survey(asked: AskedSurvey) -> Happening:
    return Happening(asked.at, "survey", asked.call_id, f"{asked.survey}: {asked.outcome}")


def _mark(mark: Mark, zone: tzinfo | None) -> Iterator[Happening]:
    ends = "" if mark.until is None else f" until {mark.until.astimezone(zone):%Y-%m-%d}"
    words = f"{mark.kind} for {mark.purpose}{ends}, from {mark.source}"
    yield Happening(mark.since, "mark", mark.number, words)
    if mark.withdrawn_at is not None:
        withdrawn = f"{mark.kind} for {mark.purpose} withdrawn"
        yield Happening(mark.withdrawn_at, "mark", mark.number, withdrawn)


def _restriction(restriction: Restriction) -> Happening:
    words = f"kept, not used: {restriction.reason}"
    return Happening(restriction.since, "restriction", "", words)


def _hold(hold: LegalHold) -> Happening:
    until = "" if hold.until is None else f" before {hold.until}"
    return Happening(hold.since, "hold", "", f"not to be erased{until}: {hold.reason}")
