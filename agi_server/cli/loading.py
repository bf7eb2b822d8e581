"""What most commands begin with: settings, rules, the database; each trouble ends in a sentence."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

import click

from agi_server.cli.errors import FINDINGS, CannotRunError
from agi_server.cli.finding_formats import Report, as_json, error_as_json
from agi_server.cli.problems import print_problems
from agi_server.policy import PolicyError, load_policy_file
from agi_server.settings import Settings, SettingsError, load_settings
from crm.ports import Store, StoreError
from crm.stores import open_store
from routing.rules import Business, Policy

HOME_RIGHTS: Final = 0o711
"""Of a home folder that we make: nobody else lists what is in it, and Asterisk, which runs as a
user of its own, still gets through to the sounds and the files that it includes."""


PROBE_SECONDS: Final = 0.5
"""How long a server may take to accept a connection."""


def settings_for_command() -> Settings:
    """The settings. Raises CannotRunError."""
    try:
        return load_settings()
    except SettingsError as error:
        raise CannotRunError(str(error)) from None


def make_home_for(settings: Settings, folder: Path) -> None:
    """Make the home folder, if there is none and `folder` is to be in it.

    Trouble is left to whoever writes to `folder`, and can say what cannot be written.
    """
    if folder.absolute().is_relative_to(settings.home.absolute()):
        with suppress(OSError):
            settings.home.mkdir(HOME_RIGHTS, parents=True, exist_ok=True)


def policy_for_command(path: Path, *, for_programs: bool = False) -> Policy:
    """The rules; problems are printed, and the command ends with FINDINGS.

    Args:
        path: The rules file.
        for_programs: Print problems as `rahyab check --format json` does.

    Raises:
        CannotRunError: The file cannot be read.
        click.exceptions.Exit: It has problems.
    """
    try:
        return load_policy_file(path)
    except PolicyError as error:
        raise end_for_policy(error, path, for_programs=for_programs) from None


def end_for_policy(error: PolicyError, path: Path, *, for_programs: bool = False) -> Exception:
    """Print the problems of rules; what to raise so that the command ends as it should.

    Args:
        error: Why they cannot be used.
        path: Where they are.
        for_programs: Print problems as `rahyab check --format json` does.
    """
    if error.rules is None:
        if for_programs:
            click.echo(error_as_json(str(path), str(error)))
        return CannotRunError(str(error))
    if for_programs:
        click.echo(as_json(Report(error.rules, error.problems, {}, Path.cwd())))
    else:
        print_problems(error.rules, error.problems)
    return click.exceptions.Exit(FINDINGS)


def business_for_command(settings: Settings) -> Business | None:
    """The business of the rules, for zone and country; None while the rules cannot be used."""
    try:
        return load_policy_file(settings.rules).business
    except PolicyError:
        return None


def country_for_command(settings: Settings) -> str:
    """Whose numbers are written without a country code. Raises CannotRunError."""
    business = business_for_command(settings)
    if business is None:
        raise CannotRunError(
            f"{settings.rules} does not tell the country: mend it (`rahyab check`) or say --country"
        )
    return business.country


def takes_connections(address: tuple[str, int]) -> bool:
    """Whether something listens there: a server that runs, as a rule on this machine."""
    try:
        socket.create_connection(address, PROBE_SECONDS).close()
    except OSError:
        return False
    return True


@contextmanager
def opened_store(settings: Settings, *, create: bool = False) -> Iterator[Store]:
    """The database, for one command. Raises CannotRunError."""
    try:
        with closing(open_store(settings.store, create=create)) as store:
            yield store
    except StoreError as error:
        raise CannotRunError(str(error)) from None
