"""`rahyab customers import`: customers from a file, all of it or nothing."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final, Self

import click
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from agi_server.cli.access import Action, note
from agi_server.cli.errors import FINDINGS, CannotRunError
from agi_server.cli.loading import country_for_command, opened_store, settings_for_command
from agi_server.cli.printing import as_json, cell, table_console
from agi_server.settings import Settings
from crm.importing import (
    Change,
    CustomerFileError,
    ImportReport,
    Plan,
    import_customers,
    sample_of,
    try_customers,
)
from crm.importing.drafting import draft_mapping, names_known
from crm.importing.mapping import MappingError, MappingFile, load_mapping
from crm.memory_store import MemoryStore
from crm.ports import Store
from crm.records import ContractRecord, Customer

LARGEST_MAPPING: Final = 1 << 20
"""Bytes of a mapping; a customer file named by mistake is not read into memory."""


MOST_TITLES: Final = 9
"""Lines that may stand above the header, for a draft to find it."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What the command line asks for."""

    file: Path
    country: str
    plan: Plan


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--mapping",
    type=click.Path(path_type=Path),
    metavar="MAPPING",
    help="Which column is what: a YAML file, see --draft-mapping.",
)
@click.option("--encoding", metavar="NAME", help="Of a CSV file.  [default: found out]")
@click.option(
    "--country",
    metavar="CODE",
    help="Whose numbers are written without a country code (ISO 3166).  [default: the rules']",
)
@click.option("--dry-run", is_flag=True, help="Tell what would change; write nothing.")
@click.option("--draft-mapping", is_flag=True, help="Print a mapping guessed from the header.")
@click.option("--json", "for_programs", is_flag=True, help="Print JSON.")
def import_command(
    file: Path,
    mapping: Path | None,
    encoding: str | None,
    country: str | None,
    *,
    dry_run: bool,
    draft_mapping: bool,
    for_programs: bool,
) -> None:
    """Import customers from FILE (CSV or XLSX), all of it or nothing.

    Without --mapping the first line names the columns as we do: reference, name, language, segment,
    phones (several with ; between them), contract_level, contract_from, contract_until, grace_days;
    and, if they are there, lead_score, address, notes, external_id:SYSTEM, preference:NAME. What
    the file does not say stays as it is. Lines that cannot be used go to FILE.rejected.csv with the
    reason.

    Ends with 0, with 1 if lines were rejected, with 2 if nothing could be imported.
    """
    settings = settings_for_command()
    with _told():
        read = None if mapping is None else _mapping(mapping)
        country = country or (read and read.shape.country) or country_for_command(settings)
        wish = _Wish(file, country, Plan(read, encoding))
        if draft_mapping:
            click.echo(_draft(wish), nl=False)
            return
        report = _tried(settings, wish) if dry_run else _imported(settings, wish)
    _print(report, for_programs=for_programs, dry_run=dry_run)
    if report.rejected:
        raise click.exceptions.Exit(FINDINGS)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (CustomerFileError, MappingError) as error:
        raise CannotRunError(str(error)) from None
    except KeyboardInterrupt:
        raise CannotRunError(
            "Interrupted. An import is whole or not at all: run it again"
        ) from None


def _mapping(path: Path) -> MappingFile:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_MAPPING + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise MappingError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise MappingError(f"{path} is not UTF-8: save it as UTF-8") from None
    if len(content) > LARGEST_MAPPING:
        raise MappingError(f"{path} is larger than {LARGEST_MAPPING >> 20} MiB: this is no mapping")
    return load_mapping(text, str(path))


def _draft(wish: _Wish) -> str:
    """The mapping by the line that looks most like a header: exports begin with titles."""
    samples = [sample_of(wish.file, wish.plan, line) for line in range(1, MOST_TITLES + 2)]
    there = [sample for sample in samples if sample is not None]
    if not there:
        raise CustomerFileError(f"{wish.file} is empty: there is nothing to draft a mapping from")
    return draft_mapping(max(there, key=names_known), wish.country)


