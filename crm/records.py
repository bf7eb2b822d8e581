"""The rows that the stores hand out and take in. All times are aware, and in UTC in the store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from crm.asking_records import AskedSurvey, OutboxMessage

LEAD_SCORES: Final = range(101)
"""How likely a sale is, in per cent, as the site's own books reckon it."""

MOST_GRACE_DAYS: Final = 3650
"""Days that a contract may be honoured after its end; more is a slip of whoever wrote it."""


@dataclass(frozen=True, slots=True)
class ContractRecord:
    """A support contract; `starts` and `ends` are both included."""

    level: str
    starts: date
    ends: date
    grace_days: int = 0


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer with everything that is asked for at call time.

    `id` is None until the store has given one. `reference` is the customer's id in the site's own
    books, unique if given: importing the same reference again changes the customer. `numbers` are
    E.164, the first is the one to call. `lead_score` is one of `LEAD_SCORES`, or None where nobody
    has reckoned it. `preferences` are the site's own words by name (`channel`: `sms`).
    `external_ids` are the customer's ids in other systems, by the system's name (`vtiger`:
    `12x34`); (system, id) is unique.

    Raises:
        ValueError: The lead score is none.
    """

    name: str
    reference: str | None = None
    language: str | None = None
    segment: str | None = None
    numbers: tuple[str, ...] = ()
    contracts: tuple[ContractRecord, ...] = ()
    id: int | None = None
    lead_score: int | None = None
    address: str | None = None
    notes: str | None = None
    preferences: Mapping[str, str] = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.lead_score is not None and self.lead_score not in LEAD_SCORES:
            raise ValueError(
                f"The lead score {self.lead_score} of {self.name!r} is not between"
                f" {LEAD_SCORES[0]} and {LEAD_SCORES[-1]}"
            )


@dataclass(frozen=True, slots=True)
class CallerMatch:
    """A customer found by number. What trial calls did is not counted.

    Attributes:
        customer: Who it is.
        open_cases: How many of their requests are open.
        oldest_open_case: When the oldest of these was opened; None if there is none.
        last_agent: The agent who last spoke with them, as the journal has it; None if nobody did.
    """

    customer: Customer
    open_cases: int
    oldest_open_case: datetime | None
    last_agent: str | None


@dataclass(frozen=True, slots=True)
class CallerRecord:
    """What the store knows of a number: whose it is, in order of their ids, and if it is blocked.

    More than one match means that the caller is ambiguous. Restricted customers are no matches, but
    `restricted` tells that one has the number: nobody else may be asked about them either.
    """

    matches: tuple[CallerMatch, ...]
    blocked: bool
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class BlockedNumber:
    """A number (E.164) that the site does not want to hear from, since when and why.

    The number is unique.
    """

    number: str
    since: datetime
    reason: str


class CaseState(StrEnum):
    """How a request stands (ITIL incident states)."""

    NEW = "new"
    IN_PROGRESS = "in-progress"
    WAITING = "waiting"
    """For something from the customer."""
    RESOLVED = "resolved"
    CLOSED = "closed"


OPEN_STATES: Final = frozenset({CaseState.NEW, CaseState.IN_PROGRESS, CaseState.WAITING})
"""The states of a request that somebody still works on or waits for."""


@dataclass(frozen=True, slots=True)
class Case:
    """A request, found again by its tracking number.

    `call_id` is the call that opened it; None when a person did. `number` is who called then
    (E.164), None when it was withheld.
    """

    tracking: str
    state: CaseState
    subject: str
    opened_at: datetime
    customer_id: int | None
    call_id: str | None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class CaseNote:
    """One line of a case's history: what somebody wrote, or how the case stands since then.

    Attributes:
        tracking: The case's number.
        at: When.
        by: Who: an agent, an administrator, or `caller`.
        state: How the case stands from now on; None where that stays as it was.
        text: What there is to say; may be empty where `state` is given.
    """

    tracking: str
    at: datetime
    by: str
    state: CaseState | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with its history, its calls, and what was recorded for it; each the oldest first."""

    case: Case
    notes: tuple[CaseNote, ...]
    calls: tuple["Call", ...]
    recordings: tuple["Recording", ...]


