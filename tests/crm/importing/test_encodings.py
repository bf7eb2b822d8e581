"""Encodings: told apart by the bytes of real files, named in the report, and overruled."""

import codecs
from collections.abc import Callable
from pathlib import Path

import pytest

from crm.importing import CustomerFileError, ImportReport
from crm.importing.encodings import EncodingError, detected_encoding
from crm.sqlite_store import SqliteStore

HEADER = (
    "reference,name,language,segment,phones,contract_level,contract_from,contract_until,grace_days"
)

PERSIAN = ("سارا احمدي", "پريسا چراغي", "ژاله گلستان")
LATVIAN = ("Jānis Bērziņš", "Žanete Kļaviņa", "Šarlote Ģēģere")
LITHUANIAN = ("Rūta Žukauskaitė", "Šarūnas Jasikevičius", "Ąžuolas Čiurlionis")
FRENCH = ("René Lefèvre", "Hélène Garçon", "Zoé Müller")
GERMAN = ("Jürgen Größe", "Käthe Schröder", "Björn Weiß")


def file_of(names: tuple[str, ...]) -> str:
    """A customer file of these people."""
    lines = (f"C-{number},{name},,,,,,," for number, name in enumerate(names, 1))
    return "\r\n".join((HEADER, *lines, ""))


@pytest.mark.parametrize(
    ("names", "codec", "told"),
    [
        (PERSIAN, "utf-8", "UTF-8"),
        (PERSIAN, "utf-8-sig", "UTF-8"),
        (PERSIAN, "utf-16", "UTF-16"),
        (LATVIAN, "utf-16-le", "UTF-16"),
        (LATVIAN, "utf-16-be", "UTF-16"),
        (PERSIAN, "cp1256", "Windows-1256"),
        (PERSIAN[:1], "cp1256", "Windows-1256"),
        (LATVIAN, "cp1257", "Windows-1257"),
        (LATVIAN[:1], "cp1257", "Windows-1257"),
        (LITHUANIAN, "cp1257", "Windows-1257"),
        (FRENCH, "cp1252", "Windows-1252"),
        (FRENCH[:1], "cp1252", "Windows-1252"),
        (("Emma Taylor",), "ascii", "UTF-8"),
    ],
)
def test_the_encoding_is_found_and_told(
    bring_in: Callable[..., ImportReport],
    store: SqliteStore,
    names: tuple[str, ...],
    codec: str,
    told: str,
) -> None:
    """And every name is as it was written, but for the Persian forms of letters."""
    report = bring_in(file_of(names).encode(codec))
    assert report.described.startswith(told)
    assert report.rejected == 0
    stored = [store.find_customer(f"C-{number}") for number, _ in enumerate(names, 1)]
    expected = [name.replace("ي", "ی") for name in names]
    assert [customer and customer.name for customer in stored] == expected


def test_german_reads_the_same_in_either_table(
    bring_in: Callable[..., ImportReport], store: SqliteStore
) -> None:
    """Windows-1252 and Windows-1257 agree on its letters, so nothing can be wrong."""
    bring_in(file_of(GERMAN).encode("cp1252"))
    customer = store.find_customer("C-1")
    assert customer is not None
    assert customer.name == "Jürgen Größe"


def test_a_named_encoding_overrules_what_is_found(
    bring_in: Callable[..., ImportReport], store: SqliteStore
) -> None:
    """As a person knows better."""
    content = file_of(("Čeněk Řehoř",)).encode("cp1250")
    assert "Windows-1250" not in bring_in(content).described
    report = bring_in(content, encoding="windows-1250")
    assert report.described.startswith("cp1250")
    customer = store.find_customer("C-1")
    assert customer is not None
    assert customer.name == "Čeněk Řehoř"


@pytest.mark.parametrize("name", ["windows-9999", "base64", "nonsense"])
def test_what_is_no_encoding_is_told(bring_in: Callable[..., ImportReport], name: str) -> None:
    """With those that are usual."""
    with pytest.raises(CustomerFileError, match="windows-1256"):
        bring_in(HEADER, encoding=name)


def test_a_damaged_line_of_a_utf8_file_is_rejected_alone(
    bring_in: Callable[..., ImportReport], store: SqliteStore
) -> None:
    """The rest of the file is not taken for another encoding."""
    lines = [f"C-{number},سارا,,,,,,,".encode() for number in range(20)]
    lines[7] = lines[7].replace("ا".encode(), b"\xd8", 1)
    report = bring_in(b"\n".join([HEADER.encode(), *lines]))
    assert report.described.startswith("UTF-8")
    assert (report.counts.added, report.rejected) == (19, 1)
    assert report.reasons[0][0] == 9
    assert "0xD8" in report.reasons[0][1]
    assert store.find_customer("C-7") is None


def test_another_script_is_not_guessed(bring_in: Callable[..., ImportReport]) -> None:
    """Wrong letters in names would be worse than a question."""
    content = file_of(("Анна Каренина", "Пьер Безухов", "Наташа Ростова")).encode("cp1251")
    with pytest.raises(CustomerFileError, match="--encoding"):
        bring_in(content)
    assert bring_in(content, encoding="cp1251").counts.added == 3


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_a_file_of_a_mark_alone_has_no_header(
    bring_in: Callable[..., ImportReport], mark: bytes
) -> None:
    """It is told as an empty file is."""
    with pytest.raises(CustomerFileError, match="names the columns"):
        bring_in(mark)


@pytest.mark.parametrize("size", range(5))
def test_short_files_have_an_encoding(tmp_path: Path, size: int) -> None:
    """Whatever their bytes are."""
    path = tmp_path / "short.csv"
    path.write_bytes(b"\xc1\xe2\x00\xff"[:size])
    try:
        told = detected_encoding(path).name
    except EncodingError as error:
        told = str(error)
    assert told


def test_rejected_lines_keep_the_encoding(
    bring_in: Callable[..., ImportReport], store: SqliteStore
) -> None:
    """So the same spreadsheet opens them, and they can be imported in turn."""
    report = bring_in(
        file_of(PERSIAN).replace(PERSIAN[1], "").encode("cp1256")
        + b"C-9,"
        + PERSIAN[1].encode("cp1256")
        + b",xyzzy,,,,,,\r\n"
    )
    assert report.rejected_file is not None
    mended = report.rejected_file.read_bytes().replace(b"xyzzy", b"fa").decode("cp1256")
    assert PERSIAN[1] in mended
    again = bring_in(
        "\r\n".join(line for line in mended.splitlines() if "C-2" not in line).encode("cp1256")
    )
    assert again.counts.added == 1
    assert store.find_customer("C-9") is not None
