"""`rahyab customers sync`: what has changed in another CRM, brought into the customer file."""

import os
import re
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Final, Self

import click
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from agi_server.cli.access import Action, note
from agi_server.cli.errors import FINDINGS, CannotRunError
from agi_server.cli.loading import country_for_command, opened_store, settings_for_command
from agi_server.cli.printing import as_json, cell, table_console
from crm.declared import DeclarationError
from crm.links.declaration import LinkShape, read_link
from crm.links.opening import open_source
from crm.links.ports import LinkError
from crm.links.progress import ProgressFile
from crm.links.syncing import Sync, SyncReport, Told
from crm.ports import StoreError

LINKS: Final = "links"
"""The folder beside the rules file in which links are declared."""

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,30}")


@click.command("sync")
@click.argument("system")
@click.option(
    "--link",
    "file",
    type=click.Path(path_type=Path),
    help="Where the link is declared.  [default: links/SYSTEM.yaml beside the rules file]",
)
@click.option("--dry-run", is_flag=True, help="Tell what would change, and change nothing.")
@click.option("--full", is_flag=True, help="Fetch everything, not only what has changed.")
@click.option(
    "--country",
    metavar="CODE",
    help="Whose numbers are written without a country code.  [default: the link's, the rules']",
)
@click.option("--json", "for_programs", is_flag=True, help="Print JSON.")
def sync_command(
    system: str,
    file: Path | None,
    country: str | None,
    *,
    dry_run: bool,
    full: bool,
    for_programs: bool,
) -> None:
    """Bring what has changed in SYSTEM, another CRM, into the customer file.

    SYSTEM is the name of a link, such as vtiger or suitecrm. Fetched is what has changed since the
    last run; a run that was interrupted goes on where it was. What was deleted there is told, and
    stays here.

    Ends with 0, with 1 if records were refused, with 2 if not everything could be fetched.
    """
    if not _NAME.fullmatch(system):
        raise CannotRunError(f"{system!r} is no name of a link: write small letters, as in vtiger")
    settings = settings_for_command()
    path = file or settings.rules.parent / LINKS / f"{system}.yaml"
    link = _link(path, system)
    country = country or link.country or country_for_command(settings)
    try:
        source = open_source(link, system, path.parent, os.environ)
    except LinkError as error:
        raise CannotRunError(str(error)) from None
    kept = ProgressFile(settings.home, system)
    with closing(source), opened_store(settings, create=True) as store:
        # Before the changes, which have transactions of their own: none goes without an entry.
        note(store, Action.IMPORTED, detail=f"from {system}{', dry run' if dry_run else ''}")
        sync = Sync(store, source, link, system=system, country=country, kept=kept, dry=dry_run)
        trouble = _run(sync, anew=full)
    _print(sync.report, trouble, dry=dry_run, for_programs=for_programs)
    if trouble is not None:
        raise CannotRunError(trouble)
    if sync.report.refused:
        raise click.exceptions.Exit(FINDINGS)


def _link(path: Path, system: str) -> LinkShape:
    try:
        return read_link(path)
    except DeclarationError as error:
        if not path.exists():
            raise CannotRunError(
                f"{path} is not there: declare the link {system} in it, as docs/linking-crms.md"
                " shows"
            ) from None
        raise CannotRunError(str(error)) from None


def _run(sync: Sync, *, anew: bool) -> str | None:
    """Do it; why not all could be done, or None."""
    try:
        with _Bar() as bar:
            report = sync.run(bar.show, anew=anew)
    except (LinkError, StoreError) as error:
        return f"{error}. What was fetched is kept: run it again, and it goes on from there"
    except KeyboardInterrupt:
        return "Interrupted. What was fetched is kept: run it again, and it goes on from there"
    if not report.complete:
        return (
            f"{report.pages} pages are fetched, which is the most of one run (`most_pages`): run it"
            " again, and it goes on from there"
        )
    return None


class _Bar:
    """A progress bar with a line for each module."""

    def __init__(self) -> None:
        self._progress = Progress(console=Console(stderr=True))
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def show(self, module: str, done: int, total: int | None) -> None:
        """Show how many records of a module are done; the bar moves to and fro without a total."""
        if module not in self._tasks:
            self._tasks[module] = self._progress.add_task(module, total=total)
        # What comes a second time counts as well: there may be more done than there were.
        most = None if total is None else max(total, done)
        self._progress.update(self._tasks[module], completed=done, total=most)


def _print(report: SyncReport, trouble: str | None, *, dry: bool, for_programs: bool) -> None:
    if for_programs:
        click.echo(as_json({**asdict(report), "dry_run": dry, "trouble": trouble}))
        return
    table = Table.grid(padding=(0, 2))
    for name in ("added", "changed", "unchanged", "refused"):
        table.add_row(name, str(getattr(report, name)))
    table_console().print(table)
    _print_told("Refused, because no customer can be made of them:", report.refusals)
    _print_told("Left out, the customer is there without it:", report.remarks)
    _print_told("Deleted there, and kept here:", report.deleted)
    for words in report.notes:
        click.echo(cell(words).plain)
    if dry:
        click.echo("Nothing was changed: this was a dry run.")


def _print_told(title: str, told: list[Told]) -> None:
    if told:
        click.echo(title)
    for each in told:
        click.echo(cell(f"  {each.module} {each.id}  {each.reason}".rstrip()).plain)
