"""Mappings: which column is what, how values are written, and what is wrong with a mapping."""

from collections.abc import Callable
from datetime import date

import pytest

from crm.importing import CustomerFileError, ImportReport, MappingError
from crm.importing.dates import DateError, date_format, date_reader
from crm.importing.letters import stored_form
from crm.importing.mapping import load_mapping
from crm.records import ContractRecord, Customer
from crm.sqlite_store import SqliteStore

Importer = Callable[..., ImportReport]

EVERYTHING = """
version: 1
country: LV
separator: ;
dates: ["%d.%m.%Y"]
between_phones: "/"
columns:
  reference: Kods
  name: [Vārds, Uzvārds]
  language: {constant: lv}
  segment: {columns: Grupa, values: {Zelta: gold, Parasta: standard}}
  phones: [Mobilais, Darba]
  contract_level: {constant: gold}
  contract_from: No
  contract_until: Līdz
  grace_days: {constant: 14}
  lead_score: Vērtējums
  address: [Iela, Pilsēta]
  notes: Piezīmes
  external_ids: {vtiger: CRM}
  preferences: {channel: Kanāls}
"""

LINE = (
    "Kods;VĀRDS;uzvards;Grupa;Mobilais;Darba;No;Līdz;Vērtējums;Iela;Pilsēta;Piezīmes;CRM;Kanāls\n"
    "K-1;Jānis;Bērziņš;zelta;20000001;67000002/67000003;01.01.2025;31.12.2030;85;Brīvības 1;Rīga;"
    '"viens\ndivi";12x34;sms\n'
)


def test_every_field_can_be_mapped(bring_in: Importer, store: SqliteStore) -> None:
    """Columns joined, constants, translated values, dates, and a note of two lines."""
    report = bring_in(LINE, EVERYTHING)
    assert (report.counts.added, report.reasons) == (1, ())
    assert store.find_customer("K-1") == Customer(
        id=1,
        reference="K-1",
        name="Jānis Bērziņš",
        language="lv",
        segment="gold",
        numbers=("+37120000001", "+37167000002", "+37167000003"),
        contracts=(ContractRecord("gold", date(2025, 1, 1), date(2030, 12, 31), 14),),
        lead_score=85,
        address="Brīvības 1, Rīga",
        notes="viens\ndivi",
        external_ids={"vtiger": "12x34"},
        preferences={"channel": "sms"},
    )


def test_what_a_file_does_not_say_stays(bring_in: Importer, store: SqliteStore) -> None:
    """And what it says replaces, also with nothing; entries are apart by their names."""
    bring_in(LINE, EVERYTHING)
    before = store.find_customer("K-1")
    bring_in(
        "Kods,Name,Note,Ticket\nK-1,J. Bērziņš,,77\n",
        "version: 1\ncolumns: {reference: Kods, name: Name, notes: Note,"
        " external_ids: {desk: Ticket}}\n",
    )
    after = store.find_customer("K-1")
    assert before is not None
    assert after is not None
    assert (after.name, after.notes) == ("J. Bērziņš", None)
    assert after.external_ids == {"vtiger": "12x34", "desk": "77"}
    assert (after.numbers, after.contracts) == (before.numbers, before.contracts)
    assert (after.preferences, after.address) == (before.preferences, before.address)


def test_an_empty_cell_may_say_nothing(bring_in: Importer, store: SqliteStore) -> None:
    """Where the mapping says so."""
    bring_in(LINE, EVERYTHING)
    mapping = (
        "version: 1\ncolumns: {reference: r, name: n,"
        " notes: {columns: x, when_empty: keep}, address: x}\n"
    )
    bring_in("r,n,x\nK-1,Jānis,\n", mapping)
    customer = store.find_customer("K-1")
    assert customer is not None
    assert (customer.notes, customer.address) == ("viens\ndivi", None)


