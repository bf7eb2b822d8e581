"""Whether Asterisk has taken the files that we wrote, and what to do where it has not."""

import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from agi_server.cli.asterisk_command import AsteriskCommand
from agi_server.cli.dialplan_files import include_line
from dialplan.conf_text import EXTENSIONS, NAMES, QUEUES, included, read_dialplan
from dialplan.console import Shown, folders_shown, lacking

RELOADS: Final = ("dialplan reload", "queue reload all")
"""The commands of Asterisk by which it reads our files."""

MOST_NAMED: Final = 3
"""Of what Asterisk lacks: enough to see what kind of thing it is."""

DEEPEST: Final = 8
"""Files that include files: sites have two or three levels."""

Lacking = Mapping[str, Sequence[str]]
"""What Asterisk lacks, by the name of the file that says it."""


def reload(command: AsteriskCommand, files: Mapping[str, str], folder: Path) -> Lacking:
    """Have Asterisk read its dialplan and its queues again; what it lacks then.

    Args:
        command: How Asterisk is asked.
        files: The text of each file by its name.
        folder: Where they are.

    Raises:
        NoAsteriskError: It could not be asked.
    """
    begun = time.monotonic()
    fresh = False
    # What has the same time as before is not read again, even if that reading failed (config.c).
    with suppress(OSError):
        (folder / QUEUES).touch()
        fresh = True
    for each in RELOADS:
        command.rx(each)
    return lacks(command, files, begun if fresh else None)


def lacks(
    command: AsteriskCommand, files: Mapping[str, str], since: float | None = None
) -> Lacking:
    """What Asterisk lacks of files.

    Args:
        command: How Asterisk is asked.
        files: The text of each file by its name.
        since: The time, by `time.monotonic`, after which it must have read queues.conf.

    Raises:
        NoAsteriskError: It could not be asked.
    """
    contexts = read_dialplan(files[EXTENSIONS])
    shown = Shown(
        queues=command.rx("queue show"),
        rules=command.rx("queue show rules"),
        contexts="".join(command.rx(f"dialplan show {each}") for each in contexts),
    )
    # One second more, as Asterisk takes the difference of two clock readings without fractions.
    return lacking(files, shown, None if since is None else int(time.monotonic() - since) + 1)


def cures(missing: Lacking, folder: Path, command: AsteriskCommand) -> Iterator[str]:
    """What to do about each file that Asterisk has not taken, in a few lines each.

    So for one that it does not include, though it lacks nothing of that at present: a file may say
    nothing that Asterisk shows, such as penalty rules where no queue has steps.

    Args:
        missing: What it lacks.
        folder: Where the files are.
        command: How Asterisk is asked.

    Raises:
        NoAsteriskError: It could not be asked.
    """
    folders = folders_shown(command.rx("core show settings"))
    etc = Path(folders.get("Configuration", "/etc/asterisk"))
    log = folders.get("Log", "/var/log/asterisk")
    for name in NAMES:
        path, own, things = folder / name, etc / name, missing.get(name)
        is_included = includes(own, path)
        if things:
            yield f"Asterisk has not taken {path}: it does not have {_some(things)} as it says."
        elif not is_included:
            yield f"Of {path} Asterisk lacks nothing now, but later rules need it too."
        if things or not is_included:
            yield from _cure(path, own, log, is_included=is_included)


def _cure(path: Path, own: Path, log: str, *, is_included: bool | None) -> Iterator[str]:
    """What to do about one file.

    Args:
        path: The file.
        own: That of Asterisk's own which should include it.
        log: Where Asterisk's log is.
        is_included: Whether that includes it; None where it cannot be read.
    """
    match is_included:
        case False:
            yield f"  {own} does not include it. Write at its end:\n    {include_line(path)}"
            if path.name == QUEUES:
                yield "  and in its section [general]:\n    shared_lastcall=yes"
        case True:
            yield f"  {own} includes it. {_refused(path)}; the log says more: {log}"
        case _:
            yield (
                f"  Write this line at the end of {own}, which cannot be read from here:\n"
                f"    {include_line(path)}\n"
                f"  If it stands there: {_refused(path)}; the log says more: {log}"
            )


def _some(things: Sequence[str]) -> str:
    more = len(things) - MOST_NAMED
    return ", ".join(things[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _refused(path: Path) -> str:
    """Why Asterisk may not have taken a file that it includes."""
    mistake = (
        "A mistake in a file of Asterisk's own makes it refuse them all, or one of yours has a "
        "section of the same name before ours"
    )
    closed = _closed(path)
    return mistake if closed is None else f"{mistake}, or {closed} is closed to its user"


def _closed(path: Path) -> Path | None:
    """The first of the folders down to a file, or the file, that others cannot get through."""
    try:
        for each in (*reversed(path.parents), path):
            wanted = stat.S_IROTH if each == path else stat.S_IXOTH
            if not each.stat().st_mode & wanted:
                return each
    except OSError:
        return None
    return None


def includes(own: Path, ours: Path) -> bool | None:
    """Whether a file of Asterisk's own includes one of ours, directly or through others.

    Args:
        own: Asterisk's file, in its folder: names without a folder are looked for there.
        ours: The file.

    Returns:
        None where a file cannot be read that would have to be known.
    """
    try:
        return ours.resolve() in set(_included(own, own.parent, DEEPEST))
    except OSError:
        return None


def _included(file: Path, etc: Path, levels: int) -> Iterator[Path]:
    for name in included(file.read_bytes().decode(errors="replace")):
        # `/` leaves a whole path as it is; what has no folder is looked for in Asterisk's own.
        for found in Path("/").glob(str(etc / name).lstrip("/")):
            yield found.resolve()
            if levels:
                yield from _included(found, etc, levels - 1)
