"""Messages, one-time codes, PINs, attempts and surveys, in memory."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from crm.asking_ports import ATTEMPTS_KEPT
from crm.asking_records import (
    AskedSurvey,
    AttemptKind,
    MessageStatus,
    OneTimeCode,
    OutboxMessage,
    Pin,
    ServedCalls,
    SurveyOutcome,
    wiped,
)
from crm.memory_searching import is_found
from crm.memory_session import MemorySession
from crm.memory_tables import (
    Tables,
    append,
    check_case,
    check_customer,
    is_trial,
    known_call,
    known_customer,
    stored_record,
    utc,
)
from crm.records import Answer, Call, Outcome

_BEGUN = (SurveyOutcome.ASKED, SurveyOutcome.DECLINED, SurveyOutcome.COMPLETE)
_ENDS = (SurveyOutcome.DECLINED, SurveyOutcome.COMPLETE)


class MemoryAsking(MemorySession):
    """The operations on what is asked of callers and told to them."""

    def queue_message(self, message: OutboxMessage) -> None:
        """Put a message into the outbox."""
        with self._tables() as tables:
            known_call(tables, message.call_id)
            check_customer(tables, message.customer_id)
            tables.outbox.setdefault(message.id, wiped(stored_record(message)))
            _expire(tables, utc(message.written_at))

    def messages(
        self, *, status: MessageStatus | None = None, search: str = "", limit: int = 50
    ) -> Sequence[OutboxMessage]:
        """Messages in this status, or in any; the oldest first."""
        with self._tables() as tables:
            found = [
                each
                for each in tables.outbox.values()
                if status in {None, each.status}
                and not is_trial(tables, each.call_id)
                and is_found(tables, each, search, each.number, tables.calls[each.call_id].queue)
            ]
        return sorted(found, key=lambda each: (each.written_at, each.id))[:limit]

    def keep_code(self, code: OneTimeCode, *, per_number: int, per_day: int) -> bool:
        """Keep a new code, unless too many were given."""
        kind, at = AttemptKind.CODE, utc(code.issued_at)
        with self._tables() as tables:
            _expire(tables, at)
            _forget_codes(tables, at)
            of_number = _attempts(tables, kind, at, code.number)
            if of_number >= per_number or _attempts(tables, kind, at) >= per_day:
                return False
            known_call(tables, code.call_id)
            tables.codes[code.number] = stored_record(code)
            _note_attempt(tables, kind, code.number, at)
            return True

    def try_code(self, number: str, at: datetime) -> OneTimeCode | None:
        """Take one try off a code, and return it as it was."""
        with self._tables() as tables:
            code = tables.codes.get(number)
            if code is None or code.tries <= 0 or code.expires_at <= utc(at):
                return None
            tables.codes[number] = replace(code, tries=code.tries - 1)
            return code

    def use_code(self, number: str, salt: bytes) -> bool:
        """Forget a code that was right; whether it was still there."""
        with self._tables() as tables:
            kept = tables.codes.get(number)
            if kept is None or kept.salt != salt:
                return False
            del tables.codes[number]
            return True

    def set_pin(self, pin: Pin) -> None:
        """Keep a customer's PIN."""
        with self._tables() as tables:
            known_customer(tables, pin.customer_id)
            tables.pins[pin.customer_id] = stored_record(pin)

    def remove_pin(self, customer_id: int) -> bool:
        """Forget a customer's PIN; whether there was one."""
        with self._tables() as tables:
            return tables.pins.pop(customer_id, None) is not None

    def pin(self, customer_id: int) -> Pin | None:
        """A customer's PIN."""
        with self._tables() as tables:
            return None if customer_id in tables.restrictions else tables.pins.get(customer_id)

    def count_attempt(self, kind: AttemptKind, subject: str, at: datetime) -> int:
        """Note an attempt; how many there were, this one included."""
        with self._tables() as tables:
            _note_attempt(tables, kind, subject, utc(at))
            return _attempts(tables, kind, utc(at), subject)

    def attempts(self, kind: AttemptKind, subject: str, at: datetime) -> int:
        """How many attempts there were."""
        with self._tables() as tables:
            return _attempts(tables, kind, utc(at), subject)

    def forget_secrets(self, at: datetime) -> int:
        """Remove what is too old of codes and attempts, and wipe codes that have expired."""
        with self._tables() as tables:
            _expire(tables, utc(at))
            return _forget_codes(tables, utc(at)) + _forget_attempts(tables, utc(at))

    def note_survey(self, asked: AskedSurvey) -> None:
        """Keep that a survey was asked, or why not."""
        with self._tables() as tables:
            known_call(tables, asked.call_id)
            check_customer(tables, asked.customer_id)
            check_case(tables, asked.tracking)
            key = (asked.call_id, asked.survey)
            kept = tables.surveys.setdefault(key, stored_record(asked))
            if kept.outcome is SurveyOutcome.ASKED and asked.outcome in _ENDS:
                tables.surveys[key] = replace(kept, outcome=asked.outcome)

    def last_asked(
        self, survey: str, *, number: str | None, customer_id: int | None, before: datetime
    ) -> datetime | None:
        """When this survey last began to be asked of this number, or of this customer."""
        with self._tables() as tables:
            found = [
                each.at
                for each in tables.surveys.values()
                if each.survey == survey
                and each.at < utc(before)
                and each.outcome in _BEGUN
                and (
                    (number is not None and each.number == number)
                    or (customer_id is not None and each.customer_id == customer_id)
                )
                and not is_trial(tables, each.call_id)
            ]
        return max(found, default=None)

    def surveys_asked(
        self, *, since: datetime, until: datetime, survey: str | None = None
    ) -> Iterator[AskedSurvey]:
        """What became of this survey, or of all, in the calls of a time."""
        with self._tables() as tables:
            found = [
                each
                for each in tables.surveys.values()
                if utc(since) <= each.at < utc(until)
                and survey in {None, each.survey}
                and not is_trial(tables, each.call_id)
            ]
        return iter(sorted(found, key=lambda each: (each.at, each.call_id, each.survey)))

    def answers_between(
        self, *, since: datetime, until: datetime, survey: str | None = None
    ) -> Iterator[Answer]:
        """The answers to this survey, or to all, given in a time."""
        with self._tables() as tables:
            found = [
                each
                for each in tables.answers.values()
                if utc(since) <= each.given_at < utc(until)
                and survey in {None, each.survey}
                and not is_trial(tables, each.call_id)
            ]
        return iter(sorted(found, key=_given))

    def served_calls(self, *, since: datetime, until: datetime) -> Sequence[ServedCalls]:
        """How many calls were answered, by queue, agent and hour."""
        with self._tables() as tables:
            served = Counter(
                (_hour(call.started_at), call.queue, call.agent)
                for call in tables.calls.values()
                if utc(since) <= call.started_at < utc(until) and _was_served(call)
            )
        found = [ServedCalls(queue, agent, at, n) for (at, queue, agent), n in served.items()]
        return sorted(found, key=lambda each: (each.hour, each.queue or "", each.agent or ""))


