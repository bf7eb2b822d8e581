"""Printing the way of a call that the journal has, from the reasons that it has kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.text import Text

from agi_server.cli.access import Action, note
from agi_server.cli.calls import print_headline
from agi_server.cli.errors import FINDINGS
from agi_server.cli.explaining import Ladder, print_ladder, print_step
from agi_server.cli.loading import opened_store
from agi_server.cli.printing import cell
from agi_server.policy import PolicyError, load_rules
from agi_server.settings import Settings
from agi_server.telling import tell_event
from crm.records import CallStory, TimelineEvent
from dialplan import contract
from ivr.rulebook import Rulebook
from rehearsal.telling import Told
from routing.facts import Facts
from routing.facts_data import facts_from_data
from routing.rules_text import RulesText

_NEEDED: Final = {contract.QUEUE, contract.QUEUE_RULE, contract.QUEUE_TIMEOUT}
"""What Asterisk is told of every queue; that of the fallback alone is told nothing."""


@dataclass(frozen=True, slots=True)
class Past:
    """A call of the journal.

    Attributes:
        story: What the journal has of it.
        facts: What was known as it came in.
        book: The rules that it went by; None if they are not to be had.
        lack: Why they are not, else empty.
    """

    story: CallStory
    facts: Facts
    book: Rulebook | None
    lack: str = ""

    @property
    def revision(self) -> str:
        """The rules that it went by."""
        return self.story.call.revision


def read_past(settings: Settings, call_id: str) -> Past:
    """A call of the journal, with its rules.

    Raises:
        click.exceptions.Exit: There is no such call.
    """
    with opened_store(settings) as store, store.transaction():
        story = store.call_story(call_id)
        if story is None:
            click.echo(f"The journal has no call {cell(call_id).plain}.", err=True)
            raise click.exceptions.Exit(FINDINGS)
        note(store, Action.SHOWN, story.call.customer_id, "call")
        kept = store.revision(story.call.revision)
    facts, name = facts_from_data(story.call.facts), story.call.revision
    if kept is None:
        return Past(story, facts, None, f"The database has not kept the rules of revision {name}")
    try:
        return Past(story, facts, Rulebook.of(load_rules(RulesText.unbundled(kept.bundle))))
    except PolicyError as error:
        lack = f"The rules of revision {name} do not load in this version ({error})"
        return Past(story, facts, None, lack)


def print_past(console: Console, past: Past) -> None:
    """Print every step as the journal has it; with the rules, who was to be rung in each queue."""
    zone = past.facts.at.tzinfo
    print_headline(console, past.story, zone if isinstance(zone, ZoneInfo) else None)
    console.print()
    ladders = dict(_ladders(past))
    for number, event in enumerate(past.story.timeline, start=1):
        first, *details = tell_event(event)
        print_step(console, number, Told(f"{_clock(event, zone)} {first}", _unindented(details)))
        if past.book is not None and number in ladders:
            print_ladder(console, past.book, ladders[number])
    if past.book is None:
        console.print(Text(f"{past.lack}: what the journal says above is all.", style="dim"))


def _clock(event: TimelineEvent, zone: tzinfo | None) -> str:
    return event.at.astimezone(zone).strftime("%H:%M:%S")


def _unindented(lines: list[str]) -> tuple[str, ...]:
    """What the journal indents for a table; marks begin lines here."""
    return tuple(line.strip() for line in lines)


def _ladders(past: Past) -> Iterator[tuple[int, Ladder]]:
    """The queues that the call was sent to, each by the number of the step that tells it."""
    # A trial may be meant for another moment than that of its journal.
    shift = past.facts.at - past.story.call.started_at
    language, queue = past.facts.language, None
    for number, event in enumerate(past.story.timeline, start=1):
        data: Mapping[str, Any] = event.data
        if event.kind == "heard":
            language = data["language"]
        elif event.kind == "arrived":
            queue = data.get("queue")
        elif event.kind == "sent" and queue is not None and data.keys() >= _NEEDED:
            at = (event.at + shift).astimezone(past.facts.at.tzinfo)
            yield number, Ladder(queue, language, at, data)
