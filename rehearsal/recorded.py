"""A past call as the journal tells it: what is needed to send it through other rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from ivr.effects import Taped
from rehearsal.timeline import Event, LookUp, RecordedEnd, Timeline, Turn
from routing.facts import Facts, QueueFacts
from routing.facts_data import facts_from_data
from routing.key_script import Press, Wait
from routing.waits import Place

KINDS: Final = frozenset({
    "came-in",
    "pressed",
    "silence",
    "left",
    "decided",
    "looked-up",
    "pin-checked",
    "code-drawn",
    "code-checked",
    "code-void",
    "taped",
    "callback-asked",
    "callback-failed",
    "queues",
    "place",
    "turned-away",
    "arrived",
    "hung-up",
    "failed",
})  # fmt: skip
"""The kinds of events of the timeline that matter here."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call, from its arrival until it left menus and rules, or its caller did.

    Attributes:
        facts: What was known as it came in.
        keys: What was keyed, by stage (`menu welcome`) and question, in order; None is silence.
        looks: How queues stood, each time that rules looked.
        places: Where the caller would have been in each queue, each time that it was asked.
        look_ups: The requests that were looked up.
        put_down: Whether each number to call back could be put down.
        takes: What came of each recording.
        pins: Whether each PIN was right.
        drawn: Whether each one-time code could be given.
        codes: Whether each one-time code was right; None: there was none that held.
        variables: The ids of the declared variables whose values are known, unset ones included.
        turns: Its way.
        end: What became of it.
    """

    facts: Facts
    keys: Mapping[tuple[str, str], Sequence[str | None]]
    looks: Mapping[str, Sequence[QueueFacts]]
    places: Mapping[str, Sequence[Place]]
    look_ups: Sequence[LookUp]
    put_down: Sequence[bool]
    takes: Sequence[Taped]
    pins: Sequence[bool]
    drawn: Sequence[bool]
    codes: Sequence[bool | None]
    variables: frozenset[str]
    turns: tuple[Turn, ...]
    end: RecordedEnd

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that decided, in order: `arrival/everyone`."""
        return rules_of(self.turns)


def rules_of(turns: Iterable[Turn]) -> tuple[str, ...]:
    """The rules that decided on a way, in order: `arrival/everyone`."""
    return tuple(
        f"{turn.place.removeprefix('rules ')}/{turn.way}"
        for turn in turns
        if turn.place.startswith("rules ")
    )


def read_call(facts: Mapping[str, Any], events: Iterable[Event]) -> Recorded | None:
    """Read a call of the journal.

    Args:
        facts: The facts as they are stored.
        events: The events of `KINDS`, in order.

    Returns:
        The call; None when the journal does not say what became of it: the server failed or was
        stopped while it came in, or it was recorded by a version that did not write it down.
    """
    _, first = next(groupby(events, lambda event: event.visit), (None, ()))
    read = Timeline.of(first)
    if read.end is None:
        return None
    known = facts_from_data(facts)
    return Recorded(
        facts=known,
        keys=_keys(read),
        looks=read.looks,
        places={
            queue: [each for each in places if each is not None]
            for queue, places in read.places.items()
        },
        look_ups=read.look_ups,
        put_down=read.put_down,
        takes=read.takes,
        pins=read.pins,
        drawn=read.drawn,
        codes=read.codes,
        variables=frozenset(known.variables) | (read.asked_for or frozenset()),
        turns=tuple(read.turns),
        end=read.end,
    )


def _keys(read: Timeline) -> Mapping[tuple[str, str], Sequence[str | None]]:
    keys: dict[tuple[str, str], list[str | None]] = {}
    for each in read.answers:
        if isinstance(each.word, Press | Wait):
            pressed = each.word.keys if isinstance(each.word, Press) else None
            keys.setdefault((each.stage, each.question), []).append(pressed)
    return keys
