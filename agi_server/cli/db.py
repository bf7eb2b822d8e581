"""`rahyab db`: the care of the database."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Final, Self

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table

from agi_server.cli.db_prune import prune_command
from agi_server.cli.errors import FINDINGS, CannotRunError
from agi_server.cli.loading import make_home_for, settings_for_command
from agi_server.cli.printing import as_json, cell, table_console
from crm.checked import Checked
from crm.copying import Copied
from crm.ports import StoreError
from crm.sqlite_backup import back_up, restore
from crm.stores import PostgresServer, SqliteFile, StorePlace, place_named
from crm.upkeep import check, copy, dump_command, migrate, pending_steps, restore_command

json_option = click.option("--json", "for_programs", is_flag=True, help="Print JSON.")

_INTERRUPTED: Final = "Interrupted: nothing has changed."


@click.group("db")
def db() -> None:
    """The database: its steps, check, backup, restore, moving it, pruning it."""


db.add_command(prune_command)


@db.command("pending")
@json_option
def pending_command(*, for_programs: bool) -> None:
    """List the steps of the schema that the database still lacks. Ends with 1 if there are any."""
    place = settings_for_command().store
    with _sentences():
        names = pending_steps(place)
    if for_programs:
        click.echo(as_json(list(names)))
    else:
        for name in names:
            click.echo(name)
        if not names:
            click.echo(f"{place} lacks nothing.")
    if names:
        raise click.exceptions.Exit(FINDINGS)


@db.command("migrate")
def migrate_command() -> None:
    """Apply the steps that the database lacks, or make a new one.

    Each step is kept as soon as it is done. SQLite's are applied by any start of the program as
    well; PostgreSQL's by this command alone: stop all servers that use it, and make a backup.
    """
    settings = settings_for_command()
    if isinstance(settings.store, SqliteFile):
        make_home_for(settings, settings.store.path.parent)
    with _sentences("Interrupted: the steps that were told as done are kept."):
        names = migrate(
            settings.store, lambda name, seconds: click.echo(f"{name}: done in {seconds:.2f} s")
        )
    if not names:
        click.echo(f"{settings.store} lacks nothing.")


@db.command("check")
@json_option
def check_command(*, for_programs: bool) -> None:
    """Look whether all is well with the database. It may be in use; nothing is changed.

    SQLite: every page and index, references, the schema, free space, the log. PostgreSQL: version,
    clock, rights, the schema, indexes; every index too where the extension amcheck is installed.

    Ends with 1 if something is wrong.
    """
    place = settings_for_command().store
    with _sentences(), Console(stderr=True).status(f"checking {place}"):
        found = check(place)
    if for_programs:
        click.echo(as_json([asdict(each) for each in found]))
    else:
        table_console().print(_checks(found))
    if not all(each.is_good for each in found):
        raise click.exceptions.Exit(FINDINGS)


def _checks(found: Sequence[Checked]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for each in found:
        table.add_row("ok" if each.is_good else "WRONG", each.subject, cell(each.told))
    return table


@db.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
def backup_command(file: Path, *, force: bool) -> None:
    """Write a backup to FILE while the server runs; it is checked before it gets this name.

    It holds what was committed when it began, in one file that its owner alone can read. For
    PostgreSQL this only says which command makes one.
    """
    place = settings_for_command().store
    if isinstance(place, PostgresServer):
        raise CannotRunError(
            "PostgreSQL makes its own backups, while it is in use:\n"
            f"  {dump_command(place, str(file))}"
        )
    with _sentences("Interrupted: there is no backup."), _pages() as progress:
        back_up(place.path, file, force=force, progress=progress)
    click.echo(f"{file}: {file.stat().st_size / 1_000_000:.1f} MB, checked.")


@db.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def restore_command_(file: Path) -> None:
    """Put the backup FILE in the place of the database, which is kept beside it.

    Stop the server first: this refuses while anybody has the database open. The backup is checked
    and brought up to date before anything changes. For PostgreSQL this only says which commands do
    it.
    """
    settings = settings_for_command()
    place = settings.store
    if isinstance(place, PostgresServer):
        raise CannotRunError(
            "PostgreSQL restores its own backups. Stop every server, make an empty database"
            f" (createdb), and:\n  {restore_command(place, str(file))}\n  rahyab db migrate"
        )
    make_home_for(settings, place.path.parent)
    with _sentences(), _pages() as progress:
        done = restore(place.path, file, progress=progress)
    click.echo(f"{place.path} is what {file} was.")
    if done.steps:
        click.echo(f"Brought up to date: {', '.join(done.steps)}.")
    if done.kept is not None:
        click.echo(f"What was there before is kept as {done.kept}: remove it when all is well.")


@db.command("copy")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@json_option
def copy_command(source: str, target: str, *, for_programs: bool) -> None:
    """Copy everything from the database FROM to the empty database TO, and compare.

    Each is an SQLite file or an address, postgresql://user@host:port/database. What stands here can
    be seen by other users of this machine: leave the password to ~/.pgpass, or to PGPASSWORD.

    Stop every server first: this refuses while one uses either. All is copied, or nothing.
    """
    places = place_named(source), place_named(target)
    with _sentences(), _Tables() as bars:
        copied = copy(*places, bars.show)
    if for_programs:
        click.echo(as_json([asdict(each) for each in copied]))
        return
    table_console().print(_comparison(copied))
    click.echo(f"{places[1]} holds what {places[0]} holds. {_next_step(places[1])}")


def _comparison(copied: Sequence[Copied]) -> Table:
    table = Table("table", "rows, equal in both", "sum of their hashes, equal in both")
    table.columns[1].justify = "right"
    for each in copied:
        table.add_row(each.table, f"{each.rows:,}", each.digest)
    return table


def _next_step(target: StorePlace) -> str:
    match target:
        case PostgresServer():
            return "Let RAHYAB_STORE name it, with the same on each machine, and start the server."
        case SqliteFile(path):
            return f"Leave RAHYAB_STORE out, let RAHYAB_DATABASE be {path}, and start the server."


@contextmanager
def _sentences(interrupted: str = _INTERRUPTED) -> Generator[None]:
    """Whatever goes wrong ends the command in a sentence."""
    try:
        yield
    except StoreError as error:
        raise CannotRunError(str(error)) from None
    except KeyboardInterrupt:
        raise CannotRunError(interrupted) from None


@contextmanager
def _pages() -> Generator[Callable[[int, int], None]]:
    """A progress bar on stderr for the pages of a file."""
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("copying")
        yield lambda done, total: bar.update(task, completed=done, total=total)


class _Tables:
    """Progress bars on stderr, one a table."""

    def __init__(self) -> None:
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
        self._progress = Progress(*columns, console=Console(stderr=True))
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def show(self, table: str, done: int, total: int) -> None:
        """Show that `done` of `total` rows of a table are copied."""
        if table not in self._tasks:
            self._tasks[table] = self._progress.add_task(table)
        self._progress.update(self._tasks[table], completed=done, total=total)