def _imported(settings: Settings, wish: _Wish) -> ImportReport:
    with opened_store(settings, create=True) as store, _Bar() as bar:
        # Before the change, which has a transaction of its own: none goes without an entry.
        note(store, Action.IMPORTED, detail=f"from {wish.file.name}")
        return import_customers(
            store, wish.file, country=wish.country, plan=wish.plan, progress=bar.show
        )


def _tried(settings: Settings, wish: _Wish) -> ImportReport:
    with _store_to_try(settings) as store, _Bar() as bar:
        return try_customers(
            store, wish.file, country=wish.country, plan=wish.plan, progress=bar.show
        )


@contextmanager
def _store_to_try(settings: Settings) -> Iterator[Store]:
    """The store; where there is none yet, an empty one, since nothing may be written."""
    if settings.store.is_missing():
        yield MemoryStore()
        return
    with opened_store(settings) as store:
        yield store


class _Bar:
    """A progress bar with a line for each stage of an import."""

    def __init__(self) -> None:
        self._progress = Progress(console=Console(stderr=True))
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def show(self, stage: str, done: int, total: int) -> None:
        """Show that `done` of `total` are done in this stage."""
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage)
        self._progress.update(self._tasks[stage], completed=done, total=total)


def _print(report: ImportReport, *, for_programs: bool, dry_run: bool) -> None:
    if for_programs:
        click.echo(as_json({"dry_run": dry_run, **_data(report)}))
        return
    click.echo(f"Read as {report.described}.")
    table = Table("lines", "", show_header=False)
    joined = {"joined to others": report.joined} if report.joined else {}
    for name, count in {**asdict(report.counts), **joined, "rejected": report.rejected}.items():
        table.add_row(name, str(count))
    table_console().print(table)
    if report.changes:
        table_console().print(_changes_table(report))
    for line, reason in report.reasons if report.rejected_file is None else ():
        click.echo(cell(f"line {line}: {reason}").plain)
    if report.rejected_file is not None:
        click.echo(f"Rejected lines, with the reasons: {report.rejected_file}")
    if dry_run:
        click.echo("This was a trial: nothing was written.")


def _data(report: ImportReport) -> Mapping[str, Any]:
    return {
        **asdict(report.counts),
        "joined": report.joined,
        "rejected": report.rejected,
        "rejected_file": report.rejected_file,
        "read_as": report.described,
        "first_rejected": [{"line": line, "reason": reason} for line, reason in report.reasons],
        "first_changes": [_change_data(change) for change in report.changes],
    }


def _change_data(change: Change) -> Mapping[str, Any]:
    return {
        "reference": change.after.reference,
        "name": change.after.name,
        "new": change.before is None,
        "fields": {
            name: {"before": before, "after": after} for name, before, after in _differences(change)
        },
    }


def _differences(change: Change) -> Iterator[tuple[str, object, object]]:
    """What is different: the field, what it is, what it would be."""
    for each in fields(Customer):
        before = None if change.before is None else getattr(change.before, each.name)
        after = getattr(change.after, each.name)
        if each.name != "id" and (before or None) != (after or None):
            yield each.name, before, after


def _changes_table(report: ImportReport) -> Table:
    table = Table("first changes", "field", "before", "after")
    for change in report.changes:
        who = f"{change.after.reference or ''} {change.after.name}".strip()
        rows = list(_differences(change))
        if change.before is None:
            table.add_row(cell(who), "new", "", "")
            continue
        for name, before, after in rows:
            table.add_row(cell(who), name, cell(_shown(before)), cell(_shown(after)))
            who = ""
    return table


def _shown(value: object) -> str:
    """A field's value in a table."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {entry}" for name, entry in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(_shown_contract, value))
    return "" if value is None else str(value)


def _shown_contract(value: object) -> str:
    if isinstance(value, ContractRecord):
        return f"{value.level} {value.starts} to {value.ends}"
    return str(value)