class CallbackState(StrEnum):
    """How a request to be called back stands."""

    OPEN = "open"
    """Somebody is still to call."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Callback:
    """A caller's wish to be called back. `call_id` is unique; other calls may have joined it.

    Attributes:
        call_id: The call that asked first.
        number: Where to call: the caller's own, or as they keyed it in.
        asked_at: When this was asked.
        customer_id: Whom to call; None where nobody knows.
        queue: The one that they would have waited in, None if there was none.
        language: In which they asked.
        state: How it stands.
        since: When they first began to wait: the place in the queue that they keep; None:
            `asked_at`.
        earliest: Not to be called before; None: as soon as possible.
        latest: Not to be called after; None: any time.
    """

    call_id: str
    number: str
    asked_at: datetime
    customer_id: int | None
    queue: str | None
    language: str
    state: CallbackState = CallbackState.OPEN
    since: datetime | None = None
    earliest: datetime | None = None
    latest: datetime | None = None


class Outcome(StrEnum):
    """How a call ended, for the person who reads the journal."""

    IN_PROGRESS = "in-progress"
    """Not ended yet, or its end was never reported."""
    ANSWERED = "answered"
    """An agent spoke with the caller."""
    ABANDONED = "abandoned"
    """The caller left while waiting in a queue."""
    LEFT_IN_MENU = "left-in-menu"
    """The caller hung up before reaching a queue or another end, also on the way to the queue."""
    VOICEMAIL = "voicemail"
    """The caller left a message."""
    SELF_SERVED = "self-served"
    """The caller heard what they wanted and the call was ended by us."""
    REACHED_QUEUE = "reached-queue"
    """A trial call, which does not wait in the queue that it reached."""
    TRANSFERRED = "transferred"
    """Sent to an extension of the site, or to a number outside."""
    CALLBACK = "callback"
    """The caller asked to be called back."""
    NOT_ANSWERED = "not-answered"
    """No agent took the call and the caller reached the end of the rules."""
    FELL_BACK = "fell-back"
    """The server failed in mid-call and the static fallback queue took it."""


class Disposition(StrEnum):
    """How a visit to a queue ended; `attempts = entered + blocked` (docs/queues.md).

    The names are Wazo's and Asterisk's, so that reports of both can be laid beside ours.
    """

    IN_PROGRESS = "in-progress"
    """The caller waits, or speaks with an agent."""
    ANSWERED = "answered"
    """An agent spoke with the caller."""
    ABANDONED = "abandoned"
    """The caller hung up while waiting."""
    EXIT_KEY = "exit-key"
    """The caller left by a key of the queue."""
    TIMEOUT = "timeout"
    """The longest wait was over."""
    LEAVE_EMPTY = "leave-empty"
    """Nobody was there any more."""
    WITHDRAWN = "withdrawn"
    """Somebody else took the caller out."""
    AGENT_DUMP = "agent-dump"
    """The agent did not take the call that was announced to them."""
    INCOMPATIBLE = "incompatible"
    """The two telephones had no codec in common."""
    UNKNOWN = "unknown"
    """Nobody told: the end was never reported."""
    FULL = "full"
    """Blocked: as many waited as may."""
    JOIN_EMPTY = "join-empty"
    """Blocked: nobody was there."""
    CLOSED = "closed"
    """Blocked: outside the queue's hours."""
    DIVERTED_RATIO = "diverted-ratio"
    """Blocked: too many waited for each agent who was there."""
    DIVERTED_WAIT = "diverted-wait"
    """Blocked: the wait would likely have been too long."""
    NOT_ENTERED = "not-entered"
    """No attempt: the caller hung up on the way to the queue, before Asterisk had them in it; or
    Asterisk has no such queue."""

    @property
    def is_blocked(self) -> bool:
        """Whether the caller was not let in at all."""
        return self in _BLOCKED

    @property
    def is_entered(self) -> bool:
        """Whether the caller came into the queue."""
        return not self.is_blocked and self is not Disposition.NOT_ENTERED


_BLOCKED: Final = frozenset(
    {
        Disposition.FULL,
        Disposition.JOIN_EMPTY,
        Disposition.CLOSED,
        Disposition.DIVERTED_RATIO,
        Disposition.DIVERTED_WAIT,
    }
)


