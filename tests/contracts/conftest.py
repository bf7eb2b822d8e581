"""Every store that there is, as fixtures: a test here runs against each of them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TypeAlias

import pytest

from crm.memory_store import MemoryDatabase, MemoryStore
from crm.ports import Store
from crm.sqlite_store import SqliteStore

Opener: TypeAlias = Callable[[], Store]


def _memory(_folder: Path) -> Opener:
    database = MemoryDatabase()
    return lambda: MemoryStore(database)


def _sqlite(folder: Path) -> Opener:
    return lambda: SqliteStore(folder / "store.db")


@pytest.fixture(params=[_memory, _sqlite], ids=["memory", "sqlite"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """Opens one more connection to the test's own database, in the thread that calls it."""
    opener: Opener = request.param(tmp_path)
    return opener


@pytest.fixture
def opened(open_store: Opener) -> Iterator[Opener]:
    """The same, for this thread, and closed at the end of the test."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(closing(open_store()))


@pytest.fixture
def store(opened: Opener) -> Store:
    """A store with nothing in it."""
    return opened()
