"""The customers, calls and cases of a large site, the same ones every time, as rows to be stored.

Customers have one to three numbers each, two on average. One in fifty has called, four times, and
some busy ones ten thousand times. Some numbers belong to two customers, and one, a switchboard's,
to a thousand. What calls say was said by the rules that we ship.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, islice
from typing import Any, Final

from crm import sql_rows as rows
from crm.encoding import stored_date, stored_json, stored_time
from crm.records import (
    Case,
    CaseState,
    ContractRecord,
    Customer,
    NewCall,
    Outcome,
    TimelineEvent,
)
from crm.sql_session import Row
from ivr.rulebook import Rulebook
from replay_bench import KEYS, calls, events
from routing.facts_data import facts_to_data

BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
CALLS_OF_THE_BUSY: Final = 10_000
BUSY: Final = 10
CALLS_EACH: Final = 4
EVERY_SO_MANY_SHARE: Final = 500
"""Of so many customers, one has a number that another one has too."""
SWITCHBOARD: Final = "+982188888888"
AT_THE_SWITCHBOARD: Final = 1_000
OPEN_OF: Final = 4
"""Of so many cases, one is open; of a busy customer's, one of a hundred."""
CASE_OF: Final = 3
"""Of so many calls, one opens a case."""

_PRIME: Final = 999_999_937
"""Below a thousand million: counts times another number, modulo this, are all different."""
_SPREAD: Final = 736_878_787
_NAMES: Final = (
    "رضا کریمی", "Sara Ahmadi", "شرکت بازرگانی پارس", "Jānis Bērziņš", "Ali Rezaei & Sons",
    "مریم حسینی‌پور", "Baltic Freight SIA", "Nader Mohammadi",
)  # fmt: skip
_SEGMENTS: Final = (None, "bronze", "silver", "gold")
_LEVELS: Final = ("basic", "standard", "full")
_SUBJECTS: Final = ("support", "billing", "repair")


def number(place: int) -> str:
    """The so-manieth number: in no order, as people's numbers come, and never the same twice."""
    return f"+989{place * _SPREAD % _PRIME:09d}"


@dataclass(frozen=True, slots=True)
class Said:
    """What the rules say of one kind of call: facts, and the events with their data."""

    facts: dict[str, Any]
    events: tuple[tuple[str, dict[str, Any]], ...]

    @classmethod
    def by(cls, book: Rulebook) -> "Sequence[Said]":
        """One for each kind of caller and keys that the benchmark of replaying has."""
        drawn = zip(calls(16), cycle(KEYS), strict=False)
        return [cls(facts_to_data(facts), tuple(events(book, facts, key))) for facts, key in drawn]