def _expire(tables: Tables, at: datetime) -> None:
    """Let messages expire that were not sent in time; no code stays readable for longer."""
    for each in list(tables.outbox.values()):
        is_waiting = each.status is MessageStatus.WAITING
        if is_waiting and each.expires_at is not None and each.expires_at <= at:
            tables.outbox[each.id] = wiped(replace(each, status=MessageStatus.EXPIRED))


def _forget_codes(tables: Tables, at: datetime) -> int:
    expired = [each.number for each in tables.codes.values() if each.expires_at <= at]
    for number in expired:
        del tables.codes[number]
    return len(expired)


def _forget_attempts(tables: Tables, at: datetime) -> int:
    old = [key for key, (_, _, made_at) in tables.attempts.items() if made_at <= at - ATTEMPTS_KEPT]
    for key in old:
        del tables.attempts[key]
    return len(old)


def _note_attempt(tables: Tables, kind: AttemptKind, subject: str, at: datetime) -> None:
    _forget_attempts(tables, at)
    append(tables.attempts, (kind, subject, at))


def _attempts(tables: Tables, kind: AttemptKind, at: datetime, subject: str | None = None) -> int:
    """How many attempts of a kind there were, on this subject or on any."""
    return sum(
        made == kind and subject in {None, on} and at - ATTEMPTS_KEPT < made_at <= at
        for made, on, made_at in tables.attempts.values()
    )


def _was_served(call: Call) -> bool:
    answered = call.answered_at is not None or call.outcome is Outcome.ANSWERED
    return answered and not call.trial


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _given(answer: Answer) -> tuple[datetime, str, str, str]:
    return (answer.given_at, answer.call_id, answer.survey, answer.question)
