"""`rahyab schema`: what editors and readers know of a rules file, made from the loader's model."""

import json
from pathlib import Path

import click

from agi_server.cli.errors import CannotRunError
from routing.reference import reference_page
from routing.schema import editor_schema


@click.command("schema")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file; an editor looks for routing_rules.schema.json beside the rules.",
)
@click.option("--reference", is_flag=True, help="The page about every key instead, in Markdown.")
def schema_command(output: Path | None, reference: bool) -> None:
    """Print the JSON Schema by which editors check a rules file.

    A rules file, and each file that it includes, names the schema in its first line:

        # yaml-language-server: $schema=routing_rules.schema.json

    Exit code 0: done. 2: the file cannot be written.
    """
    text = reference_page() if reference else schema_text()
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CannotRunError(f"{output} cannot be written: {error.strerror}") from None


def schema_text() -> str:
    """The schema as its file has it."""
    return json.dumps(editor_schema(), indent=2, ensure_ascii=False) + "\n"
