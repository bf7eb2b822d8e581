"""Facts to the journal and back: the same decision can be made again."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from routing.facts import Caller, Contract, CustomerFacts, CustomerStatus, Facts
from routing.facts_data import facts_from_data, facts_to_data
from tests.sample import FACTS

CONTRACTS = (Contract("gold", date(2026, 1, 1), date(2026, 12, 31), 14),)


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
        replace(FACTS, at=datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=-3)))),
        replace(FACTS, at=datetime(2026, 1, 1, 12, 30, 5, 123456, tzinfo=UTC)),
    ],
    ids=["plain", "unavailable", "contracts", "hostile", "offset", "utc"],
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
