"""Commands of `rahyab customers` that need far more of the program than the others.

What speaks HTTP, reads workbooks, or looks as a call does, takes nearly half a second to import:
whoever lists customers must not wait for it.
"""

from importlib import import_module
from typing import Final

import click

RARE: Final = {
    "import": ("customers_import", "import_command"),
    "lookup": ("customers_lookup", "lookup_command"),
    "sync": ("customers_sync", "sync_command"),
}
"""By name: the module beside this one, and the attribute."""


class RareCommands(click.Group):
    """A group that imports these when they are wanted, or listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the alphabet."""
        return sorted((*super().list_commands(ctx), *RARE))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name; None if there is none."""
        if cmd_name not in RARE:
            return super().get_command(ctx, cmd_name)
        module, attribute = RARE[cmd_name]
        command: click.Command = getattr(import_module(f"agi_server.cli.{module}"), attribute)
        return command