@pytest.mark.parametrize(
    ("others", "segment"), [("keep", "bronze"), ("empty", None), ("reject", "rejected")]
)
def test_other_values_are_rejected_kept_or_dropped(
    bring_in: Importer, store: SqliteStore, others: str, segment: str | None
) -> None:
    """Those that the mapping does not translate."""
    mapping = (
        "version: 1\ncolumns: {reference: r, name: n, segment: {columns: s,"
        f" values: {{Gold: gold}}, others: {others}}}}}\n"
    )
    bring_in("r,n,s\nC-1,Sara,bronze\n", mapping)
    customer = store.find_customer("C-1")
    assert ("rejected" if customer is None else customer.segment) == segment


@pytest.mark.parametrize("separator", [";", "\t", "|", ","])
def test_the_separator_is_found(bring_in: Importer, separator: str) -> None:
    """As it stands between the names of the columns."""
    text = separator.join(("r", "n", '"a, b; c"')) + "\n" + separator.join(("C-1", "Sara", "x"))
    assert bring_in(text, "version: 1\ncolumns: {reference: r, name: n}\n").counts.added == 1


def test_our_own_columns_have_newer_ones_too(bring_in: Importer, store: SqliteStore) -> None:
    """Address, notes, ids in other systems and preferences, without a mapping."""
    bring_in(
        "reference,name,language,segment,phones,contract_level,contract_from,contract_until,"
        "grace_days,address,notes,external_id:vtiger,preference:channel\n"
        "C-1,Sara,,,,,,,,Tehran,VIP,12x34,sms\n"
    )
    customer = store.find_customer("C-1")
    assert customer is not None
    assert (customer.address, customer.notes) == ("Tehran", "VIP")
    assert customer.external_ids == {"vtiger": "12x34"}
    assert customer.preferences == {"channel": "sms"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("columns: {name: n, reference: r}", "m.yaml:1:1: version: this is missing"),
        ("version: 1\ncolumns:\n  nmae: n\n  name: n\n  reference: r", "3:3: columns.nmae: .*name"),
        ("version: 1\ncolumns:\n  reference: r", "columns.name: this is missing"),
        ("version: 2\ncolumns: {name: n, reference: r}", "1:10: version"),
        ("version: 1\ncolumns: {name: n}", "same_person"),
        ("version: 1\ncolumns: {name: n}\nsame_person: number", "columns does not give"),
        (
            "version: 1\ncolumns: {name: n, reference: r}\ndates: ['%d.%m']",
            "3:8: dates.*%Y, %m and %d",
        ),
        (
            "version: 1\ncolumns: {name: {columns: n, constant: x}, reference: r}",
            "either columns or",
        ),
        ("version: 1\ncolumns: {name: n, reference: r, contract_level: c}", "a contract needs"),
        (
            "version: 1\ncolumns: {name: n, reference: r}\nmerge: {name: unite}",
            "merge: name has one value",
        ),
        ("version: 1\ncolumns: {name: n, reference: r}\nmerge: {name: newest}", "merge.name"),
        ("version: 1\n  columns: x: y", "m.yaml:2"),
        ("", "begin with `version: 1`"),
    ],
)
def test_a_wrong_mapping_is_told_with_its_place(text: str, message: str) -> None:
    """By line and column."""
    with pytest.raises(MappingError, match=f"(?s){message}"):
        load_mapping(text, "m.yaml")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("Ref,Nane", "mapping.yaml:4:9: columns.name: .*no column 'Name': did you mean 'Nane'"),
        ("Ref,Name,name", "mapping.yaml:4:9: columns.name: .*2 columns named 'Name'"),
    ],
)
def test_a_column_that_is_not_there_is_told_with_its_place(
    bring_in: Importer, header: str, message: str
) -> None:
    """In the mapping, which is what has to be mended."""
    mapping = "version: 1\ncolumns:\n  reference: Ref\n  name: Name\n"
    with pytest.raises(CustomerFileError, match=message):
        bring_in(header + "\n1,2,3\n", mapping)


