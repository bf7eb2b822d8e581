"""`rahyab queues`: the Asterisk queues that the rules make, who is rung in them, and who came."""

from collections.abc import Iterator, Sequence
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from agi_server.cli.errors import CannotRunError
from agi_server.cli.listing import ListingGroup, json_option, listing_table, print_listed
from agi_server.cli.loading import policy_for_command, settings_for_command
from agi_server.cli.printing import as_json, cell, table_console
from agi_server.cli.queue_visits import visits_command
from dialplan.openings import Opening, latest_alone, latest_end, openings
from dialplan.queues import IDEAL_PENALTY, asterisk_queue_name
from dialplan.requirements import (
    AsteriskQueue,
    Ladder,
    Requirement,
    growth_warning,
    ladder_of,
    plan_for,
    requirement_for,
)
from routing.decisions_data import route_to_data
from routing.describing_queues import gate_in_words, heard_on_entry, preference_in_words
from routing.explain import duration_in_words, route_in_words
from routing.rules import Announcements, Policy, Queue
from routing.skills import divided_by_language


@click.group("queues", cls=ListingGroup)
def queues() -> None:
    """The Asterisk queues that the rules make, who is rung, and who came: list, show, visits."""


queues.add_command(visits_command)


@queues.command("list")
@json_option
def list_command(*, for_programs: bool) -> None:
    """List the Asterisk queues: what each stands for, and who is rung in it.

    Queues that no call can come to are left out: Asterisk does not get them.
    """
    plan = plan_for(_policy(for_programs=for_programs))
    print_listed(
        [_listed(each) for each in plan.all_queues],
        lambda: _table(plan.all_queues),
        for_programs=for_programs,
        cut=False,
        none="No call comes to a queue.",
    )
    if not for_programs:
        click.echo(f"{len(plan.all_queues)} in all, and rahyab-fallback.")
    warning = growth_warning(plan)
    if warning is not None:
        click.echo(f"warning: {warning}", err=True)


def _policy(*, for_programs: bool) -> Policy:
    return policy_for_command(settings_for_command().rules, for_programs=for_programs)


def _listed(queue: AsteriskQueue) -> dict[str, Any]:
    return {
        "asterisk_queue": queue.name,
        "stands_for": [
            {"queue": each.queue.id, "language": each.language} for each in queue.requirements
        ],
        "alone": queue.alone,
        "members": {each.agent: IDEAL_PENALTY + each.tier for each in queue.ladder.members},
    }


def _table(made: Sequence[AsteriskQueue]) -> Table:
    table = listing_table("Asterisk queue", "stands for", "agents", "who", whole=("agents",))
    for each in made:
        stands_for = ", ".join(_called(requirement) for requirement in each.requirements)
        stands_for += f", for {each.alone} alone" if each.alone is not None else ""
        members = sorted(each.ladder.members, key=lambda member: member.tier)
        who = ", ".join(member.agent for member in members) or "nobody"
        table.add_row(*map(cell, (each.name, stands_for, len(members), who)))
    return table


def _called(requirement: Requirement) -> str:
    """In words: `support in fa`."""
    id_, language = requirement.queue.id, requirement.language
    return id_ if language is None else f"{id_} in {language}"


@queues.command("show")
@click.argument("name", metavar="QUEUE")
@click.option(
    "--language", metavar="CODE", help="For callers who speak this.  [default: each that differs]"
)
@json_option
def show_command(name: str, language: str | None, *, for_programs: bool) -> None:
    """Show who is rung from which second on for callers who wait in QUEUE of the rules.

    Asterisk looks at a caller in turn only between two attempts to ring, so a step can come later
    than it is written: the table tells by when at the latest.
    """
    policy = _policy(for_programs=for_programs)
    wanted = _wanted(policy, name, language)
    if for_programs:
        click.echo(as_json([_shown(each, policy) for each in wanted]))
        return
    console = table_console()
    for number, each in enumerate(wanted):
        if number:
            console.print()
        _print_requirement(console, each, policy)


def _wanted(policy: Policy, name: str, language: str | None) -> tuple[Requirement, ...]:
    """What is to be shown. Raises CannotRunError where there is none."""
    queue, spoken = policy.queues.get(name), policy.business.languages
    if queue is None:
        known = ", ".join(sorted(policy.queues))
        raise CannotRunError(f'the rules have no queue "{name}": they have {known}')
    if language is not None and language not in spoken:
        raise CannotRunError(
            f'"{language}" is not spoken here: choose one of {", ".join(spoken)} for --language'
        )
    each_differs = language is None and divided_by_language(queue)
    languages = spoken if each_differs else (language or spoken[0],)
    return tuple(requirement_for(queue, each, policy) for each in languages)


def _shown(requirement: Requirement, policy: Policy) -> dict[str, Any]:
    ladder = ladder_of(requirement, policy)
    return {
        "queue": requirement.queue.id,
        "language": requirement.language,
        "asterisk_queue": _asterisk_queue(requirement, policy),
        "steps": [
            {
                "after": each.after,
                "at_the_latest": each.at_the_latest,
                "penalty": IDEAL_PENALTY + each.tier,
                "agents": list(each.agents),
            }
            for each in openings(ladder)
        ],
        "gives_up_after": ladder.give_up_after,
        "gone_at_the_latest": latest_end(ladder),
        "gate": _gate(requirement.queue),
        "prefer": _preference(requirement, policy),
        "say": _said(requirement, ladder),
        "keys": {key: route_to_data(route) for key, route in requirement.queue.keys.items()},
    }


