"""The rules in force: load a file, cross-check it, swap it in whole.

A call keeps the rulebook that it began a request with; a bad file never replaces a good one.
"""

from pathlib import Path

from ivr.prompts import builtin_prompts
from ivr.rulebook import Rulebook
from routing.loading import RulesError, load_policy
from routing.problems import Problem
from routing.rules import Policy
from routing.rules_text import RulesText


class PolicyError(Exception):
    """A rules file cannot be used.

    Attributes:
        problems: Everything that is wrong with its text; empty when it could not be read at all.
    """

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        """Keep the sentence for the administrator, and the problems."""
        super().__init__(message)
        self.problems = problems


def read_rules(path: Path) -> RulesText:
    """Read a rules file.

    Raises:
        PolicyError: It is missing, unreadable or not UTF-8.
    """
    return RulesText(str(path), _read_text(path))


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PolicyError(
            f"{path} is not UTF-8 text (byte {error.start}): save it as UTF-8 in your editor"
        ) from None
    except OSError as error:
        raise PolicyError(f"{path} cannot be read: {error.strerror}") from None


def load_policy_file(path: Path) -> Policy:
    """Load a rules file.

    Raises:
        PolicyError: It cannot be read, or has problems (all of them are in `problems`).
    """
    return load_rules(read_rules(path))


def load_rules(rules: RulesText) -> Policy:
    """Load rules that have been read.

    Raises:
        PolicyError: It has problems (all of them are in `problems`).
    """
    try:
        return load_policy(rules, known_prompts=builtin_prompts())
    except RulesError as error:
        count = len(error.problems)
        raise PolicyError(
            f"{rules.file} has {count} problem{'s' if count != 1 else ''}", error.problems
        ) from None


class RulesInForce:
    """The rulebook that new requests get; the one place where it changes.

    It changes in two steps, so that several processes change together or not at all: each first
    prepares the new text, and commits only when all have said that they can.
    """

    def __init__(self, rules: RulesText) -> None:
        """Load the rules. Raises PolicyError."""
        self._book = Rulebook.of(load_rules(rules))
        self._prepared: Rulebook | None = None

    @property
    def book(self) -> Rulebook:
        """The rulebook for a request that begins now."""
        return self._book

    def prepare(self, rules: RulesText) -> str:
        """Load other rules, without using it yet; may run in a thread of its own.

        Returns:
            The revision that `commit` would put in force.

        Raises:
            PolicyError: It has problems; nothing is prepared then.
        """
        self._prepared = None
        book = Rulebook.of(load_rules(rules))
        self._prepared = book
        return book.policy.revision

    def commit(self) -> str:
        """Give requests that begin from now on what was prepared; its revision.

        Raises:
            RuntimeError: Nothing is prepared.
        """
        if self._prepared is None:
            raise RuntimeError("no rules are prepared")
        self._book, self._prepared = self._prepared, None
        return self._book.policy.revision

    def abort(self) -> None:
        """Forget what was prepared."""
        self._prepared = None