@dataclass(frozen=True, slots=True)
class QueueVisit:
    """A caller's visit to a queue, or the attempt at one. (call, number) is unique.

    Attributes:
        call_id: The call.
        number: Grows from visit to visit of a call.
        queue: The queue of the rules; None where they do not have it any more.
        language: The caller's.
        asterisk_queue: Where Asterisk had the caller.
        entered_at: When the caller came.
        waiting_since: When the caller first began to wait for an agent in this call: the place
            among others counts from then.
        priority: The caller's place among others: higher goes first.
        disposition: How it ended, or that it goes on.
        left_at: When the caller left; None while the visit goes on.
        agent: Who answered, if anybody did.
        answered_at: When.
        key: By which the caller left, if by one.
    """

    call_id: str
    number: int
    queue: str | None
    language: str
    asterisk_queue: str
    entered_at: datetime
    waiting_since: datetime
    priority: int = 0
    disposition: Disposition = Disposition.IN_PROGRESS
    left_at: datetime | None = None
    agent: str | None = None
    answered_at: datetime | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class NewCall:
    """What is known when a call begins. `trial` marks calls made by `rahyab try`."""

    id: str
    started_at: datetime
    caller_as_sent: str
    name_as_sent: str
    caller: str | None
    dialled: str
    source: str | None
    language: str
    customer_id: int | None
    revision: str
    facts: Mapping[str, Any]
    trial: bool = False


@dataclass(frozen=True, slots=True)
class CallChange:
    """What a later request learned of a call; None leaves the stored value as it is.

    Requests of one call may be written in another order than they came (a spool is written late):
    `visit` is the how-manieth request of the call it was, and what a later one has said stands.
    """

    visit: int = 0

    language: str | None = None
    queue: str | None = None
    agent: str | None = None
    queued_at: datetime | None = None
    answered_at: datetime | None = None
    left_queue_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    stage: str | None = None
    """Where the caller was last seen: `menu welcome`, `queue support`, `survey satisfaction`."""
    state: Mapping[str, Any] | None = None
    """What the next request of the same call needs."""


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One line of a call's timeline. (call, visit, sequence) is unique: writing twice is once."""

    call_id: str
    visit: int
    sequence: int
    at: datetime
    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a survey. (call, survey, question) is unique."""

    call_id: str
    survey: str
    question: str
    value: str
    given_at: datetime
    agent: str | None
    queue: str | None
    tracking: str | None
    revision: str


class MessageState(StrEnum):
    """How a recorded message stands."""

    NEW = "new"
    """Nobody has listened to it."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Recording:
    """A recorded message; `path` is as Asterisk sees it. (call, mailbox) is unique.

    `mailbox` is a mailbox's id, or a place of another kind, which no id looks like: `case <number>`
    for a voice note to a request, `survey <id>/<question>` for a spoken answer. Of several that one
    call has left at one place, the second is kept under `support (2)`, and so on.
    """

    call_id: str
    mailbox: str
    path: str
    seconds: float
    recorded_at: datetime
    customer_id: int | None
    state: MessageState = MessageState.NEW
    tracking: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call as the journal has it."""

    id: str
    started_at: datetime
    caller_as_sent: str
    name_as_sent: str
    caller: str | None
    dialled: str
    source: str | None
    language: str
    customer_id: int | None
    customer_name: str | None
    revision: str
    facts: Mapping[str, Any]
    trial: bool
    queue: str | None
    agent: str | None
    queued_at: datetime | None
    answered_at: datetime | None
    left_queue_at: datetime | None
    ended_at: datetime | None
    outcome: Outcome
    stage: str | None
    state: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """What can be decided anew of a past call: its facts, and the wanted kinds of events."""

    id: str
    started_at: datetime
    revision: str
    facts: Mapping[str, Any]
    events: tuple[TimelineEvent, ...]


@dataclass(frozen=True, slots=True)
class Revision:
    """The rules as they once were. `name` is the hash of the text; nothing of a person is in it."""

    name: str
    bundle: str
    """All the text, as `routing.rules_text.RulesText.bundled` writes it."""
    loaded_at: datetime
    """When these rules last came into force."""


@dataclass(frozen=True, slots=True)
class LoadedRevision:
    """A revision without its text, for lists."""

    name: str
    loaded_at: datetime


@dataclass(frozen=True, slots=True)
class CallStory:
    """One call with all that hangs on it."""

    call: Call
    timeline: tuple[TimelineEvent, ...]
    cases: tuple[Case, ...]
    answers: tuple[Answer, ...]
    recordings: tuple[Recording, ...]
    callback: Callback | None
    """The wish to be called back that the call belongs to, which may be another call's."""
    surveys: tuple[AskedSurvey, ...] = ()
    messages: tuple[OutboxMessage, ...] = ()
    queue_visits: tuple[QueueVisit, ...] = ()
