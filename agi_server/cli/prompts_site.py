"""What the commands of `rahyab prompts` begin with: the settings and the catalogue of the rules."""

from dataclasses import dataclass

import click

from agi_server.cli.errors import CannotRunError
from agi_server.cli.loading import policy_for_command, settings_for_command
from agi_server.settings import Settings
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