@dataclass(frozen=True, slots=True)
class Site:
    """All that is stored, for so many phone numbers."""

    numbers: int
    said: Sequence[Said]

    @property
    def customers(self) -> int:
        """How many there are; their ids count from 1."""
        return self.numbers // 2

    @property
    def busy_calls(self) -> int:
        """How many calls one busy customer has made: fewer on a small site, for a try."""
        return min(CALLS_OF_THE_BUSY, self.numbers // 50)

    @property
    def usual_calls(self) -> int:
        """How many calls all others have made."""
        return self.numbers // 25

    @property
    def calls(self) -> int:
        """How many calls there are."""
        return self.usual_calls + self.busy_calls * BUSY

    def numbers_of(self, customer_id: int) -> range:
        """The places of a customer's numbers: one, two or three."""
        triples, rest = divmod(customer_id - 1, 3)
        first = 6 * triples + (0, 1, 3)[rest]
        return range(first, first + rest + 1)

    def caller_of(self, call: int) -> int:
        """The customer who made the so-manieth call; all of the busy ones' come first."""
        if call < self.busy_calls * BUSY:
            return 1 + call % BUSY
        return BUSY + 1 + (call // CALLS_EACH) * _SPREAD % (self.customers - BUSY)

    def called_from(self, call: int) -> str:
        """The number that the so-manieth call came from."""
        return number(self.numbers_of(self.caller_of(call))[0])

    def customer(self, customer_id: int) -> Customer:
        """One of them."""
        return Customer(
            name=f"{_NAMES[customer_id % len(_NAMES)]} {customer_id}",
            reference=f"C-{customer_id:08d}",
            language=("fa", "en", None)[customer_id % 3],
            segment=_SEGMENTS[customer_id % len(_SEGMENTS)],
            numbers=tuple(number(place) for place in self.numbers_of(customer_id)),
            contracts=(self.contract(customer_id),),
            lead_score=None if customer_id % 2 else customer_id % 101,
            address=f"No. {customer_id % 300}, Vali-e-Asr St., Tehran 19{customer_id % 9999:04d}",
            preferences={"channel": "sms"} if customer_id % 7 == 0 else {},
        )

    def contract(self, customer_id: int) -> ContractRecord:
        """Theirs: everybody has one."""
        starts = date(2025, 1, 1) + timedelta(days=customer_id % 700)
        return ContractRecord(_LEVELS[customer_id % 3], starts, starts + timedelta(days=730))

    def customer_rows(self) -> Iterator[Row]:
        """Id, and what `rows.customer_row` has."""
        for customer_id in range(1, self.customers + 1):
            yield customer_id, *rows.customer_row(self.customer(customer_id))

    def number_rows(self) -> Iterator[Row]:
        """Number, customer, position; those that are shared come last."""
        for customer_id in range(1, self.customers + 1):
            for position, place in enumerate(self.numbers_of(customer_id)):
                yield number(place), customer_id, position
        for customer_id in self.sharing():
            yield self.shared_by(customer_id), customer_id, 9
        for customer_id in range(BUSY + 1, 1 + min(AT_THE_SWITCHBOARD, self.customers)):
            yield SWITCHBOARD, customer_id, 10

    def sharing(self) -> range:
        """The customers who have a number that another one has too."""
        return range(EVERY_SO_MANY_SHARE, self.customers + 1, EVERY_SO_MANY_SHARE)

    def shared_by(self, customer_id: int) -> str:
        """The number that such a customer shares with the one before."""
        return number(self.numbers_of(customer_id - 1)[0])

    def contract_rows(self) -> Iterator[Row]:
        """What `rows.contract_rows` has."""
        for customer_id in range(1, self.customers + 1):
            contract = self.contract(customer_id)
            ends = stored_date(contract.ends)
            yield customer_id, contract.level, stored_date(contract.starts), ends, 0

    def call_id(self, call: int) -> str:
        """As the server makes them."""
        return f"{int(self.began(call).timestamp())}.{call}-1"

    def began(self, call: int) -> datetime:
        """Calls come in evenly over 300 days."""
        return BEGIN + timedelta(days=300) * call / self.calls

    def call_rows(self) -> Iterator[Row]:
        """What `rows.new_call_row` has, then queue, agent, the times, outcome and stage."""
        for call in range(self.calls):
            began, customer_id = self.began(call), self.caller_of(call)
            said = self.said[call % len(self.said)]
            answered = call % 3 > 0
            talk = (
                "support",
                f"agent-{call % 97}" if answered else None,
                stored_time(began + timedelta(seconds=20)),
                stored_time(began + timedelta(seconds=60)) if answered else None,
                stored_time(began + timedelta(seconds=60)),
                stored_time(began + timedelta(seconds=300)),
                str(Outcome.ANSWERED if answered else Outcome.ABANDONED),
                "queue support",
            )
            new = new_call(self.call_id(call), began, customer_id, self.called_from(call), said)
            yield *rows.new_call_row(new), *talk

    def event_rows(self) -> Iterator[Row]:
        """What `rows.timeline_row` has."""
        told = [[(kind, stored_json(data)) for kind, data in each.events] for each in self.said]
        for call in range(self.calls):
            call_id, at = self.call_id(call), stored_time(self.began(call))
            for sequence, event in enumerate(told[call % len(told)]):
                yield call_id, 1, sequence, at, *event

    def case_rows(self, tracking: Sequence[str]) -> Iterator[Row]:
        """What `rows.case_row` has, each with one of these tracking numbers."""
        for each, call in zip(tracking, range(0, self.calls, CASE_OF), strict=False):
            of = OPEN_OF if call >= self.busy_calls * BUSY else OPEN_OF * 25
            state = CaseState.NEW if (call // CASE_OF) % of == 0 else CaseState.CLOSED
            case = Case(
                each,
                state,
                _SUBJECTS[call % len(_SUBJECTS)],
                self.began(call),
                self.caller_of(call),
                self.call_id(call),
                self.called_from(call),
            )
            yield tuple(
                str(value) if isinstance(value, CaseState) else value
                for value in rows.case_row(case)
            )

    def case_call_rows(self, tracking: Sequence[str]) -> Iterator[Row]:
        """Call and case."""
        for each, call in zip(tracking, range(0, self.calls, CASE_OF), strict=False):
            yield self.call_id(call), each

    @property
    def cases(self) -> int:
        """How many there are."""
        return len(range(0, self.calls, CASE_OF))


def new_call(call_id: str, at: datetime, customer_id: int, caller: str, said: Said) -> NewCall:
    """A call of a kind, as it begins."""
    return NewCall(
        id=call_id,
        started_at=at,
        caller_as_sent=caller,
        name_as_sent="",
        caller=caller,
        dialled="+982191000000",
        source="website",
        language="fa",
        customer_id=customer_id,
        revision="0123456789ab",
        facts=said.facts,
    )


def new_events(call_id: str, at: datetime, said: Said) -> tuple[TimelineEvent, ...]:
    """Its timeline: ten events, however many were said."""
    return tuple(
        TimelineEvent(call_id, 1, sequence, at + timedelta(milliseconds=sequence), *event)
        for sequence, event in enumerate(islice(cycle(said.events), 10))
    )
