"""`rahyab serve`: the server."""

import asyncio
from typing import Final

import click

from agi_server.cli.errors import CannotRunError
from agi_server.cli.loading import end_for_policy, settings_for_command
from agi_server.control_socket import ControlError
from agi_server.listening import ListenError
from agi_server.logs import configure_logs
from agi_server.policy import PolicyError
from agi_server.settings import (
    MOST_WORKERS,
    Address,
    SettingsError,
    parse_address,
    show_address,
)
from agi_server.supervisor import serve
from agi_server.worker_process import WorkerFailedError

EXAMPLE_CALL: Final = '--from +989121234567 --to +982191000000 --at "2026-11-24 10:00"'
"""In the office hours of the rules that we ship: at night a newcomer would hear it is closed."""


@click.command("serve")
@click.option("--listen", metavar="HOST:PORT", help="Instead of RAHYAB_LISTEN.")
@click.option(
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    help="Processes that serve calls. Instead of RAHYAB_WORKERS.",
)
@click.option("--watch", is_flag=True, help="Load the rules again when their file changes.")
def serve_command(listen: str | None, workers: int | None, watch: bool) -> None:
    """Serve calls until stopped. SIGHUP loads the rules again; SIGTERM ends in good order."""
    settings = settings_for_command()
    configure_logs(settings.log_format, settings.log_level)
    try:
        if listen is not None:
            settings = settings.listening_on(parse_address(listen))
        if workers is not None:
            settings = settings.with_workers(workers)
        asyncio.run(serve(settings, _banner, watch=watch))
    except PolicyError as error:
        raise end_for_policy(error, settings.rules) from None
    except (WorkerFailedError, ControlError, ListenError, SettingsError) as error:
        raise CannotRunError(str(error)) from None


def _banner(address: Address) -> None:
    """Say what to do next."""
    click.echo(
        f"\nRahyab answers on agi://{show_address(address)}. In another terminal.\n"
        "A call in the terminal, within office hours:\n"
        f"  rahyab try {EXAMPLE_CALL}\n"
        "A private Asterisk (as root), and a call through it:\n"
        "  rahyab lab up\n"
        f"  rahyab lab call {EXAMPLE_CALL} --keys 1\n"
        "What happened:\n"
        "  rahyab calls\n"
        "Your own PBX: docs/quick-start.md. Ctrl-C ends.\n"
    )
