"""Facts to the journal and back: the same decision can be made again."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from routing.facts import Caller, Contract, CustomerFacts, CustomerStatus, Facts, QueueFacts
from routing.facts_data import facts_from_data, facts_to_data
from routing.sights import SIGHTS, see
from tests.property.policies import ARGUMENTS, VARIABLES, calls
from tests.sample import FACTS, POLICY

ASKED = replace(POLICY, variables=VARIABLES)

CONTRACTS = (Contract("gold", date(2026, 1, 1), date(2026, 12, 31), 14),)

FULL = CustomerFacts(
    CustomerStatus.KNOWN,
    id=1,
    name="Sara",
    language="fa",
    segment="gold",
    contracts=CONTRACTS,
    open_cases=2,
    oldest_open_case=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    lead_score=0,
    last_agent="mina",
    blocked=True,
)
QUEUES = {"support": QueueFacts(0, 75, 3, None), "reception": QueueFacts()}

EARLIER = {
    "call": "1.2-3",
    "at": "2026-11-24T10:00:00+03:30",
    "timezone": "Asia/Tehran",
    "caller": {
        "number_as_sent": "0912 123 4567",
        "name_as_sent": "Sara",
        "number": "+989121234567",
    },
    "dialled": "+982191000000",
    "source": "website",
    "language": "fa",
    "customer": {
        "status": "known",
        "id": 1,
        "name": "Sara",
        "language": "fa",
        "segment": None,
        "contracts": [
            {"level": "gold", "starts": "2026-01-01", "ends": "2026-12-31", "grace_days": 14}
        ],
        "open_cases": 1,
    },
    "keys": ["1", "2"],
}
"""The facts of a call as the journal kept them before there were queues, areas and lead scores."""


def there_and_back(facts: Facts) -> Facts:
    """Through JSON, as the journal stores it."""
    return facts_from_data(json.loads(json.dumps(facts_to_data(facts))))


@pytest.mark.parametrize(
    "facts",
    [
        FACTS,
        replace(FACTS, customer=CustomerFacts(CustomerStatus.UNAVAILABLE), source=None),
        replace(FACTS, customer=replace(FACTS.customer, contracts=CONTRACTS, segment="gold")),
        replace(
            FACTS, caller=Caller('"; ${SHELL(x)}\n', "سارا\x00", None), keyed={"welcome": "1*"}
        ),
        replace(FACTS, customer=FULL, queues=QUEUES, variables={"region": "north"}, proven=True),
        replace(FACTS, at=datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=-3)))),
        replace(FACTS, at=datetime(2026, 1, 1, 12, 30, 5, 123456, tzinfo=UTC)),
    ],
    ids=["plain", "unavailable", "contracts", "hostile", "everything", "offset", "utc"],
)
def test_facts_come_back_as_they_were(facts: Facts) -> None:
    """All of them."""
    assert there_and_back(facts) == facts


@pytest.mark.parametrize("fold", [0, 1])
def test_the_repeated_hour_stays_the_one_it_was(fold: int) -> None:
    """The zone by its name, the moment by its offset."""
    at = datetime(2026, 10, 25, 3, 30, tzinfo=ZoneInfo("Europe/Riga"), fold=fold)
    back = there_and_back(replace(FACTS, at=at)).at
    assert (back.fold, back.utcoffset()) == (fold, at.utcoffset())
    assert back.tzinfo == ZoneInfo("Europe/Riga")


def test_facts_that_were_kept_by_an_earlier_version_are_still_read() -> None:
    """What it did not know is what nobody knows of that call."""
    customer = replace(FACTS.customer, contracts=CONTRACTS, open_cases=1)
    assert facts_from_data(EARLIER) == replace(FACTS, customer=customer)


@given(calls())
def test_the_same_decision_is_made_from_what_the_journal_keeps(facts: Facts) -> None:
    """Every fact is seen alike."""
    back = there_and_back(facts)
    assert back == facts
    for fact in SIGHTS:
        for argument in ARGUMENTS.get(fact, (None,)):
            assert see(ASKED, back, fact, argument) == see(ASKED, facts, fact, argument)
