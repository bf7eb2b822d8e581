"""Runs a test: rehearses its call, and compares what came of it with what was expected."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ivr.rulebook import Rulebook
from rehearsal.account import (
    Account,
    WentInCircles,
)
from rehearsal.rehearse import rehearse
from rehearsal.seen import LAST_COUNTS, SEEN, Seen
from rehearsal.telling import unused_lines
from rehearsal.waiting import ImpossibleVisitError
from routing.call_tests import CallTest, Expectation, Wanted


@dataclass(frozen=True, slots=True)
class Miss:
    """Something that did not happen as it should. `got` is what happened instead."""

    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a test went; `account` ends early where what is said to happen cannot happen."""

    test: CallTest
    account: Account
    misses: tuple[Miss, ...]

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.misses


def run_test(book: Rulebook, test: CallTest) -> Verdict:
    """Rehearse the call of a test, and judge it."""
    try:
        account = rehearse(book, test.call)
    except ImpossibleVisitError as error:
        return Verdict(test, error.account, (Miss("what `in_queue` says", str(error)),))
    misses = [
        Miss(in_words(each), seen_in_words(each, account))
        for each in test.expect
        if not happened(each, account)
    ]
    misses += [
        Miss(f"never {in_words(each)}", seen_in_words(each, account))
        for each in test.never
        if happened(each, account)
    ]
    # A call without an end is a mistake of the rules, whatever the test looks at.
    misses += [Miss("an end of the call", each.reason) for each in account.events(WentInCircles)]
    misses += [Miss("a use for all that is given", line) for line in unused_lines(account)]
    return Verdict(test, account, tuple(misses))


def happened(expectation: Expectation, account: Account) -> bool:
    """Whether the thing that an expectation names happened on the way of a call."""
    seen = SEEN[expectation.key](account)
    match expectation.wanted:
        case tuple(row):
            return _in_order(row, seen)
        case None:
            return bool(seen)
        case Mapping() as pairs:
            return {*pairs.items()} <= {*seen}
        case wanted if expectation.key in LAST_COUNTS:
            return seen[-1:] == [wanted]
        case wanted:
            return wanted in seen


def in_words(expectation: Expectation) -> str:
    """An expectation as the test writes it."""
    return f"{expectation.key}: {_written(expectation.wanted)}"


def seen_in_words(expectation: Expectation, account: Account) -> str:
    """What happened of the kind that an expectation is about."""
    seen = SEEN[expectation.key](account)
    if expectation.key in LAST_COUNTS:
        seen = seen[-1:]
    if expectation.key == "rule":
        seen = [each for each in seen if isinstance(each, str) and "/" in each]
    if not seen:
        return f"no {expectation.key}"
    return ", ".join(
        "=".join(each) if isinstance(each, tuple) else str(each) for each in dict.fromkeys(seen)
    )


def _in_order(row: Iterable[str], seen: Seen) -> bool:
    """Whether everything in `row` is in `seen`, in this order; others may come between."""
    rest = iter(seen)
    return all(any(each == wanted for each in rest) for wanted in row)


def _written(value: Wanted) -> str:
    match value:
        case None:
            return "true"
        case Mapping():
            return ", ".join(f"{name}={each}" for name, each in value.items())
        case tuple():
            return ", ".join(value)
    return str(value)
