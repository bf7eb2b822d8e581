"""A store, and files to import into it."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import pytest

from crm.importing import ImportReport, Plan, import_customers
from crm.importing.mapping import load_mapping
from crm.sqlite_store import SqliteStore

Importer: TypeAlias = Callable[..., ImportReport]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """A new database."""
    with closing(SqliteStore(tmp_path / "store.db")) as opened:
        yield opened


@pytest.fixture
def bring_in(store: SqliteStore, tmp_path: Path) -> Importer:
    """Imports text or bytes with a mapping, or without one."""

    def import_file(
        content: str | bytes, mapping: str = "", *, encoding: str | None = None, country: str = "IR"
    ) -> ImportReport:
        path = tmp_path / "customers.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        read = load_mapping(mapping, "mapping.yaml") if mapping else None
        return import_customers(store, path, country=country, plan=Plan(read, encoding))

    return import_file
