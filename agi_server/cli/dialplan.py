"""`rahyab dialplan`: the files that Asterisk includes."""

from datetime import UTC, datetime
from pathlib import Path

import click

from agi_server.cli.dialplan_diff import diff_command, what_is_kept
from agi_server.cli.dialplan_files import (
    WriteError,
    asterisk_files,
    instructions,
    read_files,
    tell_queues,
    write_changed,
)
from agi_server.cli.dialplan_install import install
from agi_server.cli.dialplan_options import build_for_option, target_folder, to_option
from agi_server.cli.errors import CannotRunError
from agi_server.cli.loading import make_home_for, policy_for_command, settings_for_command
from dialplan.kept_sections import kept_sections, with_kept
from dialplan.releases import Release
from dialplan.requirements import plan_for


@click.group("dialplan")
def dialplan_group() -> None:
    """The files that Asterisk includes: build, diff, install."""


dialplan_group.add_command(diff_command)
dialplan_group.add_command(install)


@dialplan_group.command()
@to_option
@build_for_option
def build(folder: Path | None, branch: str) -> None:
    """Write extensions.conf, queues.conf and queuerules.conf from the rules.

    A file that would not change is left alone. What the rules make no more is kept for an hour.
    Asterisk is not asked: `install` does that too.
    """
    settings = settings_for_command()
    policy = policy_for_command(settings.rules)
    target = target_folder(settings, folder)
    made, before = asterisk_files(policy, Release(int(branch))), read_files(target)
    kept = kept_sections(made, before, {}, datetime.now(UTC))
    make_home_for(settings, target)
    try:
        written = write_changed(target, with_kept(made, before, kept))
    except WriteError as error:
        raise CannotRunError(str(error)) from None
    for name, changed in written.items():
        click.echo(f"{'written  ' if changed else 'unchanged'}  {target / name}")
    tell_queues(plan_for(policy))
    for sentence in what_is_kept(kept):
        click.echo(sentence)
    click.echo(instructions(target))
