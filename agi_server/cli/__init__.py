"""The `rahyab` command."""

import click

from agi_server import __version__
from agi_server.cli.calls import calls
from agi_server.cli.cases import cases
from agi_server.cli.check import check_command
from agi_server.cli.customers import customers
from agi_server.cli.dialplan import dialplan_group
from agi_server.cli.lab import lab
from agi_server.cli.prompts import prompts
from agi_server.cli.serve import serve_command
from agi_server.cli.trial import try_command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="rahyab")
def main() -> None:
    """Rahyab finds the way for every call: the routing brain beside an Asterisk PBX."""


main.add_command(serve_command, "serve")
main.add_command(check_command, "check")
main.add_command(try_command, "try")
main.add_command(calls)
main.add_command(cases)
main.add_command(customers)
main.add_command(prompts)
main.add_command(dialplan_group, "dialplan")
main.add_command(lab)
