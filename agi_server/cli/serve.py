"""`rahyab serve`: the server."""

import asyncio
from typing import Final

import click
import uvloop

from agi_server.app import Application, serve
from agi_server.cli.errors import CannotRunError
from agi_server.cli.loading import end_for_policy, settings_for_command
from agi_server.listening import ListenError
from agi_server.logs import configure_logs
from agi_server.policy import PolicyError
from agi_server.settings import SettingsError, parse_address
from crm.ports import StoreError

EXAMPLE_CALL: Final = '--from +989121234567 --to +982191000000 --at "2026-11-24 10:00"'
"""In the office hours of the rules that we ship: at night a newcomer would hear it is closed."""


@click.command("serve")
@click.option("--listen", metavar="HOST:PORT", help="Instead of RAHYAB_LISTEN.")
def serve_command(listen: str | None) -> None:
    """Serve calls until stopped. SIGHUP loads the rules again; SIGTERM ends in good order."""
    settings = settings_for_command()
    configure_logs(settings.log_format, settings.log_level)
    try:
        if listen is not None:
            settings = settings.listening_on(parse_address(listen))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(settings, _banner))
    except PolicyError as error:
        raise end_for_policy(settings.rules, error) from None
    except (StoreError, ListenError, SettingsError) as error:
        raise CannotRunError(str(error)) from None


def _banner(application: Application) -> None:
    """Say what to do next."""
    address = "{}:{}".format(*application.address)
    click.echo(
        f"\nRahyab answers on agi://{address}. In another terminal.\n"
        "A call in the terminal, within office hours:\n"
        f"  rahyab try {EXAMPLE_CALL}\n"
        "A private Asterisk (as root), and a call through it:\n"
        "  rahyab lab up\n"
        f"  rahyab lab call {EXAMPLE_CALL} --keys 1\n"
        "What happened:\n"
        "  rahyab calls\n"
        "Your own PBX: docs/quick-start.md. Ctrl-C ends.\n"
    )
