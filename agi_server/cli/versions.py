"""Versions of the rules that a command is given: a file, or the name of a revision."""

import re
from pathlib import Path
from typing import Final

from agi_server.cli.errors import CannotRunError
from agi_server.cli.loading import end_for_policy, opened_store, policy_for_command
from agi_server.policy import PolicyError, load_rules
from agi_server.settings import Settings
from crm.records import Revision
from routing.rules import Policy
from routing.rules_text import REVISION_DIGITS, RulesText

_REVISION: Final = re.compile(rf"[0-9a-f]{{{REVISION_DIGITS}}}")


def policy_of_version(settings: Settings, word: str, *, for_programs: bool = False) -> Policy:
    """The rules of a file, or of a revision that was once in force; problems are printed.

    Args:
        settings: Where the database is that keeps revisions.
        word: A path, or the name of a revision.
        for_programs: Print problems as `rahyab check --format json` does.

    Raises:
        CannotRunError: There is neither a file nor a revision of this name, or both.
        click.exceptions.Exit: The rules have problems.
    """
    path = Path(word)
    revision = _revision(settings, word)
    there = path.exists() or path.is_symlink()
    if there and revision is not None:
        raise CannotRunError(
            f"{word} is a file here, and the name of a revision too: write ./{word} for the file,"
            " or go to another folder for the revision"
        )
    if there:
        return policy_for_command(path, for_programs=for_programs)
    if revision is None:
        raise CannotRunError(f"{word} is neither a file nor a known revision: {_cure(settings)}")
    try:
        return load_rules(RulesText.unbundled(revision.bundle))
    except PolicyError as error:
        raise end_for_policy(error, path, for_programs=for_programs) from None


def _revision(settings: Settings, word: str) -> Revision | None:
    """What the database has kept by this name; a word that can be none is not looked for."""
    if _REVISION.fullmatch(word) is None or settings.store.is_missing():
        return None
    with opened_store(settings) as store:
        return store.revision(word)


def _cure(settings: Settings) -> str:
    if not settings.store.is_missing():
        return "`rahyab status` and `rahyab calls show` name revisions that were in force"
    return f"look at the path; there are no revisions, for there is no database {settings.store}"
