"""What holds for every test."""

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

from crm.postgres_store import PostgresStore
from tests.postgres import PostgresServer, postgres_server

# How long one example may take depends on how busy the machine is: no test is about that.
settings.register_profile("unhurried", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=12)
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """A command that sets up the process's log does so for its own test only."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a PostgreSQL server waits for whole processes."""
    for item in items:
        if "postgres" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for every test that does not stop it, with our tables as a template."""
    with postgres_server() as server:
        PostgresStore(server.new_database("template")).close()
        yield server


@pytest.fixture
def postgres_database(postgres: PostgresServer) -> str:
    """The address of a database with our tables and nothing in them."""
    return postgres.emptied("test", template="template")
