"""The rules in force: load a file, cross-check it, swap it in whole.

A call keeps the rulebook that it began with; a bad file never replaces a good one.
"""

import threading
from collections import OrderedDict
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from agi_server.rules_files import UnreadableError, read_text
from ivr.prompts import builtin_prompts
from ivr.rulebook import Rulebook
from routing.catalogue import Level
from routing.including import included_names
from routing.loading import Examination, examine
from routing.problems import Problem
from routing.rules import Policy
from routing.rules_text import RulesText

EARLIER_BOOKS: Final = 4
"""How many rulebooks beside the present one a process holds for calls that began with them. Rules
seldom change more often while one call lasts; each book of 2,000 rules takes about a megabyte. What
is older is loaded again from the store when a call needs it."""


class PolicyError(Exception):
    """A rules file cannot be used.

    Attributes:
        problems: Everything that is wrong with its text; empty when it could not be read at all.
        rules: The text that they are about.
    """

    def __init__(
        self,
        message: str,
        problems: tuple[Problem, ...] = (),
        rules: RulesText | None = None,
    ) -> None:
        """Keep the sentence for the administrator, and the problems with what they are about."""
        super().__init__(message)
        self.problems = problems
        self.rules = rules


def read_rules(path: Path) -> RulesText:
    """Read a rules file, and the files that it includes.

    One that is included and cannot be read is no failure here: the text keeps the reason, and the
    loader tells it where the file is named.

    Raises:
        PolicyError: The main file is missing, or is no ordinary file that can be read.
    """
    try:
        text = read_text(path)
    except UnreadableError as error:
        raise PolicyError(f"{path} {error}") from None
    return with_included(str(path), text, path.parent)


def with_included(file: str, text: str, folder: Path) -> RulesText:
    """The rules of a main file that has been read.

    Args:
        file: What problems call the main file.
        text: Its text.
        folder: What the names of the files that it includes are relative to.
    """
    included: dict[str, str] = {}
    unread: dict[str, str] = {}
    for name in included_names(text):
        try:
            included[name] = read_text(folder / name)
        except UnreadableError as error:
            unread[name] = str(error)
    return RulesText(file, text, included, unread)


def load_policy_file(path: Path) -> Policy:
    """Load a rules file.

    Raises:
        PolicyError: It cannot be read, or has errors (all findings are in `problems`).
    """
    return load_rules(read_rules(path))


def load_rules(rules: RulesText) -> Policy:
    """Load rules that have been read.

    Raises:
        PolicyError: They have errors (all findings are in `problems`).
    """
    return load_with_warnings(rules)[0]


def examine_rules(rules: RulesText) -> Examination:
    """The policy, if there is no error, and every finding: what `load_rules` does, with warnings.

    The built-in prompts of the program are known.
    """
    return examine(rules, known_prompts=builtin_prompts(), year=datetime.now(UTC).year)


def load_with_warnings(rules: RulesText) -> tuple[Policy, tuple[Problem, ...]]:
    """Load rules that have been read, with what there is to be told although they can be used.

    Raises:
        PolicyError: They have errors (all findings are in `problems`).
    """
    examination = examine_rules(rules)
    if examination.policy is None:
        raise refused(rules, examination)
    return examination.policy, examination.problems


def refused(rules: RulesText, examination: Examination) -> PolicyError:
    """The error that rules with errors cannot be used."""
    count = len(examination.of_level(Level.ERROR))
    sentence = f"{rules.file} has {count} error{'s' if count != 1 else ''}"
    return PolicyError(sentence, examination.problems, rules)


class RulesInForce:
    """The rulebook that new requests get; the one place where it changes.

    It changes in two steps, so that several processes change together or not at all: each first
    prepares the new text, and commits only when all have said that they can.

    A call is several requests. Those before the present rules are held for some time, so that its
    later requests go by what it began with.
    """

    def __init__(self, rules: RulesText) -> None:
        """Load the rules. Raises PolicyError."""
        self._book = Rulebook.of(load_rules(rules))
        self._prepared: Rulebook | None = None
        self._earlier: OrderedDict[str, Rulebook] = OrderedDict()
        """By revision; those that were needed last come last."""
        self._holding = threading.Lock()
        """Held while a book is loaded, so that those who need the same one load it once."""
        self._changing = threading.Lock()
        """Held for a moment while the books change, as they do in several threads."""

    @property
    def book(self) -> Rulebook:
        """The rulebook for a call that begins now."""
        return self._book

    def book_of(self, revision: str) -> Rulebook | None:
        """The rulebook of a call that began with this revision; None if it is not held."""
        if revision == self._book.policy.revision:
            return self._book
        with self._changing:
            if revision in self._earlier:
                self._earlier.move_to_end(revision)
            return self._earlier.get(revision)

    def hold(self, rules: RulesText) -> Rulebook:
        """Load rules that were in force once, for calls that began with them; in a thread.

        Raises:
            PolicyError: They have problems, for this version of the program.
        """
        with self._holding:
            held = self.book_of(rules.revision)
            if held is None:
                held = Rulebook.of(load_rules(rules))
                self._remember(held)
            return held

    def _remember(self, book: Rulebook) -> None:
        """Hold a book, and let go of the one that nobody has needed for longest."""
        with self._changing:
            self._earlier[book.policy.revision] = book
            self._earlier.move_to_end(book.policy.revision)
            if len(self._earlier) > EARLIER_BOOKS:
                self._earlier.popitem(last=False)

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
        """Give calls that begin from now on what was prepared; its revision.

        Raises:
            RuntimeError: Nothing is prepared.
        """
        if self._prepared is None:
            raise RuntimeError("no rules are prepared")
        self._remember(self._book)
        self._book, self._prepared = self._prepared, None
        return self._book.policy.revision

    def abort(self) -> None:
        """Forget what was prepared."""
        self._prepared = None
