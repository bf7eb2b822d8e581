"""`rahyab prompts import`: take the recordings of a speaker in."""

from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table

from agi_server.cli.errors import FINDINGS, CannotRunError
from agi_server.cli.listing import json_option, listing_table
from agi_server.cli.loading import make_home_for
from agi_server.cli.printing import as_json, cell, table_console
from agi_server.cli.progressing import Bars
from agi_server.cli.prompts_site import Site, site_for_command
from agi_server.prompt_sources import PromptBuildError
from agi_server.recordings_import import (
    Judged,
    RecordingsImportError,
    Verdict,
    Wish,
    import_recordings,
)


@click.command("import")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--language", required=True, metavar="CODE", help="In which they speak.")
@click.option("--replace", is_flag=True, help="Let them take the place of earlier recordings.")
@click.option("--dry-run", is_flag=True, help="Check them, and write nothing.")
@json_option
def import_command(
    folder: Path, language: str, *, replace: bool, dry_run: bool, for_programs: bool
) -> None:
    """Take recordings of prompts in: each is checked for level and length, and converted.

    Their names are those of `rahyab prompts script`. Ends with 1 when one was refused.
    """
    site = site_for_command()
    target = site.settings.recordings / site.language(language)
    judged = _import(site, Wish(folder, target, language, replace, dry_run))
    if for_programs:
        click.echo(as_json([asdict(each) for each in judged]))
    else:
        _print(judged, folder, dry_run=dry_run)
    if not judged or any(each.verdict is Verdict.REFUSED for each in judged):
        raise click.exceptions.Exit(FINDINGS)


def _import(site: Site, wish: Wish) -> list[Judged]:
    if not wish.dry_run:
        make_home_for(site.settings, wish.target)
    try:
        with Bars() as bars:
            return import_recordings(
                wish, site.catalogue, lambda done, total: bars.show("Recordings", done, total)
            )
    except (RecordingsImportError, PromptBuildError) as error:
        raise CannotRunError(str(error)) from None


def _print(judged: list[Judged], folder: Path, *, dry_run: bool) -> None:
    if not judged:
        click.echo(cell(f"There is nothing in {folder}.").plain)
        return
    table_console().print(_table(judged))
    counts = [sum(each.verdict is verdict for each in judged) for verdict in Verdict]
    told = (f"{count} {verdict}" for count, verdict in zip(counts, Verdict, strict=True) if count)
    click.echo(f"Recordings: {', '.join(told)}.")
    if dry_run:
        click.echo("This was a trial: nothing was written.")
    elif counts[0]:
        click.echo("`rahyab prompts build` lets callers hear them.")


def _table(judged: list[Judged]) -> Table:
    table = listing_table("file", "verdict", "seconds", "remark", whole=("verdict",))
    for each in judged:
        seconds = "" if each.seconds is None else f"{each.seconds:.1f}"
        table.add_row(cell(each.file), each.verdict, seconds, cell(each.remark))
    return table
