"""Customer files of any content: imported line by line, or refused in a sentence."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from crm.importing import CustomerFileError, import_customers
from crm.importing.columns import COLUMNS, bound, own_mapping
from crm.importing.judging import LineReader
from crm.importing.values import LineError
from crm.memory_store import MemoryStore

HEADER = ",".join(COLUMNS)
SHAPE = own_mapping(COLUMNS)
READER = LineReader(bound(SHAPE.columns, COLUMNS), SHAPE, "IR")

fields = st.sampled_from(
    ["", "C-1", "C-2", "Sara", "fa", "+989121234567", "0912;12", "2026-01-01", "2025-01-01", "7"]
) | st.text(max_size=30)
lines = st.lists(fields, min_size=7, max_size=11).map(",".join)


def imported(content: bytes) -> tuple[int, int, int]:
    """How many customers are there afterwards, were counted, and were rejected."""
    store = MemoryStore()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.csv"
        path.write_bytes(content)
        report = import_customers(store, path, country="IR")
        assert (report.rejected_file is not None) == (report.rejected > 0)
    return len(store.customers(limit=10_000)), report.counts.added, report.rejected


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_imported_or_refused(content: bytes) -> None:
    """There is no third way out."""
    refusal = None
    try:
        imported(content)
    except CustomerFileError as error:
        refusal = str(error)
    assert refusal is None or "customers.csv" in refusal


@given(st.lists(lines, max_size=20))
def test_every_line_is_a_customer_or_rejected(written: list[str]) -> None:
    """None is lost, none counts twice."""
    content = "\n".join([HEADER, *written]).encode()
    there, added, rejected = imported(content)
    kept = [line for line in content.decode().split("\n")[1:] if line.rstrip("\r").strip(", \t")]
    assert there == added
    assert added + rejected == len(kept)


def reason_against(line: str) -> str | None:
    """Why the line is no customer; None if it is one, who then has a reference and a name."""
    try:
        customer = READER.judge(line.split(",")).customer
    except LineError as error:
        return str(error)
    assert customer.reference
    assert customer.name
    return None


@given(st.text() | lines)
def test_any_line_is_a_customer_or_has_a_reason(line: str) -> None:
    """The reason is never empty."""
    assert reason_against(line) != ""
