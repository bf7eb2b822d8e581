"""Everything that is held on one person, in one zip: JSON, tables for a spreadsheet, recordings."""

import csv
import io
import json
import os
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from crm.asking_records import masked
from crm.people import CustomerFile
from crm.ports import Store
from crm.recorded_files import recorded_file
from crm.records import CallStory, CaseNote, Recording

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
    file = _without_codes(store.customer_file(customer_id))
    notes = [line for case in file.cases for line in store.case_file(case.tracking).notes]
    held = {**asdict(file), "case_notes": [asdict(each) for each in notes]}
    held.pop("calls")
    archive.writestr("customer.json", _json(held, indent=2))
    _write_calls(archive, store, file, progress)
    entries = _copy_recordings(archive, file.recordings)
    tables = {name: list(rows) for name, rows in _tables(file, notes, entries)}
    for name, rows in tables.items():
        archive.writestr(f"{name}.csv", spreadsheet(rows))
    missing = tuple(path for path, entry in entries.items() if not entry)
    here = sum(1 for each in file.recordings if entries[each.path])
    exported = Exported(len(file.calls), here, missing)
    archive.writestr(README, _readme(file, tables, exported, at))
    return exported


Held = TypeVar("Held", CallStory, CustomerFile)


def _without_codes(held: Held) -> Held:
    """The same, without the codes that still wait to be sent: whoever exports is not the caller."""
    return replace(held, messages=tuple(map(masked, held.messages)))


def _write_calls(
    archive: zipfile.ZipFile, store: Store, file: CustomerFile, progress: Progress
) -> None:
    """One call after the other: thousands with their timelines need not fit into memory."""
    with archive.open("calls.json", "w", force_zip64=True) as calls:
        calls.write(b"[")
        for number, call in enumerate(file.calls):
            story = store.call_story(call.id)
            calls.write((",\n" if number else "\n").encode())
            calls.write(_json({} if story is None else asdict(_without_codes(story))))
            progress(number + 1, len(file.calls))
        calls.write(b"\n]\n")


def _json(value: Mapping[str, Any], indent: int | None = None) -> bytes:
    text = json.dumps(value, default=str, ensure_ascii=False, indent=indent)
    # What UTF-8 cannot say is a lone surrogate, for which Python and JSON write the same escape.
    return text.encode(errors="backslashreplace")


Rows = Iterable[Mapping[str, Any]]


def _tables(
    file: CustomerFile, notes: Sequence[CaseNote], entries: Mapping[str, str]
) -> Iterator[tuple[str, Rows]]:
    """The tables by name: one for each kind of record."""
    yield "customer", [{**_flat(asdict(file.customer)), "has_pin": file.has_pin}]
    yield "contracts", map(asdict, file.customer.contracts)
    yield "calls", (_without(asdict(call), "facts", "state") for call in file.calls)
    yield "queue_visits", map(asdict, file.queue_visits)
    yield "cases", map(asdict, file.cases)
    yield "case_notes", map(asdict, notes)
    yield "answers", map(asdict, file.answers)
    yield "callbacks", map(asdict, file.callbacks)
    yield "messages", ({**asdict(each), "file": entries[each.path]} for each in file.recordings)
    yield "written_messages", map(asdict, file.messages)
    yield "surveys", map(asdict, file.surveys)
    yield "marks", map(asdict, file.marks)
    yield "blocked", map(asdict, file.blocked)
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


def _copy_recordings(archive: zipfile.ZipFile, recordings: Iterable[Recording]) -> dict[str, str]:
    """Put the recorded messages into the zip; by path, the entry, empty for what cannot be read."""
    entries: dict[str, str] = {}
    for path in dict.fromkeys(each.path for each in recordings):
        file = recorded_file(path)
        try:
            sound = None if file is None else file.read_bytes()
        except OSError:
            sound = None
        if file is None or sound is None:
            entries[path] = ""
            continue
        entries[path] = _entry(file, entries.values())
        archive.writestr(entries[path], sound, zipfile.ZIP_STORED)
    return entries


def _entry(file: Path, taken: Collection[str]) -> str:
    """A name in the zip that no other has: mailboxes may call their messages alike."""
    stem, suffix = (part.encode(errors="replace").decode() for part in (file.stem, file.suffix))
    names = {name.casefold() for name in taken}
    numbers = ("", *(f"-{number}" for number in range(2, len(taken) + 2)))
    free = (f"{RECORDINGS}/{stem}{number}{suffix}" for number in numbers)
    return next(name for name in free if name.casefold() not in names)


_MEANINGS: Final = {
    "customer": "who you are to us: name, numbers, address and so on; whether you have a PIN",
    "contracts": "your contracts",
    "calls": "your calls: when, which number, who answered, how it ended",
    "queue_visits": "when you waited in which queue, who answered, and how the waiting ended",
    "cases": "your requests with their tracking numbers",
    "case_notes": "what was written down about your requests",
    "answers": "what you answered in surveys",
    "callbacks": "when you asked to be called back, and at which number",
    "messages": "the messages that you recorded, each with its file in here",
    "written_messages": "what we have written to you, or were about to; never a one-time code",
    "surveys": "which surveys we asked you to answer, and what became of that",
    "marks": "what you have allowed or forbidden us",
    "blocked": "numbers of yours from which we take no calls, since when and why",
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
