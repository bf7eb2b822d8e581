"""Runs a test: rehearses its call, and compares what came of it with what was expected."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from dialplan import contract
from ivr.effects import ChangeLanguage, Decided, MayAsk
from ivr.rulebook import Rulebook
from rehearsal.account import (
    Account,
    Answered,
    CallbackAsked,
    CameIn,
    CaseOpened,
    Heard,
    HungUp,
    Recorded,
    Sent,
    SurveyBegun,
    WentInCircles,
)
from rehearsal.rehearse import rehearse
from rehearsal.telling import unused_lines
from rehearsal.waiting import ImpossibleVisitError
from routing.call_tests import CallTest, Expectation, Wanted
from routing.decisions_data import destination_to_data


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


Seen: TypeAlias = Sequence[str | int | tuple[str, str]]


def _endings(key: str) -> Callable[[Account], Seen]:
    """Where calls were sent, of the kind that has this key in the rules."""

    def look(account: Account) -> Seen:
        endings = (destination_to_data(sent.ending) for sent in account.events(Sent))
        return [ending[key] for ending in endings if key in ending]

    return look


def _variable(name: str) -> Callable[[Account], list[str]]:
    def look(account: Account) -> list[str]:
        told = (sent.variables for sent in account.events(Sent))
        return [str(variables[name]) for variables in told if name in variables]

    return look


def _says(account: Account) -> Seen:
    return [prompt for heard in account.events(Heard) for prompt in heard.prompts]


def _menus(account: Account) -> Seen:
    """The menus that were heard: other dialogues may be called like one."""
    asking = [(heard.asks, heard.stage) for heard in account.events(Heard)]
    return [asks for asks, stage in asking if asks is not None and stage == f"menu {asks}"]


def _rules(account: Account) -> Seen:
    """Each rule that decided: as `list/rule`, and by its own name at the same place."""
    decisions = [decided.decision for decided in account.events(Decided)]
    pairs = [(f"{each.rules.id}/{each.rule_id}", each.rule_id) for each in decisions]
    return [name for pair in pairs for name in pair]


def _languages(account: Account) -> Seen:
    first = [each.facts.language for each in account.events(CameIn)]
    return first + [each.language for each in account.events(ChangeLanguage)]


def _variables(account: Account) -> Seen:
    told: dict[str, str] = {}
    for sent in account.events(Sent):
        told.update((name, str(value)) for name, value in sent.variables.items())
    return list(told.items())


SEEN: Final[Mapping[str, Callable[[Account], Seen]]] = {
    "says": _says,
    "rule": _rules,
    "queue": _endings("queue"),
    "asterisk_queue": _variable(contract.QUEUE),
    "menu": _menus,
    "track": lambda account: [
        each.asks for each in account.events(Heard) if each.asks and each.stage == "tracking"
    ],
    "voicemail": lambda account: [each.place for each in account.events(Recorded)],
    "callback": lambda account: [each.number for each in account.events(CallbackAsked)],
    "survey": lambda account: [
        each.survey for each in account.events(SurveyBegun) if each.may is MayAsk.YES
    ],
    "extension": _endings("extension"),
    "number": _endings("number"),
    "hangup": _endings("hangup"),
    "leaves_at": lambda account: [each.stage for each in account.events(HungUp)],
    "priority": lambda account: [int(each) for each in _variable(contract.PRIORITY)(account)],
    "language": _languages,
    "variables": _variables,
    "case": lambda account: ["opened" for _ in account.events(CaseOpened)],
    "answers": lambda account: [(each.question, each.value) for each in account.events(Answered)],
}
"""What happened, by the keys of an expectation."""

LAST_COUNTS: Final = frozenset({"priority", "language"})
"""Of what changes on the way: only how it is at the end matters."""


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
