"""`rahyab prompts`: the prompts that callers hear, and their sounds."""

import click

from agi_server.cli.errors import FINDINGS, CannotRunError
from agi_server.cli.loading import make_home_for
from agi_server.cli.progressing import Bars
from agi_server.cli.prompts_import import import_command
from agi_server.cli.prompts_listing import list_command, missing_command
from agi_server.cli.prompts_play import play_command
from agi_server.cli.prompts_script import script_command
from agi_server.cli.prompts_site import Site, site_for_command, tell_unused_voices
from agi_server.prompt_building import BuildResult, Progress, build_prompts
from agi_server.prompt_sources import PromptBuildError
from agi_server.prompt_state import Lacking, lacking_in_grammar, told_rewording
from ivr.spoken import GrammarError


@click.group()
def prompts() -> None:
    """The prompts that callers hear."""


for _command in (list_command, missing_command, play_command, script_command, import_command):
    prompts.add_command(_command)


@prompts.command()
def build() -> None:
    """Make the sound files of every prompt that is new or has changed.

    Ends with 1 when a prompt lacks a text in one of the languages, or was recorded with another
    text than it has now; with 2 when it could not run.
    """
    site = site_for_command()
    make_home_for(site.settings, site.settings.sounds)
    try:
        result = _build_with_bar(site)
    except PromptBuildError as error:
        raise CannotRunError(str(error)) from None
    _summarise(site, result)
    lacking = _tell_lacking(site, result)
    if lacking:
        raise click.exceptions.Exit(FINDINGS)


def _build_with_bar(site: Site) -> BuildResult:
    settings = site.settings
    with Bars() as bars:

        def report(progress: Progress) -> None:
            bars.show("Building prompts", progress.done, progress.total)

        return build_prompts(
            site.catalogue, settings.sounds, settings.recordings, report, models=settings.voices
        )


def _summarise(site: Site, result: BuildResult) -> None:
    click.echo(
        f"Prompts: {len(result.built)} built, {len(result.unchanged)} unchanged, "
        f"{len(result.removed)} removed ({len(result.recorded)} from your own recordings)."
    )
    for file in result.unused:
        click.echo(f"Not used: {file} is the recording of no prompt that has a text.", err=True)
    tell_unused_voices(site)


def _tell_lacking(site: Site, result: BuildResult) -> bool:
    """Tell what is not said, or not as the rules have it; whether there is any."""
    for prompt, language in result.missing:
        click.echo(
            f"No text: {prompt} has none in {language}; callers hear it in another language. "
            f"Write it under prompts: {prompt}: in the rules file.",
            err=True,
        )
    # Saying all kinds of values takes a moment, and what was in order without a change still is.
    words = _lacking_words(site) if result.built or result.removed else []
    for word in words:
        click.echo(
            f"No word: some values cannot be said in {word.language} without {word.prompt}: "
            f"{word.cure}.",
            err=True,
        )
    for each in result.reworded:
        click.echo(
            f"Text changed since it was recorded: {each.prompt.id} ({each.prompt.language}):"
            f" {told_rewording(each)}.",
            err=True,
        )
    return bool(result.missing or words or result.reworded)


def _lacking_words(site: Site) -> list[Lacking]:
    try:
        return list(lacking_in_grammar(site.catalogue))
    except GrammarError as error:
        raise CannotRunError(str(error)) from None
