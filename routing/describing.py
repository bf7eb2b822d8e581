"""The parts of a policy in words, aspect by aspect: two versions can be laid beside each other."""

from collections.abc import Callable, Iterator, Mapping
from datetime import time
from typing import Any, Final, TypeAlias

from routing.describing_dialogues import (
    Aspects,
    callbacks_in_words,
    entry_in_words,
    given,
    mailbox_in_words,
    menu_in_words,
    proof_in_words,
    survey_in_words,
    tracking_in_words,
)
from routing.describing_queues import queue_in_words
from routing.explain import route_in_words
from routing.rules import Agent, DialledNumber, Hours, OpenSpan, Policy, Variable
from routing.world_fields import DAYS

Describe: TypeAlias = Callable[[Any], Aspects]


def sections(policy: Policy) -> Iterator[tuple[str, Mapping[str, Aspects]]]:
    """Every section but the rule lists: its name, and its entries in words."""
    yield "business", {"": _business(policy)}
    yield "tracking", {"": tracking_in_words(policy.tracking)}
    yield "callbacks", {"": callbacks_in_words(policy.callbacks)}
    yield "proof", {"": proof_in_words(policy.proof)}
    heard_whole = dict.fromkeys(sorted(policy.uninterrupted), "heard to its end")
    yield "uninterrupted", {"": heard_whole}
    yield "unavailable", {"": {fact: str(value) for fact, value in policy.assumed.items()}}
    kept = {kind: f"{days} days" for kind, days in policy.retention.items()}
    yield "retention", {"": kept}
    for name, describe in _SECTIONS.items():
        entries: Mapping[str, Any] = getattr(policy, name)
        yield name, {id_: describe(entry) for id_, entry in entries.items()}


def _business(policy: Policy) -> Aspects:
    business = policy.business
    return {
        "name": business.name,
        "country": business.country,
        "time zone": business.timezone.key,
        "languages": ", ".join(business.languages),
        "fallback": f"queue {policy.fallback}",
        "start of unlisted numbers": route_in_words(policy.unlisted),
        "key for a person": route_in_words(policy.person),
    }


def _number(number: DialledNumber) -> Aspects:
    return given(start=route_in_words(number.start), source=number.source, language=number.language)


def _hours(hours: Hours) -> Aspects:
    week = {
        day: ", ".join(_span(span) for span in spans) or "closed"
        for day, spans in zip(DAYS, hours.week, strict=True)
    }
    closed = {
        f"closed {each.first}..{each.last}"
        if each.first != each.last
        else f"closed {each.first}": (each.reason)
        for each in hours.closed
    }
    zone = hours.timezone.key
    return {**week, **given(holidays=hours.holidays), "time zone": zone, **closed}


def _span(span: OpenSpan) -> str:
    end = f"{span.end:%H:%M}" if span.end != time() else "24:00"
    return f"{span.start:%H:%M}-{end}"


def _agent(agent: Agent) -> Aspects:
    skills = {f"skill {skill}": str(level) for skill, level in agent.skills.items()}
    return {**given(device=agent.device, name=agent.name, shift=agent.shift), **skills}


def _variable(variable: Variable) -> Aspects:
    allowed = ", ".join(variable.allowed) or None
    return given(channel=variable.channel, default=variable.default, allowed=allowed)


def _texts(texts: Mapping[str, str]) -> Aspects:
    return dict(texts)


def _skill(text: str) -> Aspects:
    return {"meaning": text}


_SECTIONS: Final[Mapping[str, Describe]] = {
    "numbers": _number,
    "hours": _hours,
    "skills": _skill,
    "agents": _agent,
    "queues": queue_in_words,
    "menus": menu_in_words,
    "entries": entry_in_words,
    "surveys": survey_in_words,
    "mailboxes": mailbox_in_words,
    "variables": _variable,
    "texts": _texts,
    "prompts": _texts,
}
