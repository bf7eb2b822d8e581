"""The parts of a policy in words, aspect by aspect: two versions can be laid beside each other."""

from collections.abc import Callable, Iterator, Mapping
from datetime import time
from typing import Any, Final, TypeAlias

from routing.dialogues import KeyChoice, Mailbox, Menu, Survey, SurveyQuestion, Tracking
from routing.explain import duration_in_words, route_in_words
from routing.rules import Agent, DialledNumber, Hours, Need, OpenSpan, Policy, Queue, Variable
from routing.world_fields import DAYS

Aspects: TypeAlias = Mapping[str, str]
"""What there is to say of an entry, by what it is about."""

Describe: TypeAlias = Callable[[Any], Aspects]


def sections(policy: Policy) -> Iterator[tuple[str, Mapping[str, Aspects]]]:
    """Every section but the rule lists: its name, and its entries in words."""
    yield "business", {"": _business(policy)}
    yield "tracking", {"": _tracking(policy.tracking)}
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
    }


def _tracking(tracking: Tracking) -> Aspects:
    return {
        "tries": str(tracking.tries),
        "found": route_in_words(tracking.found_then),
        "not found": route_in_words(tracking.not_found_then),
    }


def _number(number: DialledNumber) -> Aspects:
    return _given(
        start=route_in_words(number.start), source=number.source, language=number.language
    )


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
    return {**week, **_given(holidays=hours.holidays), "time zone": zone, **closed}


def _span(span: OpenSpan) -> str:
    end = f"{span.end:%H:%M}" if span.end != time() else "24:00"
    return f"{span.start:%H:%M}-{end}"


def _agent(agent: Agent) -> Aspects:
    skills = {f"skill {skill}": str(level) for skill, level in agent.skills.items()}
    return {**_given(device=agent.device, name=agent.name, shift=agent.shift), **skills}


def _queue(queue: Queue) -> Aspects:
    first, *later = queue.steps
    steps = {f"need after {duration_in_words(step.after)}": _needs(step.need) for step in later}
    return {
        "need": _needs(first.need),
        **steps,
        "ring": duration_in_words(queue.ring_for),
        "give up after": duration_in_words(queue.give_up_after),
        "then": route_in_words(queue.give_up_then),
        **_given(music=queue.music, survey=queue.survey),
    }


def _needs(needs: tuple[Need, ...]) -> str:
    return ", ".join(f"{need.skill} {need.level} or more" for need in needs) or "anybody"


def _menu(menu: Menu) -> Aspects:
    keys = {f"key {choice.key}": _choice(choice) for choice in menu.keys}
    silence, wrong = menu.silence, menu.wrong_key
    return {
        "say": ", ".join(menu.say),
        **keys,
        "order of keys": ", ".join(choice.key for choice in menu.keys),
        "silence": f"asked {silence.repeat}× again, then {route_in_words(silence.then)}",
        "wrong key": f"asked {wrong.repeat}× again, then {route_in_words(wrong.then)}",
        "first key": f"{menu.first_key_seconds:g}s",
        "between keys": f"{menu.between_keys_seconds:g}s",
    }


def _choice(choice: KeyChoice) -> str:
    offer = f" (offered by {choice.offer})" if choice.offer else ""
    return f"{route_in_words(choice.then)}{offer}"


def _survey(survey: Survey) -> Aspects:
    questions = {f"question {each.id}": _question(each) for each in survey.questions}
    return {
        **questions,
        "order of questions": ", ".join(each.id for each in survey.questions),
        "repeat": str(survey.repeat),
        "first key": f"{survey.first_key_seconds:g}s",
        "between keys": f"{survey.between_keys_seconds:g}s",
    }


def _question(question: SurveyQuestion) -> str:
    if question.scale is not None:
        return f"{question.say}, {question.scale[0]} to {question.scale[1]}"
    choices = ", ".join(f"{key} {answer}" for key, answer in question.choices.items())
    return f"{question.say}, {choices}"


def _mailbox(mailbox: Mailbox) -> Aspects:
    return {"say": ", ".join(mailbox.say), "longest": duration_in_words(mailbox.longest)}


def _variable(variable: Variable) -> Aspects:
    allowed = ", ".join(variable.allowed) or None
    return _given(channel=variable.channel, default=variable.default, allowed=allowed)


def _texts(texts: Mapping[str, str]) -> Aspects:
    return dict(texts)


def _skill(text: str) -> Aspects:
    return {"meaning": text}


def _given(**aspects: str | None) -> dict[str, str]:
    return {name: words for name, words in aspects.items() if words is not None}


_SECTIONS: Final[Mapping[str, Describe]] = {
    "numbers": _number,
    "hours": _hours,
    "skills": _skill,
    "agents": _agent,
    "queues": _queue,
    "menus": _menu,
    "surveys": _survey,
    "mailboxes": _mailbox,
    "variables": _variable,
    "prompts": _texts,
}
