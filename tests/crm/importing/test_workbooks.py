"""Workbooks: what their cells mean, and what is refused."""

import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from crm.importing import CustomerFileError, ImportReport, Plan, import_customers, workbooks
from crm.importing.mapping import load_mapping
from crm.records import ContractRecord
from crm.sqlite_store import SqliteStore

COLUMNS = (
    "reference", "name", "language", "segment", "phones", "contract_level", "contract_from",
    "contract_until", "grace_days",
)  # fmt: skip


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows into a workbook."""

    def write(*rows: Sequence[object], title: str = "Sheet") -> Path:
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = title
        for row in rows:
            sheet.append(row)
        path = tmp_path / "customers.xlsx"
        book.save(path)
        return path

    return write


def bring_in(store: SqliteStore, path: Path, mapping: str = "") -> ImportReport:
    """Import a workbook."""
    read = load_mapping(mapping, "mapping.yaml") if mapping else None
    return import_customers(store, path, country="IR", plan=Plan(read))


def test_cells_become_customers(store: SqliteStore, workbook: Callable[..., Path]) -> None:
    """Numbers without their zero, real dates, and rows that end early."""
    path = workbook(
        COLUMNS,
        (
            1001,
            "سارا",
            "fa",
            "gold",
            9121234567,
            "gold",
            date(2025, 1, 1),
            datetime(2030, 12, 31),  # noqa: DTZ001  cells have no zone
            14.0,
        ),
        ("C-2", "رضا"),
        (None,) * 9,
    )
    report = bring_in(store, path)
    assert (report.counts.added, report.rejected) == (2, 0)
    assert report.described == "workbook, sheet Sheet"
    sara = store.find_customer("1001")
    assert sara is not None
    assert sara.numbers == ("+989121234567",)
    assert sara.contracts == (ContractRecord("gold", date(2025, 1, 1), date(2030, 12, 31), 14),)


def test_a_header_may_stand_below_titles(store: SqliteStore, workbook: Callable[..., Path]) -> None:
    """And formatted but empty columns may follow it."""
    path = workbook(("report",), (), ("کد", "نام", None, None), ("1", "سارا"), title="مشتریان")
    mapping = "version: 1\nheader_line: 3\nsheet: مشتریان\ncolumns: {reference: کد, name: نام}\n"
    assert bring_in(store, path, mapping).counts.added == 1
    assert store.find_customer("1") is not None


def test_a_formula_without_a_result_is_rejected(
    store: SqliteStore, workbook: Callable[..., Path]
) -> None:
    """It would pass for an empty cell, and an empty cell erases."""
    path = workbook(COLUMNS, ("C-1", "Sara", "=1+1"), ("C-2", "Reza"))
    report = bring_in(store, path)
    assert report.counts.added == 1
    assert "formula" in report.reasons[0][1]


def test_an_error_in_a_cell_is_rejected(store: SqliteStore, workbook: Callable[..., Path]) -> None:
    """`#N/A` is nobody's segment."""
    path = workbook(COLUMNS, ("C-1", "Sara", None, "#N/A"))
    assert "error #N/A" in bring_in(store, path).reasons[0][1]


def test_rejected_rows_go_to_a_csv_file(store: SqliteStore, workbook: Callable[..., Path]) -> None:
    """Which is imported in turn once it is mended; a date of theirs is understood."""
    path = workbook(
        COLUMNS, ("C-1", "سارا", "persian", None, 912, "gold", date(2025, 1, 1), date(2026, 1, 1))
    )
    report = bring_in(store, path)
    assert report.rejected_file == path.with_name("customers.rejected.csv")
    text = report.rejected_file.read_text(encoding="utf-8-sig")
    report.rejected_file.write_text(
        text.replace("persian", "fa").replace(",912,", ",,"), encoding="utf-8"
    )
    assert bring_in(store, report.rejected_file).counts.added == 1


def rewritten(path: Path, name: str, content: bytes) -> Path:
    """The same workbook with another part in it."""
    with zipfile.ZipFile(path) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    parts[name] = content
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, what in parts.items():
            archive.writestr(part, what)
    return path


@pytest.mark.parametrize(
    ("part", "limit"),
    [("xl/sharedStrings.xml", "LARGEST_TEXTS"), ("xl/styles.xml", "LARGEST_PART")],
)
def test_what_unpacks_to_far_too_much_is_refused(
    store: SqliteStore, workbook: Callable[..., Path], part: str, limit: str
) -> None:
    """By the size it declares, before anything is unpacked."""
    path = rewritten(workbook(COLUMNS), part, bytes(getattr(workbooks, limit) + 1))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(CustomerFileError, match=f"{part} in it unpacks to"):
        bring_in(store, path)


def test_a_document_type_is_refused(store: SqliteStore, workbook: Callable[..., Path]) -> None:
    """Entities that grow without end are declared there."""
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    path = rewritten(workbook(COLUMNS), "xl/workbook.xml", bomb)
    with pytest.raises(CustomerFileError, match="document type"):
        bring_in(store, path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04 and nothing else", "is no workbook, or is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "XLS"),
    ],
)
def test_what_is_no_workbook_is_told(
    store: SqliteStore, tmp_path: Path, content: bytes, message: str
) -> None:
    """In a sentence that says what to do."""
    path = tmp_path / "customers.xlsx"
    path.write_bytes(content)
    with pytest.raises(CustomerFileError, match=message):
        bring_in(store, path)


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"]
)
def test_a_damaged_workbook_is_told(
    store: SqliteStore, workbook: Callable[..., Path], part: str
) -> None:
    """Whichever part of it is damaged."""
    path = rewritten(workbook(COLUMNS, ("C-1", "Sara")), part, b"<broken")
    with pytest.raises(CustomerFileError, match=r"customers\.xlsx"):
        bring_in(store, path)


def test_a_sheet_that_is_not_there_is_told(
    store: SqliteStore, workbook: Callable[..., Path]
) -> None:
    """With those that are."""
    path = workbook(COLUMNS, title="Customers")
    with pytest.raises(CustomerFileError, match="has no sheet 'Leads': it has Customers"):
        bring_in(
            store, path, "version: 1\nsheet: Leads\ncolumns: {reference: reference, name: name}\n"
        )
