"""Customer files: every good line or nothing, and a reason for each bad one."""

import csv
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from crm.importing import (
    PROGRESS_EVERY,
    CustomerFileError,
    ImportReport,
    import_customers,
)
from crm.importing.columns import COLUMNS, OPTIONAL_COLUMNS
from crm.importing.csv_files import LONGEST_LINE
from crm.ports import ImportCounts, StoreUnavailableError
from crm.records import ContractRecord, Customer
from crm.sqlite_store import SqliteStore

HEADER = ",".join(name for name in COLUMNS if name not in OPTIONAL_COLUMNS)
SCORED = ",".join(COLUMNS)
SARA = "C-1,سارا احمدی,fa,gold,0912 123 4567,gold,2025-01-01,2030-12-31,14"
JANIS = "C-2,Jānis Bērziņš,en,,+37120000001,,,,"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """A new database."""
    with closing(SqliteStore(tmp_path / "store.db")) as opened:
        yield opened


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes lines (text, or bytes as they are) into a customer file."""

    def write_file(*lines: str | bytes, name: str = "customers.csv") -> Path:
        path = tmp_path / name
        sent = (line if isinstance(line, bytes) else line.encode() for line in lines)
        path.write_bytes(b"\r\n".join(sent) + b"\r\n")
        return path

    return write_file


def rejected_rows(report: ImportReport) -> list[dict[str, str]]:
    """The rejected lines as their file has them."""
    assert report.rejected_file is not None
    with report.rejected_file.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def references(store: SqliteStore) -> list[str | None]:
    """Who is in the database."""
    return sorted(customer.reference or "" for customer in store.customers())


def test_lines_become_customers(store: SqliteStore, write: Callable[..., Path]) -> None:
    """With their numbers in E.164 and their contract."""
    report = import_customers(store, write(HEADER, SARA, "", JANIS, ",,,,,,,,"), country="IR")
    assert report == ImportReport(ImportCounts(2, 0, 0), 0, None)
    contract = ContractRecord("gold", date(2025, 1, 1), date(2030, 12, 31), 14)
    assert store.find_customer("C-1") == Customer(
        "سارا احمدی", "C-1", "fa", "gold", ("+989121234567",), (contract,), 1
    )
    assert store.find_customer("C-2") == Customer(
        "Jānis Bērziņš", "C-2", "en", None, ("+37120000001",), (), 2
    )


def test_the_same_file_twice_changes_nothing(
    store: SqliteStore, write: Callable[..., Path]
) -> None:
    """And a changed line changes its customer alone."""
    import_customers(store, write(HEADER, SARA, JANIS), country="IR")
    report = import_customers(store, write(HEADER, SARA, JANIS), country="IR")
    assert report.counts == ImportCounts(0, 0, 2)
    report = import_customers(
        store, write(HEADER, SARA.replace("gold,2", "silver,2"), JANIS), country="IR"
    )
    assert report.counts == ImportCounts(0, 1, 1)


def test_lead_scores_are_read(store: SqliteStore, write: Callable[..., Path]) -> None:
    """In the digits of any script; nothing means that nobody has reckoned it."""
    scores = {"C-1": ("0", 0), "C-2": ("۱۰۰", 100), "C-3": ("", None)}
    lines = (f"{reference},x,,,,,,,,{text}" for reference, (text, _) in scores.items())
    import_customers(store, write(SCORED, *lines), country="IR")
    found = {customer.reference: customer.lead_score for customer in store.customers()}
    assert found == {reference: score for reference, (_, score) in scores.items()}


def test_a_file_without_lead_scores_leaves_them(
    store: SqliteStore, write: Callable[..., Path]
) -> None:
    """Files that were made before there were any go on as they did."""
    import_customers(store, write(SCORED, "C-1,Sara,,,,,,,,85"), country="IR")
    report = import_customers(store, write(HEADER, "C-1,Sara A,,,,,,,", JANIS), country="IR")
    assert report.counts == ImportCounts(1, 1, 0)
    found = {customer.name: customer.lead_score for customer in store.customers()}
    assert found == {"Sara A": 85, "Jānis Bērziņš": None}
    report = import_customers(store, write(SCORED, "C-1,Sara A,,,,,,,,"), country="IR")
    assert report.counts == ImportCounts(0, 1, 0)


@pytest.mark.parametrize(
    ("score", "reason"),
    [
        ("101", "lead_score 101 is more than 100"),
        ("-1", "lead_score '-1' is no whole number"),
        ("8.5", "is no whole number"),
        ("²", "is no whole number"),
        ("9" * 5000, "is no whole number"),
    ],
)
def test_a_bad_lead_score_is_rejected_with_its_reason(
    store: SqliteStore, write: Callable[..., Path], score: str, reason: str
) -> None:
    """And with what to write."""
    report = import_customers(store, write(SCORED, f"C-1,Sara,,,,,,,,{score}"), country="IR")
    (row,) = rejected_rows(report)
    assert reason in row["reason"]
    assert "0 to 100" in row["reason"]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["bare", "marked"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_a_file_may_come_from_anywhere(
    store: SqliteStore, tmp_path: Path, mark: bytes, end: str
) -> None:
    """Byte order mark, line ends, order and case of columns, quotation marks, no last line end."""
    columns = [f" {name.upper()} " for name in reversed(HEADER.split(","))]
    line = ",".join(f'"{field}"' for field in reversed(SARA.split(",")))
    path = tmp_path / "customers.csv"
    path.write_bytes(mark + end.join([",".join(columns), line]).encode())
    assert import_customers(store, path, country="IR").counts == ImportCounts(1, 0, 0)
    assert references(store) == ["C-1"]


def test_several_numbers_have_semicolons_between_them(
    store: SqliteStore, write: Callable[..., Path]
) -> None:
    """Spaces may be inside a number; the same number written in two ways is one."""
    phones = "0912 123 4567; +98 (21) 8888-0000 ؛ ۰۹۱۲۱۲۳۴۵۶۷;"
    import_customers(store, write(HEADER, f"C-1,Sara,,,{phones},,,,"), country="IR")
    customer = store.find_customer("C-1")
    assert customer is not None
    assert customer.numbers == ("+989121234567", "+982188880000")


def test_two_customers_may_share_a_number(store: SqliteStore, write: Callable[..., Path]) -> None:
    """Such a caller is ambiguous, which is no mistake of the file."""
    report = import_customers(
        store, write(HEADER, "C-1,A,,,02188880000,,,,", "C-2,B,,,02188880000,,,,"), country="IR"
    )
    assert report.rejected == 0
    assert len(store.look_up_caller("+982188880000").matches) == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",Sara,,,,,,,", "reference is empty"),
        ("C-9,  ,,,,,,,", "name is empty"),
        (f"C-9,{'x' * 201},,,,,,,", "name is longer than 200"),
        ("C-9,a\x07b,,,,,,,", "name holds a control character"),
        ("C-9,Sara,persian,,,,,,", "'persian' is no language code"),
        ("C-9,Sara,,,12,,,,", "'12' is no telephone number of IR"),
        ("C-9,Sara,,,+999123456789,,,,", "'+999123456789' is no telephone number"),
        ("C-9,Sara,,,09121234567;anonymous,,,,", "'anonymous' is no telephone number"),
        (f"C-9,Sara,,,{'9' * 300},,,,", "…' is no telephone number"),
        ("C-9,Sara,,,,gold,,,", "contract_from and contract_until must be given"),
        ("C-9,Sara,,,,,2025-01-01,2026-01-01,", "contract_level must be given"),
        ("C-9,Sara,,,,gold,2025-02-30,2026-01-01,", "contract_from '2025-02-30' is no date"),
        ("C-9,Sara,,,,gold,01/02/2025,2026-01-01,", "write year-month-day"),
        ("C-9,Sara,,,,gold,2025-01-01,20260101,", "contract_until '20260101' is no date"),
        ("C-9,Sara,,,,gold,1404-01-01,1405-01-01,", "Solar Hijri"),
        ("C-9,Sara,,,,gold,0999-01-01,2025-01-01,", "not between 1970"),
        ("C-9,Sara,,,,gold,2026-01-02,2026-01-01,", "contract_until 2026-01-01 is before"),
        ("C-9,Sara,,,,gold,2025-01-01,2026-01-01,-1", "grace_days '-1' is no number"),
        ("C-9,Sara,,,,gold,2025-01-01,2026-01-01,²", "grace_days '²' is no number"),
        ("C-9,Sara,,,,gold,2025-01-01,2026-01-01,9999", "more than 3650"),
        (f"C-9,Sara,,,,gold,2025-01-01,2026-01-01,{'9' * 5000}", "is no number of days"),
        ("C-9,Sara,,,,,,,7", "grace_days is given without a contract"),
        ("C-9,Sara,,,,,,", "8 fields instead of 9"),
        ("C-9,Sara,,,,,,,,", "10 fields instead of 9"),
        ('C-9,"Sara,,,,,,,', "quotation mark is not closed"),
        ('C-9,"Sa"ra,,,,,,,', "quotation mark"),
        ("C-2,Sara,,,,,,,", "reference C-2 is on line 2 already"),
    ],
)
def test_a_bad_line_is_rejected_with_its_reason(
    store: SqliteStore, write: Callable[..., Path], line: str, reason: str
) -> None:
    """The good lines around it are imported."""
    report = import_customers(store, write(HEADER, JANIS, line, SARA), country="IR")
    assert (report.counts, report.rejected) == (ImportCounts(2, 0, 0), 1)
    (row,) = rejected_rows(report)
    assert row["line"] == "3"
    assert reason in row["reason"]
    assert references(store) == ["C-1", "C-2"]


def test_digits_of_any_script_are_understood(
    store: SqliteStore, write: Callable[..., Path]
) -> None:
    """In dates and counts, as in numbers."""
    line = "C-1,Sara,fa,gold,۰۹۱۲۱۲۳۴۵۶۷,gold,۲۰۲۵-۰۱-۰۱,٢٠٣٠-١٢-٣١,۱۴"
    import_customers(store, write(HEADER, line), country="IR")
    customer = store.find_customer("C-1")
    assert customer is not None
    assert customer.contracts == (ContractRecord("gold", date(2025, 1, 1), date(2030, 12, 31), 14),)


def test_rejected_lines_can_be_corrected_and_imported(
    store: SqliteStore, write: Callable[..., Path]
) -> None:
    """Their file has the columns of the source, and what was written in them."""
    path = write(HEADER, SARA.replace("0912 123 4567", "12"), JANIS)
    report = import_customers(store, path, country="IR")
    assert report.rejected_file == path.with_name("customers.rejected.csv")
    text = report.rejected_file.read_text(encoding="utf-8")
    assert text.splitlines()[0] == HEADER + ",line,reason"
    report.rejected_file.write_text(text.replace(",12,", ",09121234567,"), encoding="utf-8")
    again = import_customers(store, report.rejected_file, country="IR")
    assert again == ImportReport(ImportCounts(1, 0, 0), 0, None)
    assert references(store) == ["C-1", "C-2"]


def test_the_file_of_rejected_lines_goes_when_all_is_well(
    store: SqliteStore, write: Callable[..., Path]
) -> None:
    """An old one would say that there is still something to do."""
    report = import_customers(store, write(HEADER, ",nobody,,,,,,,"), country="IR")
    assert report.rejected_file is not None
    import_customers(store, write(HEADER, SARA), country="IR")
    assert not report.rejected_file.exists()


def test_the_rejected_lines_keep_the_byte_order_mark(
    store: SqliteStore, write: Callable[..., Path]
) -> None:
    """The spreadsheet that wrote the mark needs it to read the names."""
    report = import_customers(
        store, write(b"\xef\xbb\xbf" + HEADER.encode(), ",سارا,,,,,,,"), country="IR"
    )
    assert report.rejected_file is not None
    assert report.rejected_file.read_bytes().startswith(b"\xef\xbb\xbfreference")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (HEADER.replace("phones", "phone"), r"'phone' is not known: did you mean phones\?"),
        (HEADER.replace("segment", "colour"), "'colour' is not known; column segment is missing"),
        (HEADER.replace(",grace_days", ""), "grace_days is missing"),
        (HEADER + ",name", "name is there twice"),
        ('reference,"name', "no header"),
        ("", "no first line"),
    ],
)
def test_a_wrong_header_stops_the_import(
    store: SqliteStore, write: Callable[..., Path], header: str, message: str
) -> None:
    """Each line would be wrong, or worse, taken for something else."""
    with pytest.raises(CustomerFileError, match=message):
        import_customers(store, write(header, SARA), country="IR")
    assert references(store) == []


def test_an_empty_file_is_told(store: SqliteStore, tmp_path: Path) -> None:
    """It has no header either."""
    path = tmp_path / "customers.csv"
    path.touch()
    with pytest.raises(CustomerFileError, match="no first line that names the columns"):
        import_customers(store, path, country="IR")


def test_a_line_without_end_is_not_read_into_memory(
    store: SqliteStore, write: Callable[..., Path]
) -> None:
    """A database or a film is no customer file."""
    with pytest.raises(CustomerFileError, match="line 2 is longer"):
        import_customers(store, write(HEADER, "x" * LONGEST_LINE), country="IR")


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_file_that_cannot_be_read_is_told(store: SqliteStore, tmp_path: Path, name: str) -> None:
    """By name and reason."""
    with pytest.raises(CustomerFileError, match="cannot be read"):
        import_customers(store, tmp_path / name, country="IR")


def test_rejected_lines_that_cannot_be_written_stop_the_import(
    store: SqliteStore, write: Callable[..., Path]
) -> None:
    """Before anything is imported: else nobody would know what is missing."""
    path = write(HEADER, SARA, ",nobody,,,,,,,")
    path.with_name("customers.rejected.csv").mkdir()
    with pytest.raises(CustomerFileError, match=r"customers\.rejected\.csv"):
        import_customers(store, path, country="IR")
    assert references(store) == []


@pytest.mark.parametrize("stage", ["reading", "storing"])
def test_an_interrupted_import_leaves_nothing(
    store: SqliteStore, write: Callable[..., Path], stage: str
) -> None:
    """Neither customers nor a file of rejected lines; and it can be done again."""
    many = (f"C-{number},x,,,,,,," for number in range(2 * PROGRESS_EVERY))
    path = write(HEADER, *many, ",nobody,,,,,,,")

    def interrupt(current: str, done: int, total: int) -> None:
        if current == stage and 0 < done < total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_customers(store, path, country="IR", progress=interrupt)
    assert references(store) == []
    assert not path.with_name("customers.rejected.csv").exists()
    report = import_customers(store, path, country="IR")
    assert report.counts == ImportCounts(2 * PROGRESS_EVERY, 0, 0)


def test_a_disk_that_fills_up_leaves_nothing(
    store: SqliteStore, write: Callable[..., Path]
) -> None:
    """The limit of pages gives the same error as a full disk."""
    pages = store._conn.execute("PRAGMA page_count").fetchone()[0]
    store._conn.execute(f"PRAGMA max_page_count = {pages}")
    path = write(HEADER, *(f"C-{n},{'x' * 200},,,,,,," for n in range(500)), ",nobody,,,,,,,")
    with pytest.raises(StoreUnavailableError, match="disk is full"):
        import_customers(store, path, country="IR")
    assert references(store) == []
    assert not path.with_name("customers.rejected.csv").exists()


def test_progress_reaches_its_end_in_each_stage(
    store: SqliteStore, write: Callable[..., Path]
) -> None:
    """Bytes while reading, customers while storing."""
    told: dict[str, list[tuple[int, int]]] = {"reading": [], "comparing": [], "storing": []}
    path = write(HEADER, *(f"C-{n},x,,,,,,," for n in range(2 * PROGRESS_EVERY)))
    import_customers(
        store,
        path,
        country="IR",
        progress=lambda stage, done, total: told[stage].append((done, total)),
    )
    size = path.stat().st_size
    assert told["reading"][-1] == (size, size)
    assert told["storing"][-1] == (2 * PROGRESS_EVERY, 2 * PROGRESS_EVERY)
    for steps in told.values():
        assert len(steps) > 1
        assert steps == sorted(steps)
