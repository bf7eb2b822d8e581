"""What the commands of `rahyab prompts` begin with: the settings and the catalogue of the rules."""

from dataclasses import dataclass

import click

from agi_server.cli.errors import CannotRunError
from agi_server.cli.loading import policy_for_command, settings_for_command
from agi_server.prompt_building import NO_PIPER
from agi_server.settings import Settings
from agi_server.sound_programs import has_piper
from agi_server.voices import PiperVoice, VoiceError, identity
from ivr.prompts import Catalogue, PromptNameError


@dataclass(frozen=True, slots=True)
class Site:
    """A site whose prompts a command is about.

    Attributes:
        settings: Where things are.
        catalogue: The prompts of its rules.
    """

    settings: Settings
    catalogue: Catalogue

    def language(self, wanted: str | None) -> str:
        """The wanted language, or the site's default.

        Raises:
            click.BadParameter: The site does not speak it.
        """
        codes = [language.code for language in self.catalogue.languages]
        if wanted is None:
            return codes[0]
        if wanted not in codes:
            raise click.BadParameter(
                f"{self.settings.rules} does not name the language {wanted}, only"
                f" {', '.join(codes)} (`languages` of `business`)"
            )
        return wanted


def site_for_command() -> Site:
    """The site; the command ends if its settings or rules cannot be used."""
    settings = settings_for_command()
    try:
        return Site(settings, Catalogue.of(policy_for_command(settings.rules)))
    except PromptNameError as error:
        raise CannotRunError(f"{settings.rules}: {error}") from None


def tell_unused_voices(site: Site) -> None:
    """Tell on stderr which voices of RAHYAB_VOICES are of languages that the rules do not speak."""
    spoken = {language.code for language in site.catalogue.languages}
    for language in sorted(site.settings.voices.keys() - spoken):
        click.echo(
            f"Not used: RAHYAB_VOICES has a voice for {language}, which the rules do not speak.",
            err=True,
        )


def tell_unusable_voices(site: Site) -> None:
    """Tell on stderr which models of RAHYAB_VOICES cannot speak, and why."""
    tell_unused_voices(site)
    voices = site.settings.voices
    spoken = {language.code for language in site.catalogue.languages} & voices.keys()
    for language in sorted(spoken):
        try:
            identity(PiperVoice(voices[language]))
        except VoiceError as error:
            click.echo(f"{error}.", err=True)
    if spoken and not has_piper():
        click.echo(NO_PIPER, err=True)
