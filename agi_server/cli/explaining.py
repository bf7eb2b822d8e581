"""Printing the way of a rehearsed call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from agi_server.cli.printing import cell
from dialplan import contract
from dialplan.applications import queue_application
from ivr.rulebook import Rulebook
from rehearsal.account import Account, Sent
from rehearsal.staffing import Candidate, Stage, stages
from rehearsal.telling import Told, tell, unused_lines
from routing.destinations import ToQueue
from routing.explain import duration_in_words
from routing.rules import CALLERS_LANGUAGE, Need

_STYLES = {"✓": "green", "✗": "red", "→": "bold"}
"""By the sign that a line begins with."""


def print_account(console: Console, book: Rulebook, account: Account) -> None:
    """Print every step, with a table of who is rung where the caller comes to wait."""
    told = tell(account, book.catalogue)
    for number, (step, words) in enumerate(zip(account.steps, told, strict=True), start=1):
        print_step(console, number, words)
        if isinstance(step.event, Sent) and isinstance(step.event.ending, ToQueue):
            sent = step.event
            told_to = {name: str(value) for name, value in sent.variables.items()}
            ladder = Ladder(step.event.ending.queue, sent.facts.language, sent.at, told_to)
            print_ladder(console, book, ladder)
    for line in unused_lines(account):
        console.print(cell(f"     ({line})"))


def print_step(console: Console, number: int, told: Told) -> None:
    """Print one step with its number, and what belongs to it."""
    console.print(Text(f"{number:>3}. ", style="dim") + cell(told.headline))
    for line in told.details:
        words = cell(f"     {line}")
        words.stylize(_STYLES.get(line[:1], "dim"))
        console.print(words)


@dataclass(frozen=True, slots=True)
class Ladder:
    """Somebody comes to a queue: in which language, at what moment, with what Asterisk is told."""

    queue: str
    language: str
    at: datetime
    variables: Mapping[str, str]


def print_ladder(console: Console, book: Rulebook, ladder: Ladder) -> None:
    """Print who is rung from when on, and what Asterisk runs."""
    entered = ladder.variables[contract.QUEUE]
    agent = entered.removeprefix(contract.AGENT_QUEUE)
    if agent == entered:
        _print_steps(console, book, ladder)
    else:
        limit = duration_in_words(int(ladder.variables[contract.QUEUE_TIMEOUT]))
        console.print(cell(f"     rings {agent} alone, for {limit}"))
    rule = ladder.variables[contract.QUEUE_RULE] if agent == entered else ""
    named = f", penalty rule [{rule}] of queuerules.conf" if rule else ", no penalty rule"
    console.print(cell(f"     Asterisk: {queue_application(ladder.variables)}{named}"))


def _print_steps(console: Console, book: Rulebook, ladder: Ladder) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("from", "at", "penalty", "needs", "who is rung"):
        table.add_column(column)
    for stage in stages(book.policy, ladder.queue, ladder.language, ladder.at):
        table.add_row(
            duration_in_words(stage.after),
            stage.at.strftime("%H:%M:%S"),
            str(stage.penalty),
            cell(", ".join(_need(need, ladder.language) for need in stage.need)),
            cell(_candidates(stage)),
        )
    limit = duration_in_words(book.policy.queues[ladder.queue].give_up_after)
    console.print(Padding(table, (0, 0, 0, 5), expand=False))
    console.print(cell(f"     gives up after {limit}"))


def _need(need: Need, language: str) -> str:
    skill = language if need.skill == CALLERS_LANGUAGE else need.skill
    return f"{skill} {need.level}" if need.level > 1 else skill


def _candidates(stage: Stage) -> str:
    return ", ".join(_candidate(each) for each in stage.candidates) or "nobody"


def _candidate(candidate: Candidate) -> str:
    off = " (off duty)" if candidate.on_duty is False else ""
    return f"{candidate.agent.id}{off}"
