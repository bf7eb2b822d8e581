"""`rahyab prompts`: build the sound files that callers hear, and list what they say."""

from dataclasses import asdict, dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as ProgressBar
from rich.table import Column, Table
from rich.text import Text

from agi_server.cli.errors import FINDINGS, CannotRunError
from agi_server.cli.loading import make_home_for, policy_for_command, settings_for_command
from agi_server.cli.printing import as_json
from agi_server.prompt_building import (
    BuildResult,
    Progress,
    PromptBuildError,
    build_prompts,
    find_recordings,
)
from agi_server.settings import Settings
from ivr.prompts import Catalogue, Prompt, PromptNameError


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of `rahyab prompts list`. `text` is None where the prompt has none."""

    prompt: str
    language: str
    source: str
    text: str | None


@click.group()
def prompts() -> None:
    """The prompts that callers hear."""


@prompts.command()
def build() -> None:
    """Make the sound file of every prompt that is new or has changed.

    Ends with 1 when a prompt lacks a text in one of the languages, with 2 when it could not run.
    """
    settings, catalogue = _load()
    make_home_for(settings, settings.sounds)
    try:
        result = _build_with_bar(catalogue, settings)
    except PromptBuildError as error:
        raise CannotRunError(str(error)) from None
    _summarise(result)
    if result.missing:
        raise click.exceptions.Exit(FINDINGS)


@prompts.command("list")
@click.option(
    "--json", "for_programs", is_flag=True, help="Print JSON, one object a prompt and language."
)
def list_prompts(*, for_programs: bool) -> None:
    """Show every prompt: what it says in each language, and where its sound comes from."""
    settings, catalogue = _load()
    try:
        lines = list_catalogue(catalogue, settings.recordings)
    except PromptBuildError as error:
        raise CannotRunError(str(error)) from None
    if for_programs:
        click.echo(as_json([asdict(line) for line in lines]))
    else:
        Console().print(_table(lines))


def list_catalogue(catalogue: Catalogue, recordings: Path) -> list[Listed]:
    """Every prompt in every language of the business, with the source of its sound.

    Raises:
        PromptBuildError: The folder of recordings cannot be read.
    """
    recorded = find_recordings(recordings, catalogue).keys()
    spoken = [
        Listed(prompt.id, prompt.language, _source(prompt, prompt.sound in recorded), prompt.text)
        for prompt in catalogue
    ]
    missing = [Listed(name, code, "missing", None) for name, code in catalogue.missing()]
    return sorted([*spoken, *missing], key=lambda line: line.prompt)


def _source(prompt: Prompt, recorded: bool) -> str:
    if recorded:
        return "recorded"
    return "synthesised" if prompt.silence is None else "silence"


def _table(lines: list[Listed]) -> Table:
    table = Table(Column("Prompt", no_wrap=True), "Language", "Source", "Text")
    for line in lines:
        table.add_row(line.prompt, line.language, line.source, Text(line.text or ""))
    return table


def _load() -> tuple[Settings, Catalogue]:
    """The settings, and the catalogue of the rules file; ends the command if there is none."""
    settings = settings_for_command()
    try:
        return settings, Catalogue.of(policy_for_command(settings.rules))
    except PromptNameError as error:
        raise CannotRunError(f"{settings.rules}: {error}") from None


def _build_with_bar(catalogue: Catalogue, settings: Settings) -> BuildResult:
    console = Console(stderr=True)
    columns = (TextColumn("Building prompts"), BarColumn(), MofNCompleteColumn())
    with ProgressBar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("prompts", total=None, visible=False)

        def report(progress: Progress) -> None:
            bar.update(task, completed=progress.done, total=progress.total, visible=True)

        return build_prompts(catalogue, settings.sounds, settings.recordings, report)


def _summarise(result: BuildResult) -> None:
    click.echo(
        f"Prompts: {len(result.built)} built, {len(result.unchanged)} unchanged, "
        f"{len(result.removed)} removed ({len(result.recorded)} from your own recordings)."
    )
    for file in result.unused:
        click.echo(f"Not used: {file} is the recording of no prompt that has a text.", err=True)
    for prompt, language in result.missing:
        click.echo(
            f"No text: {prompt} has none in {language}; callers hear it in another language. "
            f"Write it under prompts: {prompt}: in the rules file.",
            err=True,
        )
