"""What is to be in the folder that Asterisk includes from: by the rules, and what is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agi_server.cli.asterisk_command import AsteriskCommand, NoAsteriskError
from agi_server.cli.dialplan_files import asterisk_files, read_files
from agi_server.cli.dialplan_options import target_folder
from agi_server.cli.errors import CannotRunError
from agi_server.cli.loading import policy_for_command, settings_for_command
from agi_server.settings import Settings
from dialplan.conf_text import QUEUES, read_made, read_queues
from dialplan.console import queues_shown, version_shown
from dialplan.kept_sections import Kept, kept_sections, with_kept
from dialplan.releases import NEWEST, Release, release_of
from routing.rules import Policy


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `install` would write, and where.

    Attributes:
        settings: The settings.
        policy: The rules.
        folder: Where the files are.
        release: The Asterisk that they are for.
        before: The text of each file that is there, by its name.
        files: The text that each is to have, with what is kept.
        kept: What is in it though the rules do not make it any more.
        waiting: How many callers wait in each queue that the rules do not have any more; None where
            nobody can tell.
        command: How Asterisk is asked.
        trouble: Why Asterisk could not be asked; None where it could.
    """

    settings: Settings
    policy: Policy
    folder: Path
    release: Release
    before: Mapping[str, str]
    files: Mapping[str, str]
    kept: tuple[Kept, ...]
    waiting: Mapping[str, int] | None
    command: AsteriskCommand
    trouble: str | None

    @property
    def going(self) -> list[str]:
        """The queues that are in the folder and not in what is to be there."""
        return _going(self.before, self.files)


def prepare(
    folder: Path | None, branch: str | None, line: str | None, *, for_programs: bool = False
) -> Prepared:
    """Look at the rules, at the folder and at Asterisk, and change nothing.

    Args:
        folder: Where the files are; None: in the home folder.
        branch: The Asterisk that they are for; None: the one that runs.
        line: The command line of Asterisk; None: by the settings.
        for_programs: Print problems of the rules as JSON.

    Raises:
        CannotRunError: Something cannot be read, or another Asterisk runs.
        click.exceptions.Exit: The rules have problems.
    """
    settings = settings_for_command()
    policy = policy_for_command(settings.rules, for_programs=for_programs)
    command = AsteriskCommand.of(line or settings.asterisk_command)
    target = target_folder(settings, folder)
    before = read_files(target)
    version, queues, trouble = None, None, None
    try:
        version, queues = command.rx("core show version"), command.rx("queue show")
    except NoAsteriskError as error:
        trouble = str(error)
    release = _release(branch, version, before)
    files = asterisk_files(policy, release)
    waiting = None if queues is None else _waiting(queues, before, files)
    kept = kept_sections(files, before, waiting or {}, datetime.now(UTC))
    return Prepared(
        settings=settings,
        policy=policy,
        folder=target,
        release=release,
        before=before,
        files=with_kept(files, before, kept),
        kept=kept,
        waiting=waiting,
        command=command,
        trouble=trouble,
    )


def _release(branch: str | None, version: str | None, before: Mapping[str, str]) -> Release:
    """The release to write for. Raises CannotRunError where that is not the one that runs."""
    wanted = None if branch is None else Release(int(branch))
    if version is None:
        return wanted or _written_for(before)
    number = version_shown(version)
    if number is None:
        if wanted is None:
            raise CannotRunError(
                f"Asterisk says that it is {version.strip()!r}, which names no release: name the "
                "one that it is like with --asterisk"
            )
        return wanted
    running = release_of(number)
    if running is None:
        raise CannotRunError(
            f"Asterisk {number} runs, and what we write is for Asterisk {min(Release)} to {NEWEST}"
        )
    if wanted not in {None, running}:
        raise CannotRunError(
            f"--asterisk {branch} is not what runs: that is Asterisk {number}. Leave --asterisk "
            "away, or name another Asterisk with --asterisk-command"
        )
    return running


def _written_for(before: Mapping[str, str]) -> Release:
    """The release that the files are for, where nobody says another."""
    made = read_made(before.get(QUEUES, ""))
    return (made and release_of(made.release)) or NEWEST


def _going(before: Mapping[str, str], files: Mapping[str, str]) -> list[str]:
    has, keeps = (read_queues(each.get(QUEUES, "")) for each in (before, files))
    return sorted(has.keys() - keeps.keys())


def _waiting(shown: str, before: Mapping[str, str], files: Mapping[str, str]) -> dict[str, int]:
    """How many callers wait in each queue that goes.

    Asterisk forgets such a queue at once, and nobody whose telephone becomes free after that is
    rung for those who wait in it: they wait until their time is up (`kill_if_unfound` and
    `device_state_cb` of app_queue.c; seen on 16.28 and 22.10).
    """
    has = queues_shown(shown)
    return {
        name: has[name].waiting
        for name in _going(before, files)
        if name in has and has[name].waiting
    }