def _gate(queue: Queue) -> dict[str, Any] | None:
    gate = queue.gate
    if gate is None:
        return None
    bounds = {"hours": gate.hours, "waiting": gate.waiting, "per_agent": gate.per_agent}
    return {**bounds, "wait": gate.wait, "then": route_to_data(gate.then)}


def _preference(requirement: Requirement, policy: Policy) -> dict[str, Any] | None:
    prefer = requirement.queue.prefer
    if prefer is None:
        return None
    alone = {each.alone: each.name for each in _alone(requirement, policy)}
    return {
        "agent": list(prefer.agents),
        "for": prefer.seconds,
        "gone_at_the_latest": latest_alone(prefer),
        "asterisk_queues": alone,
    }


def _alone(requirement: Requirement, policy: Policy) -> list[AsteriskQueue]:
    """The queues in which callers wait at first for an agent whom they prefer."""
    return [each for each in plan_for(policy).for_agents if requirement in each.requirements]


def _said(requirement: Requirement, ladder: Ladder) -> dict[str, Any]:
    say = requirement.queue.say
    return {
        "place": say.place,
        "wait": say.wait,
        "prompts": list(say.prompts),
        "sounds": list(ladder.sounds),
        "every": ladder.every or None,
    }


def _asterisk_queue(requirement: Requirement, policy: Policy) -> str | None:
    """None where no call can come to it: Asterisk does not get it."""
    name = asterisk_queue_name(requirement.queue, requirement.language or "", policy)
    return name if requirement.name in plan_for(policy).serving else None


def _print_requirement(console: Console, requirement: Requirement, policy: Policy) -> None:
    ladder = ladder_of(requirement, policy)
    steps = openings(ladder)
    name = _asterisk_queue(requirement, policy)
    where = "no call can come to it" if name is None else f"Asterisk queue {name}"
    console.print(cell(f"{_called(requirement)}: {where}"))
    table = listing_table("from", "at the latest", "penalty", "who is rung from then on")
    for each in steps:
        who = ", ".join(each.agents) or "nobody else"
        penalty = IDEAL_PENALTY + each.tier
        latest = duration_in_words(each.at_the_latest) if each.after else "at once"
        table.add_row(*map(cell, (duration_in_words(each.after), latest, penalty, who)))
    console.print(table)
    for sentence in (
        *_on_the_way_in(requirement, policy),
        *_sentences(requirement, steps),
        *_while_they_wait(requirement.queue, ladder),
    ):
        console.print(cell(f"  {sentence}"))


def _on_the_way_in(requirement: Requirement, policy: Policy) -> Iterator[str]:
    """The gate, the agent whom callers prefer, and what they hear on coming in, in words."""
    queue = requirement.queue
    if queue.gate is not None:
        reasons, then = " or ".join(gate_in_words(queue.gate)), route_in_words(queue.gate.then)
        yield f"Not let in is a caller {reasons}. Then: {then}."
    if queue.prefer is not None:
        names = ", ".join(each.name for each in _alone(requirement, policy)) or "no Asterisk queue"
        latest = duration_in_words(latest_alone(queue.prefer))
        yield (
            f"At first a caller waits for {preference_in_words(queue.prefer)}: {names}; after "
            f"{latest} at the latest they go on into this queue."
        )
        yield "What follows counts from then on."
    heard = " and ".join(heard_on_entry(queue.say))
    if heard:
        yield f"On coming in they hear {heard}."


def _while_they_wait(queue: Queue, ladder: Ladder) -> Iterator[str]:
    """What callers hear, the keys by which they leave, and the end, in words."""
    if queue.say.prompts:
        yield _again(queue.say)
    for key, route in queue.keys.items():
        yield f"Key {key}: {route_in_words(route)}."
    end, gone = duration_in_words(ladder.give_up_after), duration_in_words(latest_end(ladder))
    yield f"Waiting ends after {end}, or {gone} where a telephone still rings then."


def _sentences(requirement: Requirement, steps: Sequence[Opening]) -> list[str]:
    """The ladder in words."""
    told: list[str] = []
    for each in steps:
        if each.agents:
            also = " also" if told else ""
            who = _listed_names(each.agents)
            told.append(
                f"{_from(each)}{also} {who} {'is' if len(each.agents) == 1 else 'are'} rung."
            )
    if not told:
        told.append(f"Nobody can ever serve {_called(requirement)}: its callers go on at once.")
    return told


def _from(opening: Opening) -> str:
    if not opening.after:
        return "From the first second on"
    return f"From {duration_in_words(opening.after)} on"


def _listed_names(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _again(say: Announcements) -> str:
    """Nobody knows here how long the words are."""
    words, every = ", then ".join(say.prompts), duration_in_words(say.every)
    return (
        f"Every {every} they hear {words}. Nobody is rung for them meanwhile: a step, or the end, "
        "can come later by as long as that takes."
    )
