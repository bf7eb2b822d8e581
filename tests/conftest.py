"""What holds for every test."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

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


LONG_IN_SUM: Final = (
    "agi_server/test_answers_report_command.py",
    "agi_server/test_cli_customers.py",
    "agi_server/test_customers_by_hand.py",
    "agi_server/test_dialplan_install.py",
    "agi_server/test_listing_commands.py",
    "agi_server/test_prompts_command.py",
    "agi_server/test_recordings_import.py",
    "conversations/test_agi_sessions.py",
    "conversations/test_callbacks.py",
    "conversations/test_entries.py",
    "conversations/test_keys.py",
    "conversations/test_messages.py",
    "conversations/test_mounted_scripts.py",
    "conversations/test_proof.py",
    "conversations/test_queue_facts.py",
    "conversations/test_queueing.py",
    "conversations/test_surveys.py",
    "conversations/test_tracking.py",
    "crm/importing/",
    "crm/links/",
    "crm/test_importing.py",
    "crm/test_old_databases.py",
    "crm/test_postgres_store.py",
    "crm/test_sqlite_backup.py",
    "docs/test_documented_installing.py",
)
"""Modules and folders whose tests are short, and too many for a minute: what they hold on a socket
or on a disk is held in the head by others, which `./test quick` runs."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a PostgreSQL server waits for whole processes; some modules are long in sum."""
    here = Path(__file__).parent
    for item in items:
        needs_postgres = "postgres" in getattr(item, "fixturenames", ())
        if needs_postgres or item.path.relative_to(here).as_posix().startswith(LONG_IN_SUM):
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
