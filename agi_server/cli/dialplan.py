"""`rahyab dialplan`: the files that Asterisk includes."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import click

from agi_server.cli.errors import CannotRunError
from agi_server.cli.loading import make_home_for, policy_for_command, settings_for_command
from dialplan.leaving import leaving_contexts
from dialplan.queues import queue_rules_conf, queues_conf
from dialplan.releases import NEWEST, Release
from dialplan.requirements import Plan, growth_warning, plan_for
from routing.rules import Policy

EXTENSIONS = "extensions.conf"
QUEUES = "queues.conf"
QUEUE_RULES = "queuerules.conf"


class WriteError(Exception):
    """A file could not be written; the message says which and why."""


@click.group("dialplan")
def dialplan_group() -> None:
    """Make the files that Asterisk includes."""


@dialplan_group.command()
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where to write them.  [default: asterisk in RAHYAB_HOME]",
)
@click.option(
    "--asterisk",
    "branch",
    type=click.Choice([str(each.value) for each in Release]),
    default=str(NEWEST.value),
    show_default=True,
    help="The Asterisk that reads them; for one between two of these, the lower.",
)
def build(folder: Path | None, branch: str) -> None:
    """Write extensions.conf, queues.conf and queuerules.conf from the rules.

    A file that would not change is left alone.
    """
    settings = settings_for_command()
    policy = policy_for_command(settings.rules)
    target = (folder or settings.home / "asterisk").absolute()
    make_home_for(settings, target)
    try:
        written = write_changed(target, asterisk_files(policy, Release(int(branch))))
    except WriteError as error:
        raise CannotRunError(str(error)) from None
    for name, changed in written.items():
        click.echo(f"{'written  ' if changed else 'unchanged'}  {target / name}")
    click.echo(_count(plan_for(policy)))
    click.echo(_instructions(target))


def _count(plan: Plan) -> str:
    """How many Asterisk queues the rules make; a warning beside it if they are many."""
    warning = growth_warning(plan)
    if warning is not None:
        click.echo(f"warning: {warning}", err=True)
    count = len(plan.queues)
    return f"{count} Asterisk queue{'' if count == 1 else 's'}: see `rahyab queues list`"


def asterisk_files(policy: Policy, release: Release = NEWEST) -> Mapping[str, str]:
    """The text of each file, by its name.

    Args:
        policy: The rules.
        release: The Asterisk that reads them.
    """
    packaged = resources.files("dialplan").joinpath(EXTENSIONS)
    return {
        EXTENSIONS: packaged.read_text(encoding="utf-8") + leaving_contexts(policy),
        QUEUES: queues_conf(policy, release),
        QUEUE_RULES: queue_rules_conf(policy, release),
    }


def write_changed(folder: Path, files: Mapping[str, str]) -> Mapping[str, bool]:
    """Write the files whose text differs from what is there.

    Each is replaced in one step, so that Asterisk never reads half a file.

    Returns:
        Whether each was written, by its name.

    Raises:
        WriteError: One cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return {name: _write(folder / name, text) for name, text in files.items()}
    except OSError as error:
        raise WriteError(
            f"{error.filename or folder} cannot be written: {error.strerror}; "
            "choose another folder with --to, or give this user the right to write there"
        ) from None


def _write(path: Path, text: str) -> bool:
    content = text.encode()
    if path.is_file() and path.read_bytes() == content:
        return False
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_bytes(content)
    fresh.replace(path)
    return True


def _instructions(folder: Path) -> str:
    includes = "\n".join(
        f'  in {name:<16}  #include "{folder / name}"' for name in (EXTENSIONS, QUEUES, QUEUE_RULES)
    )
    return (
        "\nInclude each once, at the end of Asterisk's own file of the same name:\n"
        f"{includes}\n"
        "In [general] of queues.conf write shared_lastcall=yes: the rest after a call then counts\n"
        "in every queue of an agent. Then, now and after each later build:\n"
        "  asterisk -rx 'dialplan reload'\n"
        "  asterisk -rx 'queue reload all'"
    )
