"""What a store does with what is asked of callers: a part of `crm.ports.Store`.

Messages that wait to be sent, one-time codes, PINs, and which surveys were asked of whom. A secret
is only ever kept as a digest (`crm.hashed_secrets`).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from crm.asking_records import (
    AskedSurvey,
    AttemptKind,
    MessageStatus,
    OneTimeCode,
    OutboxMessage,
    Pin,
    ServedCalls,
)
from crm.records import Answer

ATTEMPTS_KEPT: Final = timedelta(hours=24)
"""How long an attempt counts, and how long it is remembered."""


class Asking(Protocol):
    """Messages, codes, PINs, attempts and surveys."""

    def queue_message(self, message: OutboxMessage) -> None:
        """Put a message into the outbox; one with its id that is there already is left as it is.

        Raises UnknownRecordError for a call or customer who does not exist.
        """

    def messages(
        self, *, status: MessageStatus | None = None, search: str = "", limit: int = 50
    ) -> Sequence[OutboxMessage]:
        """Messages in this status, or in any; the oldest first, without those of trial calls.

        The number, the customer's name or the call's queue contains `search`.
        """

    def keep_code(self, code: OneTimeCode, *, per_number: int, per_day: int) -> bool:
        """Keep a new code, in place of the number's older one, unless too many were given.

        How many were given is remembered for `ATTEMPTS_KEPT`, also after the code was used. Codes
        of trial calls count like others: a cap is there for whoever tries.

        Args:
            code: The new code.
            per_number: How many this number may be given within `ATTEMPTS_KEPT` before it was
                issued.
            per_day: How many all numbers together may be given in that time.

        Returns:
            False where there were that many already; nothing is kept then.

        Raises:
            UnknownRecordError: There is no such call.
        """

    def try_code(self, number: str, at: datetime) -> OneTimeCode | None:
        """Take one try off the code of a number, and return the code as it was before.

        Two callers who try at once use up two tries. None: there is no code, it has expired at
        this moment, or no try is left.
        """

    def use_code(self, number: str, salt: bytes) -> bool:
        """Forget a code that was right; whether it was still there.

        Of two callers who key in the same code at once, one alone has used it.

        Args:
            number: The number that it was sent to.
            salt: The salt of the code that was compared: a newer one of the number stays.
        """

    def set_pin(self, pin: Pin) -> None:
        """Keep a customer's PIN, in place of an older one. Raises UnknownRecordError."""

    def remove_pin(self, customer_id: int) -> bool:
        """Forget a customer's PIN; whether there was one."""

    def pin(self, customer_id: int) -> Pin | None:
        """A customer's PIN; None for who has none, and for who is restricted."""

    def count_attempt(self, kind: AttemptKind, subject: str, at: datetime) -> int:
        """Note an attempt, and return how many there were within `ATTEMPTS_KEPT` up to `at`.

        This one is among them. Of those that are too old some are removed on the way.

        Args:
            kind: What was tried.
            subject: What is capped: a number, a tracking number, a customer's id.
            at: Now.
        """

    def attempts(self, kind: AttemptKind, subject: str, at: datetime) -> int:
        """How many attempts there were within `ATTEMPTS_KEPT` up to `at`; notes none."""

    def forget_secrets(self, at: datetime) -> int:
        """Remove codes that have expired and attempts that count no longer; how many there were.

        Messages with codes that have expired are wiped. The operations do so on the way, but only
        while somebody calls: a server that runs does this every minute (`agi_server.forgetting`).
        What somebody else is removing at the same moment is neither waited for nor counted.
        """

    def note_survey(self, asked: AskedSurvey) -> None:
        """Keep that a survey was asked, or why not.

        Of a call and survey, `DECLINED` and `COMPLETE` take the place of `ASKED`, whichever is
        written first; of all others the first counts. Raises UnknownRecordError for a call or
        customer who does not exist.
        """

    def last_asked(
        self, survey: str, *, number: str | None, customer_id: int | None, before: datetime
    ) -> datetime | None:
        """When this survey last began to be asked of this number, or of this customer.

        That is `ASKED`, `DECLINED` and `COMPLETE`; trials do not count. None: never before that
        moment, or neither number nor customer is known.
        """

    def surveys_asked(
        self, *, since: datetime, until: datetime, survey: str | None = None
    ) -> Iterator[AskedSurvey]:
        """What became of this survey, or of all, in the calls of a time; no trials.

        The oldest first, read a few hundred at a time, as `Journal.recorded_calls` are.

        Args:
            since: The earliest moment, included.
            until: The first moment that is not included.
            survey: Which; None: all.
        """

    def answers_between(
        self, *, since: datetime, until: datetime, survey: str | None = None
    ) -> Iterator[Answer]:
        """The answers to this survey, or to all, given in a time; as `surveys_asked`."""

    def served_calls(self, *, since: datetime, until: datetime) -> Sequence[ServedCalls]:
        """How many calls were answered from `since` on and before `until`, no trials.

        Counted by the database, by queue, agent and hour; the earliest hour first.
        """
