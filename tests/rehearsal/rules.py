"""The rules that we ship, as a book, and tests against them out of a few lines of YAML."""

from pathlib import Path
from typing import Final

from agi_server.policy import load_policy_file
from ivr.prompts import builtin_prompts
from ivr.rulebook import Rulebook
from rehearsal.account import Account
from rehearsal.judging import Verdict, run_test
from rehearsal.rehearse import rehearse
from routing.call_test_loading import load_tests
from routing.call_tests import CallTest

RULES: Final = Path(__file__).parents[2] / "routing_rules.yaml"
BOOK: Final = Rulebook.of(load_policy_file(RULES))
OFFICE_TIME: Final = 'from: "+989121234567", to: "+982191000000", at: "2026-11-24 10:00"'


def read(call: str, *lines: str, book: Rulebook = BOOK) -> CallTest:
    """One test: what stands in the braces of `call`, and the other keys, a line each."""
    entries = ("name: a test", f"call: {{{call}}}", *lines)
    text = "tests:\n  - " + "\n    ".join(entries) + "\n"
    (test,) = load_tests(book.policy, "a.test.yaml", text, known_prompts=builtin_prompts())
    return test


def account_of(call: str, *lines: str) -> Account:
    """What becomes of a call."""
    return rehearse(BOOK, read(call, *lines, "expect: {language: fa}").call)


def judged(call: str, *lines: str) -> Verdict:
    """How a test goes."""
    return run_test(BOOK, read(call, *lines))
