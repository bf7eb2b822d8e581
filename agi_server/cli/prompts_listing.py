"""`rahyab prompts list` and `rahyab prompts missing`: what there is to hear, and what is not."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import click
from rich.table import Table

from agi_server.cli.errors import FINDINGS, CannotRunError
from agi_server.cli.listing import json_option, listing_table
from agi_server.cli.printing import as_json, cell, table_console
from agi_server.cli.prompts_site import Site, site_for_command, tell_unusable_voices
from agi_server.prompt_sources import PromptBuildError, find_recordings
from agi_server.prompt_state import (
    Lack,
    Lacking,
    lacking_in_grammar,
    lacking_sounds,
    lacking_texts,
    lacking_words_of_now,
)
from agi_server.recorded_texts import reworded
from agi_server.voices import voice_of
from ivr.prompts import Catalogue, Prompt
from ivr.spoken import GrammarError


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of `rahyab prompts list`.

    Attributes:
        prompt: Its id.
        language: The language of the line.
        source: `recorded`, `synthesised`, `silence` or `missing`.
        voice: Who speaks it; None for what is not synthesised.
        text: None where the prompt has none.
        recorded_text: What the recording says, if the text was changed afterwards; else None.
    """

    prompt: str
    language: str
    source: str
    voice: str | None
    text: str | None
    recorded_text: str | None = None


@click.command("list")
@json_option
def list_command(*, for_programs: bool) -> None:
    """Show every prompt: its text in each language, its voice, and where its sound comes from."""
    site = site_for_command()
    tell_unusable_voices(site)
    try:
        lines = list_catalogue(site.catalogue, site.settings.recordings, site.settings.voices)
    except PromptBuildError as error:
        raise CannotRunError(str(error)) from None
    if for_programs:
        click.echo(as_json([asdict(line) for line in lines]))
        return
    table = listing_table("prompt", "language", "source", "voice", "text", whole=("prompt",))
    for line in lines:
        table.add_row(*map(cell, _row(line)))
    table_console().print(table)


def _row(line: Listed) -> tuple[str | None, ...]:
    source = line.source if line.recorded_text is None else f"{line.source}, {Lack.PRESENT_WORDS}"
    return line.prompt, line.language, source, line.voice, line.text


def list_catalogue(
    catalogue: Catalogue, recordings: Path, models: Mapping[str, Path]
) -> list[Listed]:
    """Every prompt in every language of the business, with the source of its sound.

    Args:
        catalogue: The prompts.
        recordings: The administrator's own recordings.
        models: The models of Piper by language.

    Raises:
        PromptBuildError: The folder of recordings cannot be read.
    """
    recorded = find_recordings(recordings, catalogue).keys()
    old = {each.prompt.sound: each.recorded for each in reworded(catalogue, recordings)}
    spoken = [
        replace(_listed(each, each.sound in recorded, models), recorded_text=old.get(each.sound))
        for each in catalogue
    ]
    missing = [Listed(name, code, "missing", None, None) for name, code in catalogue.missing()]
    return sorted([*spoken, *missing], key=lambda line: line.prompt)


def _listed(prompt: Prompt, recorded: bool, models: Mapping[str, Path]) -> Listed:
    voice = None
    if recorded:
        source = "recorded"
    elif prompt.silence is not None:
        source = "silence"
    else:
        source, voice = "synthesised", voice_of(prompt, models).label
    return Listed(prompt.id, prompt.language, source, voice, prompt.text)


@click.command("missing")
@json_option
def missing_command(*, for_programs: bool) -> None:
    """Show what prompts lack: a text in a language, a word, a sound file that is up to date.

    Ends with 1 when anything is missing.
    """
    site = site_for_command()
    tell_unusable_voices(site)
    lacking = _everything_lacking(site)
    if for_programs:
        click.echo(as_json([asdict(each) for each in lacking]))
    elif lacking:
        table_console().print(_table(lacking))
    else:
        click.echo("Nothing is missing.")
    if lacking:
        raise click.exceptions.Exit(FINDINGS)


def _everything_lacking(site: Site) -> list[Lacking]:
    settings, catalogue = site.settings, site.catalogue
    try:
        return [
            *lacking_texts(catalogue),
            *lacking_in_grammar(catalogue),
            *lacking_words_of_now(catalogue, settings.recordings),
            *lacking_sounds(catalogue, settings.sounds, settings.recordings, settings.voices),
        ]
    except (PromptBuildError, GrammarError) as error:
        raise CannotRunError(str(error)) from None


def _table(lacking: list[Lacking]) -> Table:
    table = listing_table("prompt", "language", "missing", "what to do", whole=("prompt",))
    for each in lacking:
        table.add_row(*map(cell, asdict(each).values()))
    return table
