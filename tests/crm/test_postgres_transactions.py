"""Transactions on PostgreSQL that are lost before their end are never taken for done."""

from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime

import psycopg
import pytest

from crm.ports import StoreError, StoreUnavailableError
from crm.postgres_store import PostgresStore
from crm.records import BlockedNumber

AT = datetime(2026, 3, 21, tzinfo=UTC)
BLOCKED = BlockedNumber("+989121234567", AT, "abuse")


@pytest.fixture
def store(postgres_database: str) -> Iterator[PostgresStore]:
    """A store with nothing in it."""
    with closing(PostgresStore(postgres_database)) as store:
        yield store


def end_sessions(address: str) -> None:
    """End the sessions of stores with the database, as the server's death does."""
    with psycopg.connect(address, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'rahyab'"
        )


def block_and_lose(store: PostgresStore, address: str) -> None:
    """Do two things in one transaction; the connection is lost between them."""
    with store.transaction():
        store.block_number(BLOCKED)
        end_sessions(address)
        with suppress(StoreError), store.transaction():
            store.count_calls(AT)


def block_and_fail(store: PostgresStore) -> None:
    """Do two things in one transaction; the second is an error, without a savepoint before it."""
    with store.transaction():
        store.block_number(BLOCKED)
        with suppress(StoreError):
            store._read("SELECT nothing FROM nowhere", ())  # no operation fails in this way


def test_a_connection_lost_in_mid_transaction_is_told(
    store: PostgresStore, postgres_database: str
) -> None:
    """Also where whoever does several things passes over the error of one of them."""
    with pytest.raises(StoreUnavailableError):
        block_and_lose(store, postgres_database)

    assert store.blocked_numbers() == []


def test_a_transaction_that_the_server_gave_up_is_told(store: PostgresStore) -> None:
    """It answers COMMIT with a rollback then, and calls that no error."""
    with pytest.raises(StoreUnavailableError):
        block_and_fail(store)

    assert store.blocked_numbers() == []


def test_what_was_done_before_the_loss_is_done_again(
    store: PostgresStore, postgres_database: str
) -> None:
    """The next transaction has a connection of its own."""
    end_sessions(postgres_database)
    with suppress(StoreError):
        store.block_number(BLOCKED)
    store.block_number(BLOCKED)

    assert store.blocked_numbers() == [BLOCKED]
