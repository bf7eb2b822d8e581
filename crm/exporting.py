"""Everything that is held on one person, in one zip: JSON, tables for a spreadsheet, recordings."""

import csv
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from crm.people import CustomerFile
from crm.ports import Store
from crm.recorded_files import recorded_file
from crm.records import CaseNote, Recording

_PRIVATE: Final = 0o600

_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet may run (OWASP, CSV Injection); numbers in E.164 do too, and
would lose their sign."""

_GUARD: Final = "'"

README: Final = "README.txt"
RECORDINGS: Final = "recordings"

Progress = Callable[[int, int], None]
"""Is told how many calls are written, and how many there are."""


class ExportError(Exception):
    """The file cannot be written; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds.

    Attributes:
        calls: How many calls.
        recordings: How many recorded messages lie in it.
        missing: The paths of those that could not be read.
    """

    calls: int
    recordings: int
    missing: tuple[str, ...]


def nobody(done: int, total: int) -> None:
    """Tell nobody how far it is."""


def export_customer(
    store: Store, customer_id: int, path: Path, *, at: datetime, progress: Progress = nobody
) -> Exported:
    """Write everything that is held on a customer to a zip file, which is whole or is not there.

    Args:
        store: Where it is held; in one transaction, so that it is all of one moment.
        customer_id: Whose it is.
        path: The file; there must be none yet.
        at: Now, for the file to tell.
        progress: Is told how far it is.

    Raises:
        ExportError: The file is there already, or cannot be written.
        UnknownRecordError: There is no such customer.
    """
    if path.exists():
        raise ExportError(f"{path} is there already: choose another name, or delete it")
    part = path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(_PRIVATE, exist_ok=False)
        with part.open("w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                exported = _fill(archive, store, customer_id, at, progress)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except OSError as error:
        raise ExportError(
            f"{path} cannot be written ({error.strerror}): choose another place with --output"
        ) from None
    finally:
        part.unlink(missing_ok=True)
    return exported


def _fill(
    archive: zipfile.ZipFile, store: Store, customer_id: int, at: datetime, progress: Progress
) -> Exported:
    file = store.customer_file(customer_id)
    notes = [line for case in file.cases for line in store.case_file(case.tracking).notes]
    held = {**asdict(file), "case_notes": [asdict(each) for each in notes]}
    held.pop("calls")
    archive.writestr("customer.json", _json(held, indent=2))
    _write_calls(archive, store, file, progress)
    tables = {name: list(rows) for name, rows in _tables(file, notes)}
    for name, rows in tables.items():
        archive.writestr(f"{name}.csv", spreadsheet(rows))
    missing = tuple(_copy_recordings(archive, file.recordings))
    exported = Exported(len(file.calls), len(file.recordings) - len(missing), missing)
    archive.writestr(README, _readme(file, tables, exported, at))
    return exported


def _write_calls(
    archive: zipfile.ZipFile, store: Store, file: CustomerFile, progress: Progress
) -> None:
    """One call after the other: thousands with their timelines need not fit into memory."""
    with archive.open("calls.json", "w", force_zip64=True) as calls:
        calls.write(b"[")
        for number, call in enumerate(file.calls):
            story = store.call_story(call.id)
            calls.write((",\n" if number else "\n").encode())
            calls.write(_json({} if story is None else asdict(story)))
            progress(number + 1, len(file.calls))
        calls.write(b"\n]\n")


def _json(value: Mapping[str, Any], indent: int | None = None) -> bytes:
    text = json.dumps(value, default=str, ensure_ascii=False, indent=indent)
    # What UTF-8 cannot say is a lone surrogate, for which Python and JSON write the same escape.
    return text.encode(errors="backslashreplace")


Rows = Iterable[Mapping[str, Any]]


def _tables(file: CustomerFile, notes: Sequence[CaseNote]) -> Iterator[tuple[str, Rows]]:
    """The tables by name: one for each kind of record."""
    yield "customer", [_flat(asdict(file.customer))]
    yield "contracts", map(asdict, file.customer.contracts)
    yield "calls", (_without(asdict(call), "facts", "state") for call in file.calls)
    yield "cases", map(asdict, file.cases)
    yield "case_notes", map(asdict, notes)
    yield "answers", map(asdict, file.answers)
    yield "callbacks", map(asdict, file.callbacks)
    yield "messages", map(asdict, file.recordings)
    yield "marks", map(asdict, file.marks)
    standing = (("restriction", file.restriction), ("hold", file.hold))
    yield "standing", ({"what": what, **asdict(each)} for what, each in standing if each)


def _flat(customer: Mapping[str, Any]) -> dict[str, Any]:
    """A customer on one line: what is several, in one cell."""
    pairs = {
        name: "; ".join(f"{key}={value}" for key, value in customer[name].items())
        for name in ("preferences", "external_ids")
    }
    several = {"numbers": "; ".join(customer["numbers"]), **pairs}
    return _without({**customer, **several}, "contracts")


def _without(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def spreadsheet(rows: Rows) -> bytes:
    """Rows as CSV that a spreadsheet opens by itself: UTF-8 with its mark, and nothing that runs.

    A cell that begins like a formula gets an apostrophe before it.
    """
    text, listed = io.StringIO(), list(rows)
    columns = dict.fromkeys(name for row in listed for name in row)
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    writer.writerows([_cell(row.get(name)) for name in columns] for row in listed)
    return b"\xef\xbb\xbf" + text.getvalue().encode(errors="backslashreplace")


def _cell(value: object) -> str:
    words = "" if value is None else str(value)
    return _GUARD + words if words.startswith(_FORMULAS) else words


def _copy_recordings(archive: zipfile.ZipFile, recordings: Iterable[Recording]) -> Iterator[str]:
    """Put the recorded messages into the zip; the paths of those that cannot be read."""
    for recording in recordings:
        file = recorded_file(recording.path)
        try:
            if file is None:
                raise FileNotFoundError(recording.path)
            sound = file.read_bytes()
        except OSError:
            yield recording.path
            continue
        archive.writestr(f"{RECORDINGS}/{file.name}", sound, zipfile.ZIP_STORED)


_MEANINGS: Final = {
    "customer": "who you are to us: name, numbers, language, address, notes",
    "contracts": "your contracts",
    "calls": "your calls: when, which number, who answered, how it ended",
    "cases": "your requests with their tracking numbers",
    "case_notes": "what was written down about your requests",
    "answers": "what you answered in surveys",
    "callbacks": "when you asked to be called back, and at which number",
    "messages": "the messages that you recorded",
    "marks": "what you have allowed or forbidden us",
    "standing": "whether your data is kept without being used, or must not be erased",
}


def _readme(
    file: CustomerFile, tables: Mapping[str, Sequence[object]], exported: Exported, at: datetime
) -> bytes:
    lines = [
        f"Everything that is held on {file.customer.name}",
        f"Written on {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC. All times in these files are UTC.",
        "",
        "Tables, for a spreadsheet:",
        *(f"  {name}.csv ({len(rows)}): {_MEANINGS[name]}" for name, rows in tables.items()),
        "In them, an apostrophe stands before what a spreadsheet would take for a formula.",
        "",
        "For programs:",
        "  customer.json: all of the above but the calls",
        "  calls.json: the calls with everything that happened in them, step by step",
        "",
        f"{RECORDINGS}/ ({exported.recordings}): the recorded messages themselves",
        *(f"  {path} is not here: the file could not be read" for path in exported.missing),
        "",
        "Not in here: who of our staff looked at this data, and calls that were not recognised as",
        "yours, such as those from a number that you share with others.",
        "",
    ]
    return "\r\n".join(lines).encode(errors="replace")
