"""Versions of the rules that a command is given: a file, or the name of a revision."""

from pathlib import Path

from agi_server.cli.errors import CannotRunError
from agi_server.cli.loading import end_for_policy, opened_store, policy_for_command
from agi_server.policy import PolicyError, load_rules
from agi_server.settings import Settings
from routing.rules import Policy
from routing.rules_text import RulesText


def policy_of_version(settings: Settings, word: str) -> Policy:
    """The rules of a file, or of a revision that was once in force; problems are printed.

    Raises:
        CannotRunError: There is neither a file nor a revision of this name.
        click.exceptions.Exit: The rules have problems.
    """
    path = Path(word)
    if path.exists() or not settings.database.exists():
        return policy_for_command(path)
    with opened_store(settings) as store:
        revision = store.revision(word)
    if revision is None:
        known = "`rahyab status` and `rahyab calls show` name revisions that were in force"
        raise CannotRunError(f"{word} is neither a file nor a known revision: {known}")
    rules = RulesText.unbundled(revision.bundle)
    try:
        return load_rules(rules)
    except PolicyError as error:
        raise end_for_policy(error) from None
