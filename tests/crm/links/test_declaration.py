"""The file of a link: what it may say, and what is told of what it may not."""

from pathlib import Path

import pytest

from crm.declared import DeclarationError
from crm.links.declaration import MatchBy, Scope, System, read_link, shipped

BEGIN = "system: vtiger\nurl: https://crm.example.com/\n"


def read(tmp_path: Path, text: str, name: str = "vtiger.yaml") -> object:
    """Read a file of this text."""
    (tmp_path / name).write_bytes(text.encode(errors="surrogateescape"))
    return read_link(tmp_path / name)


def test_two_lines_are_enough(tmp_path: Path) -> None:
    """Everything else has a default."""
    (tmp_path / "vtiger.yaml").write_text(BEGIN)

    link = read_link(tmp_path / "vtiger.yaml")

    assert link.url == "https://crm.example.com"
    assert link.scope is Scope.ALL
    assert link.match == [MatchBy.REFERENCE]
    assert link.modules == shipped(System.VTIGER)


@pytest.mark.parametrize("system", System)
def test_shipped_mappings_name_people_and_companies(system: System) -> None:
    """With name, numbers and address."""
    assert set(shipped(system)) == {"Contacts", "Accounts"}
    for mapping in shipped(system).values():
        assert mapping.numbers
        assert set(mapping.numbers) < set(mapping.wanted())


def test_a_value_is_taken_in_four_ways(tmp_path: Path) -> None:
    """One field, several, a field with its words, or always the same."""
    text = BEGIN + (
        "modules:\n"
        "  Contacts:\n"
        "    name: [firstname, lastname]\n"
        "    language: {always: lv}\n"
        "    segment: {field: rating, values: {Hot: gold}}\n"
        "    address: mailingcity\n"
        "    preferences: {channel: cf_851}\n"
        "    contract: {level: {always: care}, starts: cf_852, ends: cf_853, grace_days: 14}\n"
    )
    (tmp_path / "vtiger.yaml").write_text(text)

    mapping = read_link(tmp_path / "vtiger.yaml").modules["Contacts"]

    assert mapping.wanted() == (
        *("firstname", "lastname", "rating", "mailingcity", "cf_851", "cf_852", "cf_853"),
    )
    assert mapping.segment is not None
    assert mapping.segment.values == {"Hot": "gold"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"vtiger\.yaml:1:1: .*begin with `system: vtiger`"),
        ("url: https://a.example\n", r"system: this is missing"),
        ("system: sap\nurl: https://a.example\n", r":1:9: system: this should be 'vtiger' or"),
        ("system: vtiger\nurl: crm\n", r":2:6: url: 'crm' is no address: write https://"),
        ("system: vtiger\nurl: https://\n", r":2:6: url: .*is no address"),
        ("system: vtiger\nurl: https://a.example:x/\n", r":2:6: url: .*is no address"),
        ("system: vtiger\nurl: https://me:pw@a.example\n", r"nor a password may stand in an add"),
        ("system: vtiger\nurl: http://a.example\n", r"everybody on the way can read.*allow_plain"),
        (BEGIN + "modul: {}\n", r':3:1: modul: nothing of this name.*did you mean "modules"'),
        (BEGIN + "match: [name]\n", r":3:9: match\[0\]: this should be 'reference' or 'number'"),
        (BEGIN + "most_pages: 0\n", r":3:13: most_pages: this should be greater than or equal"),
        (BEGIN + "country: latvia\n", r":3:10: country: this should match pattern"),
        (BEGIN + "modules:\n  Contacts: {}\n", r":4:13: modules.Contacts.name: this is missing"),
        (BEGIN + "modules:\n  C: {name: no}\n", r":4:13: .*no is read as false: put it into q"),
        (BEGIN + "modules:\n  C: {name: {}}\n", r":4:13: .*name a field, several in a list, or"),
        (BEGIN + "modules:\n  C: {name: {always: a, field: b}}\n", r"name a field, several"),
        (BEGIN + "modules:\n  C: [a]\n", r":4:6: modules.C: this should be a valid dictionary"),
        (BEGIN + "a: b: c\n", r":3:5: .*"),
        (BEGIN + "scope: \udcff\n", r":3:8: .*UTF-8"),
    ],
)
def test_tells_every_mistake_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    """In a sentence that says what to write."""
    with pytest.raises(DeclarationError, match=message):
        read(tmp_path, text)


def test_tells_all_mistakes_at_once(tmp_path: Path) -> None:
    """One a line."""
    with pytest.raises(DeclarationError) as raised:
        read(tmp_path, BEGIN + "most_pages: many\nmodules: {C: {name: a, nmae: b}}\n")

    assert [line.split(": ")[1] for line in str(raised.value).splitlines()] == [
        "most_pages",
        "modules.C.nmae",
    ]


def test_clear_text_is_for_whoever_says_so(tmp_path: Path) -> None:
    """Or for this machine alone."""
    read(tmp_path, "system: vtiger\nurl: http://10.0.0.5/crm\nallow_plain_http: true\n")
    read(tmp_path, "system: suitecrm\nurl: http://localhost:8080/Api\n")


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    """Missing, or a folder."""
    with pytest.raises(DeclarationError, match="cannot be read"):
        read_link(tmp_path / name)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """A wrong path."""
    with pytest.raises(DeclarationError, match="is this the file"):
        read(tmp_path, "#" * 1_000_001)