@pytest.mark.parametrize(
    ("text", "formats", "expected"),
    [
        ("1404/01/01", ["jalali %Y/%m/%d"], date(2025, 3, 21)),
        ("1403/12/30", ["jalali %Y/%m/%d"], date(2025, 3, 20)),
        ("1404/1/1", ["jalali %Y/%m/%d"], date(2025, 3, 21)),
        ("21.03.2025", ["jalali %Y/%m/%d", "%d.%m.%Y"], date(2025, 3, 21)),
        ("2025-03-21", ["jalali %Y-%m-%d"], date(2025, 3, 21)),
        ("1404-01-01", ["jalali %Y-%m-%d"], date(2025, 3, 21)),
        ("2025-03-21 00:00:00", ["%Y-%m-%d"], date(2025, 3, 21)),
        ("2025-03-21", [], date(2025, 3, 21)),
    ],
)
def test_dates_are_read_as_declared(text: str, formats: list[str], expected: date) -> None:
    """Gregorian and Jalali; year-month-day is always understood."""
    assert date_reader([date_format(each) for each in formats])(text) == expected


@pytest.mark.parametrize(
    ("text", "formats", "message"),
    [
        ("1404/12/30", ["jalali %Y/%m/%d"], "is no date"),
        ("1404/13/01", ["jalali %Y/%m/%d"], "is no date"),
        ("31.02.2025", ["%d.%m.%Y"], "is no date"),
        ("1404-01-01", [], "declare `dates: "),
        ("21.03.0025", ["%d.%m.%Y"], "not between 1970"),
        ("2025-03-21 10:30", ["%Y-%m-%d"], "is no date"),
        ("", ["%d.%m.%Y"], "is no date"),
    ],
)
def test_what_is_no_date_is_told(text: str, formats: list[str], message: str) -> None:
    """Also a day that a year does not have."""
    with pytest.raises(DateError, match=message):
        date_reader([date_format(each) for each in formats])(text)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("علي اكبري", "علی اکبری"),
        ("مصطفى", "مصطفی"),
        ("می\u200cرود", "می\u200cرود"),
        ("می\u200c\u200cرود\u200c ", "می\u200cرود "),
        ("\u200fسارا\u202a", "سارا"),
        ("ســـارا", "سارا"),
        ("ﺳﺎرا", "سارا"),
        ("J\u0101nis", "Jānis"),
        ("Ja\u0304nis", "Jānis"),
        ("a\u00a0b", "a b"),
        ("پلاک ۱۲", "پلاک ۱۲"),
    ],
)
def test_letters_have_one_form(written: str, stored: str) -> None:
    """What a reader cannot tell apart is one; what spelling wants stays."""
    assert stored_form(written, persian=True) == stored


def test_arabic_letters_stay_where_arabic_is_meant(bring_in: Importer, store: SqliteStore) -> None:
    """In another country, or where the mapping says so."""
    mapping = "version: 1\ncolumns: {reference: r, name: n}\n"
    bring_in("r,n\n1,علي\n", mapping, country="AE")
    bring_in("r,n\n2,علي\n", mapping + "letters: as written\n")
    bring_in("r,n\n3,علي\n", mapping)
    found = [store.find_customer(reference) for reference in "123"]
    assert [each and each.name for each in found] == ["علي", "علي", "علی"]


def test_references_have_ascii_digits(bring_in: Importer, store: SqliteStore) -> None:
    """`۱۲۳` and `123` are the same customer."""
    mapping = "version: 1\ncolumns: {reference: r, name: n}\n"
    bring_in("r,n\n۱۲۳,سارا\n", mapping)
    assert bring_in("r,n\n١٢٣,سارا\n", mapping).counts.unchanged == 1
    assert store.find_customer("123") is not None


def test_one_forgotten_quotation_mark_takes_no_other_line_along(
    bring_in: Importer, store: SqliteStore
) -> None:
    """Although a field may have several lines."""
    lines = ["r,n,x", "1,a,b", '2,"a,b', "3,a,b", '4,a,"two\nlines"', "5,a,b"]
    report = bring_in("\n".join(lines), "version: 1\ncolumns: {reference: r, name: n, notes: x}\n")
    assert [line for line, _ in report.reasons] == [3]
    found = [store.find_customer(str(number)) for number in range(1, 6)]
    assert [each is not None for each in found] == [True, False, True, True, True]
    assert found[3] is not None
    assert found[3].notes == "two\nlines"
