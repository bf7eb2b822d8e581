"""What tests of the running program share."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crm.importing import import_customers
from crm.records import Case, CaseState, NewCall
from crm.sample import SAMPLE_FILE
from crm.sqlite_store import SqliteStore
from tests.agi_server.service import TRACKING
from tests.conversations.site import RULES


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the sample customers, the shipped rules, and one request."""
    (tmp_path / "rules.yaml").write_bytes(RULES.read_bytes())
    with closing(SqliteStore(tmp_path / "rahyab.db")) as store:
        import_customers(store, SAMPLE_FILE, country="IR")
        at = datetime(2026, 11, 20, tzinfo=UTC)
        store.begin_call(NewCall("old", at, "", "", None, "", None, "fa", None, "r", {}))
        store.open_case(Case(TRACKING, CaseState.WAITING, "x", at, None, "old"), join=False)
    return tmp_path
