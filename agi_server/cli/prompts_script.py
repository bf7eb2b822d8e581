"""`rahyab prompts script`: what a speaker is to record, and under which names."""

import csv
from pathlib import Path
from typing import Final

import click

from agi_server.cli.errors import CannotRunError
from agi_server.cli.listing import listing_table
from agi_server.cli.printing import cell, table_console
from agi_server.cli.prompts_site import site_for_command
from agi_server.delivered_kinds import told_kinds
from ivr.studio import Line, script

FORMAT: Final = (
    f"One file for each line, named as in the last column: {told_kinds()}, mono, 16 or 24 bits,"
    " 48 kHz (16 kHz at least), peaks between -12 and -3 dB, no music and no effects, half a second"
    " of silence at both ends."
)
"""What a studio is asked to deliver."""


@click.command("script")
@click.argument("language", metavar="LANGUAGE")
@click.option(
    "--csv",
    "file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a table that spreadsheets open, instead of printing one.",
)
def script_command(language: str, file: Path | None) -> None:
    """Print the studio script of a language: id, text and file name of each recording."""
    site = site_for_command()
    code = site.language(language)
    lines = script(site.catalogue, code)
    if file is None:
        table = listing_table("id", "text", "file", whole=("id", "file"))
        for line in lines:
            table.add_row(cell(line.prompt), cell(line.text), cell(line.file))
        table_console().print(table)
    else:
        _write(file, lines)
        click.echo(f"{len(lines)} lines written to {file}.", err=True)
    click.echo(FORMAT, err=True)
    click.echo(f"Then: rahyab prompts import FOLDER --language {code}", err=True)


def _write(file: Path, lines: tuple[Line, ...]) -> None:
    """Write the script as CSV, with the mark by which Excel knows that it is UTF-8."""
    try:
        with file.open("w", encoding="utf-8-sig", newline="") as page:
            writer = csv.writer(page)
            writer.writerow(("id", "text", "file"))
            writer.writerows((line.prompt, line.text, line.file) for line in lines)
    except OSError as error:
        raise CannotRunError(
            f"{file} cannot be written ({error.strerror}): name another file"
        ) from None
