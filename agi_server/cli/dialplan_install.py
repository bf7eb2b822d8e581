"""`rahyab dialplan install`: write the files, keep what they were, and have Asterisk take them."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from shlex import join, quote
from typing import Final, NoReturn

import click

from agi_server.cli.asterisk_command import NoAsteriskError
from agi_server.cli.dialplan_diff import what_is_kept
from agi_server.cli.dialplan_files import (
    WriteError,
    backups,
    instructions,
    tell_queues,
    write_changed,
)
from agi_server.cli.dialplan_options import asterisk_option, command_option, to_option
from agi_server.cli.dialplan_prepared import Prepared, prepare
from agi_server.cli.dialplan_taking import RELOADS, Lacking, cures, lacks, reload
from agi_server.cli.errors import FINDINGS, CannotRunError
from agi_server.cli.loading import make_home_for
from dialplan.conf_text import NAMES
from dialplan.requirements import plan_for

TAKEN: Final = "taken.json"
"""Of when the files are that Asterisk has taken: `build` may have written others since."""


@click.command()
@to_option
@asterisk_option
@command_option
def install(folder: Path | None, branch: str | None, line: str | None) -> None:
    """Write what Asterisk includes, have Asterisk take it, and look whether it has.

    What a file was before stays beside it, with the date in its name. A queue that goes is kept
    for an hour, and while callers wait in it. What is as it should be already is left alone.

    Exit code 0: Asterisk has what the rules make. 1: it is written, but Asterisk does not have it;
    or problems in the rules. 2: it could not run.
    """
    prepared = prepare(folder, branch, line)
    make_home_for(prepared.settings, prepared.folder)
    written = _write(prepared, datetime.now(UTC))
    _tell_files(prepared, written)
    if prepared.trouble is not None:
        _leave_to_do(prepared, prepared.trouble)
    try:
        done = _have_taken(prepared, written)
    except NoAsteriskError as error:
        _leave_to_do(prepared, str(error))
    click.echo(done)


def _write(prepared: Prepared, now: datetime) -> Mapping[str, bool]:
    try:
        return write_changed(prepared.folder, prepared.files, now)
    except WriteError as error:
        raise CannotRunError(str(error)) from None


def _tell_files(prepared: Prepared, written: Mapping[str, bool]) -> None:
    for name, changed in written.items():
        path = prepared.folder / name
        before = (
            f" (before: {backups(path)[-1].name})" if changed and name in prepared.before else ""
        )
        click.echo(f"{'written  ' if changed else 'unchanged'}  {path}{before}")
    tell_queues(plan_for(prepared.policy))
    for sentence in what_is_kept(prepared.kept):
        click.echo(sentence)


def _leave_to_do(prepared: Prepared, trouble: str) -> NoReturn:
    """Tell what is left to do by hand. Raises Exit."""
    click.echo(f"Asterisk does not know of it yet: {trouble}", err=True)
    click.echo(instructions(prepared.folder))
    gone = ", ".join(prepared.going)
    if gone:
        click.echo(
            f"These queues go: {gone}. Reload when `queue show` tells that nobody waits in them:"
            " callers in a\nqueue that has gone are not seen by agents who come free later."
        )
    raise click.exceptions.Exit(FINDINGS)


def _have_taken(prepared: Prepared, written: Mapping[str, bool]) -> str:
    """Reload Asterisk where it lacks something; what came of it.

    Raises:
        NoAsteriskError: It could not be asked.
        click.exceptions.Exit: It did not take everything.
    """
    command, files = prepared.command, prepared.files
    taken = not any(written.values()) and _is_marked(prepared.folder)
    if taken and not lacks(command, files):
        return f"nothing to do: Asterisk {prepared.release} has what the rules make"
    missing = reload(command, files, prepared.folder)
    if missing:
        _tell_missing(prepared, missing, written)
        raise click.exceptions.Exit(FINDINGS)
    _mark(prepared.folder)
    return f"Asterisk {prepared.release} has taken it"


def _tell_missing(prepared: Prepared, missing: Lacking, written: Mapping[str, bool]) -> None:
    for line in cures(missing, prepared.folder, prepared.command):
        click.echo(line)
    click.echo("Then run this again.")
    changed = [
        prepared.folder / name for name in missing if written[name] and name in prepared.before
    ]
    if changed:
        click.echo("What was there before comes back by:")
    for path in changed:
        click.echo(f"  cp -p {quote(str(backups(path)[-1]))} {quote(str(path))}")
    if changed:
        click.echo(
            "".join(f"  {join(prepared.command.words)} -rx '{each}'\n" for each in RELOADS),
            nl=False,
        )


def _times(folder: Path) -> dict[str, int]:
    return {name: (folder / name).stat().st_mtime_ns for name in NAMES}


def _is_marked(folder: Path) -> bool:
    try:
        marked: object = json.loads((folder / TAKEN).read_bytes())
        return marked == _times(folder)
    except (OSError, ValueError):
        return False


def _mark(folder: Path) -> None:
    # Without it the next run reloads once more than it need.
    with suppress(OSError):
        (folder / TAKEN).write_text(json.dumps(_times(folder)), encoding="utf-8")
