"""What `rahyab dialplan build`, `diff` and `install` share: their options and their target."""

from pathlib import Path
from typing import Final

import click

from agi_server.settings import Settings
from dialplan.releases import NEWEST, Release

BRANCHES: Final = click.Choice([str(each.value) for each in Release])

to_option: Final = click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder of the files.  [default: asterisk in RAHYAB_HOME]",
)

build_for_option: Final = click.option(
    "--asterisk",
    "branch",
    type=BRANCHES,
    default=str(NEWEST.value),
    show_default=True,
    help="The Asterisk that reads them; for one between two of these, the lower.",
)

asterisk_option: Final = click.option(
    "--asterisk",
    "branch",
    type=BRANCHES,
    help="The Asterisk that reads them; for one between two of these, the lower."
    "  [default: the one that runs, else the one that the files are for]",
)

command_option: Final = click.option(
    "--asterisk-command",
    "line",
    metavar="COMMAND",
    help="The command line of Asterisk.  [default: RAHYAB_ASTERISK_COMMAND, else asterisk]",
)


def target_folder(settings: Settings, folder: Path | None) -> Path:
    """Where the files are: a folder that was named, or the one in the home folder."""
    return (folder or settings.home / "asterisk").absolute()
