"""`rahyab prompts play`: hear a prompt as callers do."""

import click

from agi_server.cli.finding import end_with_findings
from agi_server.cli.playing import play, player_option
from agi_server.cli.printing import cell
from agi_server.cli.prompts_site import site_for_command
from agi_server.prompt_manifest import file_of
from agi_server.sound_making import NARROW
from routing.names import suggestion


@click.command("play")
@click.argument("prompt", metavar="ID")
@click.option("--language", metavar="CODE", help="[default: the first of the rules]")
@player_option
def play_command(prompt: str, language: str | None, player: str | None) -> None:
    """Print where the sound of a prompt is and what it says, and play it."""
    site = site_for_command()
    code, catalogue = site.language(language), site.catalogue
    if prompt not in catalogue.ids:
        end_with_findings(f"There is no prompt {prompt}: {suggestion(prompt, catalogue.ids)}")
    sound = catalogue.sound(prompt, code)
    if sound.split("/")[1:] != [code, prompt]:
        click.echo(f"{prompt} has no text in {code}; this is what callers hear instead:", err=True)
    # Not the wideband file: players that go by the end of a name do not know Asterisk's .wav16.
    file = file_of(site.settings.sounds, sound, NARROW)
    if not file.is_file():
        end_with_findings(f"{file} is not there: run `rahyab prompts build`")
    click.echo(cell(file).plain)
    click.echo(cell(catalogue.heard(sound) or "(silence)").plain)
    play(player, str(file))
