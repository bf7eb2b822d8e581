"""Every store that there is, as fixtures: a test here runs against each of them. And records."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeAlias

import pytest

from crm.memory_store import MemoryDatabase, MemoryStore
from crm.ports import Store
from crm.postgres_store import PostgresStore
from crm.records import (
    Answer,
    Case,
    CaseState,
    ContractRecord,
    Customer,
    NewCall,
    Recording,
    TimelineEvent,
)
from crm.sqlite_store import SqliteStore

Opener: TypeAlias = Callable[[], Store]

AT = datetime(2026, 3, 21, 8, 30, 0, 123456, tzinfo=UTC)


def _memory(_folder: Path) -> Opener:
    database = MemoryDatabase()
    return lambda: MemoryStore(database)


def _sqlite(folder: Path) -> Opener:
    return lambda: SqliteStore(folder / "store.db")


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """Opens one more connection to the test's own database, in the thread that calls it."""
    match request.param:
        case "memory":
            return _memory(tmp_path)
        case "sqlite":
            return _sqlite(tmp_path)
        case _:
            address: str = request.getfixturevalue("postgres_database")
            return lambda: PostgresStore(address)


@pytest.fixture
def opened(open_store: Opener) -> Iterator[Opener]:
    """The same, for this thread, and closed at the end of the test."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(closing(open_store()))


@pytest.fixture
def store(opened: Opener) -> Store:
    """A store with nothing in it."""
    return opened()


@pytest.fixture
def put(store: Store) -> Callable[..., tuple[int, ...]]:
    """Puts customers that have references, and returns their ids."""

    def put_all(*customers: Customer) -> tuple[int, ...]:
        store.put_customers(customers)
        stored = [store.find_customer(customer.reference or "") for customer in customers]
        return tuple(customer.id or 0 for customer in stored if customer is not None)

    return put_all


@pytest.fixture
def sara() -> Customer:
    """A customer with everything."""
    return Customer(
        name="سارا احمدی",
        reference="C-1",
        language="fa",
        segment="gold",
        numbers=("+989121234567", "+982188880000"),
        contracts=(ContractRecord("gold", date(2025, 1, 1), date(2030, 12, 31), 14),),
    )


@pytest.fixture
def janis() -> Customer:
    """A customer with little."""
    return Customer(name="Jānis Bērziņš", reference="C-2", language="en", numbers=("+37120000001",))


@pytest.fixture
def call() -> NewCall:
    """A call of nobody's, `call-1`."""
    return NewCall(
        id="call-1",
        started_at=AT,
        caller_as_sent="09121234567",
        name_as_sent="Sara",
        caller="+989121234567",
        dialled="+982191000000",
        source="website",
        language="fa",
        customer_id=None,
        revision="r1",
        facts={"customer": {"status": "known"}, "keys": ["1"]},
    )


@pytest.fixture
def case() -> Case:
    """A case of `call-1`."""
    return Case("123456789", CaseState.NEW, "support", AT, None, "call-1")


@pytest.fixture
def event() -> TimelineEvent:
    """The first event of `call-1`."""
    return TimelineEvent("call-1", 1, 1, AT, "played", {"prompt": "welcome"})


@pytest.fixture
def answer() -> Answer:
    """An answer given in `call-1`."""
    return Answer("call-1", "satisfaction", "mark", "10", AT, "ali", "support", None, "r1")


@pytest.fixture
def recording() -> Recording:
    """A message left in `call-1`."""
    return Recording("call-1", "main", "/var/spool/m1.wav", 12.5, AT, None)
