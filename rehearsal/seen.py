"""What happened on the way of a call, by the words of tests."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Final, TypeAlias

from dialplan import contract
from ivr.effects import ChangeLanguage, Decided, MayAsk
from rehearsal.account import (
    Account,
    Alerted,
    Answered,
    CallbackAsked,
    CameIn,
    CaseOpened,
    CodeChecked,
    Entered,
    Heard,
    HungUp,
    Recorded,
    Sent,
    SurveyBegun,
    TextSent,
)
from routing.call_tests import MOMENT
from routing.decisions_data import destination_to_data

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


def callbacks(account: Account) -> Sequence[tuple[str, str]]:
    """What was put down of numbers to call back, by the clock of the business."""
    zones = [each.facts.at.tzinfo for each in account.events(CameIn)]
    return [pair for each in account.events(CallbackAsked) for pair in _callback(each, zones[0])]


def _callback(asked: CallbackAsked, zone: tzinfo | None) -> Iterator[tuple[str, str]]:
    yield "number", asked.number
    if asked.earliest is not None:
        yield "earliest", asked.earliest.astimezone(zone).strftime(MOMENT)
    yield "joined", str(asked.joined).lower()


def _beside(recorded: Recorded) -> bool:
    """Whether it is kept with something else than a mailbox, whose names have no space."""
    return " " in recorded.place


SEEN: Final[Mapping[str, Callable[[Account], Seen]]] = {
    "says": _says,
    "rule": _rules,
    "queue": _endings("queue"),
    "asterisk_queue": _variable(contract.QUEUE),
    "menu": _menus,
    "track": lambda account: [
        each.asks for each in account.events(Heard) if each.asks and each.stage == "tracking"
    ],
    "voicemail": lambda account: [
        each.place for each in account.events(Recorded) if not _beside(each)
    ],
    "callback": callbacks,
    "survey": lambda account: [
        each.survey for each in account.events(SurveyBegun) if each.may is MayAsk.YES
    ],
    "agent": _endings("agent"),
    "extension": _endings("extension"),
    "number": _endings("number"),
    "hangup": _endings("hangup"),
    "leaves_at": lambda account: [each.stage for each in account.events(HungUp)],
    "priority": lambda account: [int(each) for each in _variable(contract.PRIORITY)(account)],
    "language": _languages,
    "variables": _variables,
    "case": lambda account: ["opened" for _ in account.events(CaseOpened)],
    "entered": lambda account: [(each.entry, each.value) for each in account.events(Entered)],
    "proven": lambda account: ["true" for each in account.events(CodeChecked) if each.right],
    "text": lambda account: [each.text for each in account.events(TextSent)],
    "note": lambda account: [
        each.tracking for each in account.events(Recorded) if each.tracking is not None
    ],
    "answers": lambda account: [(each.question, each.value) for each in account.events(Answered)],
    "alert": lambda account: [each.survey for each in account.events(Alerted)],
}
"""What happened, by the keys of an expectation."""

LAST_COUNTS: Final = frozenset({"priority", "language"})
"""Of what changes on the way: only how it is at the end matters."""
