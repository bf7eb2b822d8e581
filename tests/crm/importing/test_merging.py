"""The same person twice: in a file, and in the store, by declared rules."""

from collections.abc import Callable

import pytest

from crm.importing import ImportReport
from crm.ports import ImportCounts
from crm.records import Customer
from crm.sqlite_store import SqliteStore

Importer = Callable[..., ImportReport]

COLUMNS = (
    "version: 1\ncolumns: {reference: r, name: n, phones: p, segment: s, external_ids: {crm: x}}\n"
)
HEADER = "r,n,p,s,x\n"


def everybody(store: SqliteStore) -> list[tuple[str | None, str, tuple[str, ...], str | None]]:
    """Who is in the store."""
    return sorted(
        (each.reference, each.name, each.numbers, each.segment) for each in store.customers()
    )


def test_without_a_declaration_the_second_line_is_rejected(
    bring_in: Importer, store: SqliteStore
) -> None:
    """By reference, and by an id of another system, which is unique as well."""
    report = bring_in(HEADER + "1,A,,,\n1,B,,,\n2,C,,,k\n3,D,,,k\n", COLUMNS)
    assert [line for line, _ in report.reasons] == [3, 5]
    assert all("already" in reason for _, reason in report.reasons)
    assert [name for _, name, _, _ in everybody(store)] == ["A", "C"]


@pytest.mark.parametrize(
    ("match", "lines"),
    [
        ("reference", "1,Sara,09120000001,a,\n1,sara,09120000002,b,\n"),
        ("external_id", "1,Sara,09120000001,a,k\n,sara,09120000002,b,k\n"),
        ("number+name", "1,Sara,09120000001,a,\n,SARA,09120000001;09120000002,b,\n"),
        ("number", "1,Sara,09120000001,a,\n,sara,09120000001;09120000002,b,\n"),
    ],
)
def test_lines_of_one_person_are_joined(
    bring_in: Importer, store: SqliteStore, match: str, lines: str
) -> None:
    """By what is declared; numbers are united, of the rest the last word stands."""
    report = bring_in(HEADER + lines, f"{COLUMNS}same_person: [{match}]\nmerge: {{name: first}}\n")
    assert (report.counts.added, report.joined, report.rejected) == (1, 1, 0)
    assert everybody(store) == [("1", "Sara", ("+989120000001", "+989120000002"), "b")]


@pytest.mark.parametrize(
    ("how", "expected"),
    [("first", [None, "old"]), ("last", ["new", None]), ("fill gaps", ["new", "old"])],
)
def test_fields_merge_as_declared(
    bring_in: Importer, store: SqliteStore, how: str, expected: list[str | None]
) -> None:
    """The older may have nothing, or the newer."""
    mapping = f"{COLUMNS}same_person: reference\nmerge: {{segment: {how}}}\n"
    bring_in(HEADER + "1,A,,,\n1,A,,new,\n2,B,,old,\n2,B,,,\n", mapping)
    assert [segment for _, _, _, segment in everybody(store)] == expected


def test_who_is_in_the_store_is_found_again(bring_in: Importer, store: SqliteStore) -> None:
    """By the same rules; done again, it changes nothing."""
    store.put_customers([Customer("Sara", "C-1", numbers=("+989120000001",), segment="gold")])
    mapping = f"{COLUMNS}same_person: number+name\nmerge: {{segment: fill gaps}}\n"
    lines = HEADER + ",sara,09120000001;09120000002,silver,\n"
    assert bring_in(lines, mapping).counts == ImportCounts(0, 1, 0)
    assert everybody(store) == [("C-1", "sara", ("+989120000001", "+989120000002"), "gold")]
    assert bring_in(lines, mapping).counts == ImportCounts(0, 0, 1)


def test_two_of_a_file_may_be_one_of_the_store(bring_in: Importer, store: SqliteStore) -> None:
    """The second comes on top of the first, whatever lies between them in the file."""
    store.put_customers([Customer("Sara", "C-1", numbers=("+989120000001", "+989120000002"))])
    others = "".join(f"{number},x,,,\n" for number in range(1200))
    lines = f"{HEADER},Sara,09120000001,a,\n{others},Sara,09120000002,b,\n"
    report = bring_in(lines, f"{COLUMNS}same_person: number+name\n")
    assert report.counts == ImportCounts(1200, 2, 0)
    sara = store.find_customer("C-1")
    assert sara is not None
    assert (sara.numbers, sara.segment) == (("+989120000001", "+989120000002"), "b")


def test_a_number_alone_joins_nobody_unless_declared(bring_in: Importer) -> None:
    """Two people may share one."""
    mapping = f"{COLUMNS}same_person: number+name\n"
    report = bring_in(HEADER + "1,Sara,02188880000,,\n2,Reza,02188880000,,\n", mapping)
    assert report.counts.added == 2
