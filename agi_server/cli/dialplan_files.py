"""The files that Asterisk includes: made, read, written, and kept from before."""

import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Final

import click

from agi_server.cli.errors import CannotRunError
from agi_server.cli.problems import plural
from dialplan.conf_text import EXTENSIONS, NAMES, QUEUE_RULES, QUEUES
from dialplan.heads import head
from dialplan.leaving import leaving_contexts
from dialplan.queues import queue_rules_conf, queues_conf
from dialplan.releases import NEWEST, Release
from dialplan.requirements import MOST_QUEUES, Plan, growth_warning, plan_for
from routing.rules import Policy

BACKUPS_KEPT: Final = 10
"""Of each file. Older ones are deleted: revisions of the rules are kept anyway, in the database."""

_STAMP: Final = "%Y-%m-%dT%H%M%S.%fZ"
"""Of a backup, by UTC: names sort by time, and no two are alike."""

_STAMPED: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{6}\.\d{6}Z")

READABLE: Final = 0o644
"""Of a new file, whatever this user's umask: Asterisk runs as another one, and has to read it."""


class WriteError(Exception):
    """A file could not be written; the message says which and why."""


def asterisk_files(policy: Policy, release: Release = NEWEST) -> Mapping[str, str]:
    """The text of each file, by its name.

    Args:
        policy: The rules.
        release: The Asterisk that reads them.

    Raises:
        CannotRunError: These are more queues than any Asterisk should have.
    """
    plan = plan_for(policy)
    if len(plan.all_queues) > MOST_QUEUES:
        raise CannotRunError(
            f"nothing is written beyond {MOST_QUEUES} queues: {growth_warning(plan)}"
        )
    packaged = resources.files("dialplan").joinpath(EXTENSIONS)
    shipped = packaged.read_text(encoding="utf-8")
    return {
        EXTENSIONS: f"{head(policy, release)};\n{shipped}{leaving_contexts(policy)}",
        QUEUES: queues_conf(policy, release),
        QUEUE_RULES: queue_rules_conf(policy, release),
    }


def read_files(folder: Path) -> dict[str, str]:
    """The text of each file that is in a folder, by its name.

    Raises:
        CannotRunError: One cannot be read.
    """
    found: dict[str, str] = {}
    for name in NAMES:
        try:
            # What somebody has put in there by hand need not be UTF-8.
            found[name] = (folder / name).read_bytes().decode(errors="replace")
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise CannotRunError(
                f"{folder / name} cannot be read: {error.strerror}; choose another folder with "
                "--to, or give this user the right to read it"
            ) from None
    return found


def write_changed(
    folder: Path, files: Mapping[str, str], now: datetime | None = None
) -> Mapping[str, bool]:
    """Write the files whose text differs from what is there.

    Each is replaced in one step, so that Asterisk never reads half a file, and none before all are
    on the disk.

    Args:
        folder: Where they go; made when it is not there.
        files: The text of each by its name.
        now: Keep what each was before under this moment's name; None: do not.

    Returns:
        Whether each was written, by its name.

    Raises:
        WriteError: One cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        changed = {name: _differs(folder / name, text) for name, text in files.items()}
        fresh = [_staged(folder / name, files[name]) for name in files if changed[name]]
        for path in fresh:
            if now is not None:
                _back_up(path.with_suffix(""), now)
            path.replace(path.with_suffix(""))
    except OSError as error:
        raise WriteError(
            f"{error.filename or folder} cannot be written: {error.strerror}; "
            "choose another folder with --to, or give this user the right to write there"
        ) from None
    return changed


def _differs(path: Path, text: str) -> bool:
    return not path.is_file() or path.read_bytes() != text.encode()


def _staged(path: Path, text: str) -> Path:
    """The new text beside the file, with the rights of the old one."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_bytes(text.encode())
    fresh.chmod(READABLE)
    with suppress(FileNotFoundError):
        shutil.copymode(path, fresh)
    return fresh


def _back_up(path: Path, now: datetime) -> None:
    if path.is_file():
        shutil.copy2(path, path.with_name(f"{path.name}.{now.strftime(_STAMP)}"))
        for old in backups(path)[:-BACKUPS_KEPT]:
            old.unlink(missing_ok=True)


def backups(path: Path) -> list[Path]:
    """What a file was before, the oldest first."""
    begin = f"{path.name}."
    return sorted(
        each
        for each in path.parent.iterdir()
        if each.name.startswith(begin) and _STAMPED.fullmatch(each.name.removeprefix(begin))
    )


def tell_queues(plan: Plan) -> None:
    """Print how many Asterisk queues the rules make; a warning beside it if they are many.

    Args:
        plan: The queues; those for agents whom callers prefer count as well.
    """
    warning = growth_warning(plan)
    if warning is not None:
        click.echo(f"warning: {warning}", err=True)
    count = len(plan.all_queues)
    click.echo(f"{count} Asterisk {plural('queue', count)}: see `rahyab queues list`")


def instructions(folder: Path) -> str:
    """What to write where, so that Asterisk has the files of a folder."""
    includes = "\n".join(f"  in {name:<16}  {include_line(folder / name)}" for name in NAMES)
    return (
        "\nInclude each once, at the end of Asterisk's own file of the same name:\n"
        f"{includes}\n"
        "In [general] of queues.conf write shared_lastcall=yes: the rest after a call then counts\n"
        "in every queue of an agent. Then, now and after each later build:\n"
        "  asterisk -rx 'dialplan reload'\n"
        "  asterisk -rx 'queue reload all'"
    )


def include_line(path: Path) -> str:
    """The line by which a file of Asterisk's own includes one of ours."""
    return f'#include "{path}"'
