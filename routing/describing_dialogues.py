"""What callers are asked, in words, aspect by aspect."""

from collections.abc import Mapping
from typing import TypeAlias

from routing.conditions import allowed_in_words
from routing.dialogues import (
    AnswerCondition,
    Callbacks,
    Entry,
    KeyChoice,
    Mailbox,
    Menu,
    Patience,
    Proof,
    Survey,
    SurveyQuestion,
    Tracking,
)
from routing.explain import duration_in_words, route_in_words

Aspects: TypeAlias = Mapping[str, str]
"""What there is to say of an entry, by what it is about."""


def given(**aspects: str | None) -> dict[str, str]:
    """The aspects of which there is something to say."""
    return {name: words for name, words in aspects.items() if words is not None}


def menu_in_words(menu: Menu) -> Aspects:
    """A menu."""
    keys = {f"key {choice.key}": _choice(choice) for choice in menu.keys}
    return {
        "say": ", ".join(menu.say),
        **keys,
        "order of keys": ", ".join(choice.key for choice in menu.keys),
        "silence": _patience(menu.silence),
        "wrong key": _patience(menu.wrong_key),
        **_pauses(menu),
        "early keys": "count" if menu.early_keys else "do not count",
    }


def _patience(patience: Patience) -> str:
    said = f"{', '.join(patience.say)}, " if patience.say else ""
    return f"{said}asked {patience.repeat}× again, then {route_in_words(patience.then)}"


def _choice(choice: KeyChoice) -> str:
    offer = f" (offered by {choice.offer})" if choice.offer else ""
    return f"{route_in_words(choice.then)}{offer}"


def _pauses(asked: Menu | Entry | Survey) -> Aspects:
    return {
        "first key": f"{asked.first_key_seconds:g}s",
        "between keys": f"{asked.between_keys_seconds:g}s",
    }


def entry_in_words(entry: Entry) -> Aspects:
    """A value that callers key in."""
    between = None if entry.least is None else f"{entry.least} to {entry.most}"
    return {
        "say": ", ".join(entry.say),
        "kind": entry.kind.value,
        "digits": f"{entry.shortest} to {entry.longest}",
        **given(checksum=entry.checksum, between=between, currency=entry.currency),
        "confirmed": _truth(entry.confirm),
        "secret": _truth(entry.secret),
        "tries": str(entry.tries),
        **given(variable=entry.variable),
        "then": route_in_words(entry.then),
        "otherwise": route_in_words(entry.otherwise),
        **_pauses(entry),
    }


def survey_in_words(survey: Survey) -> Aspects:
    """A survey."""
    questions = {f"question {each.id}": _question(each) for each in survey.questions}
    days = survey.again_after_days
    return {
        **given(consent=survey.consent),
        "asked again": "each time" if days is None else f"after {days} days",
        "alert": _conditions(survey.alert) or "never",
        **questions,
        "order of questions": ", ".join(each.id for each in survey.questions),
        "repeat": str(survey.repeat),
        **_pauses(survey),
    }


def _question(question: SurveyQuestion) -> str:
    condition = f", if {_conditions(question.when)}" if question.when else ""
    return f"{question.say}, {_answer(question)}{condition}"


def _answer(question: SurveyQuestion) -> str:
    if question.record is not None:
        return f"spoken, up to {duration_in_words(question.record)}"
    if question.scale is not None:
        return f"{question.scale[0]} to {question.scale[1]}"
    return ", ".join(f"{key} {answer}" for key, answer in question.choices.items())


def _conditions(conditions: tuple[AnswerCondition, ...]) -> str:
    return ", ".join(
        f"{each.question} {' or '.join(map(allowed_in_words, each.allowed))}" for each in conditions
    )


def mailbox_in_words(mailbox: Mailbox) -> Aspects:
    """A mailbox."""
    silence = mailbox.silence
    return {
        "say": ", ".join(mailbox.say),
        "longest": duration_in_words(mailbox.longest),
        "ended by silence": "no" if silence is None else f"of {duration_in_words(silence)}",
        "review": _truth(mailbox.review),
    }


def tracking_in_words(tracking: Tracking) -> Aspects:
    """The look-up of requests."""
    return {
        "tries": str(tracking.tries),
        "found": route_in_words(tracking.found_then),
        "not found": route_in_words(tracking.not_found_then),
        "only for the customer": _truth(tracking.identified),
        "agent": _agent(tracking),
        "note": _lasting(tracking.note),
        "text message": _truth(tracking.sms),
    }


def _agent(tracking: Tracking) -> str:
    if tracking.agent_ring is None or tracking.agent_otherwise is None:
        return "not offered"
    ring, otherwise = tracking.agent_ring, tracking.agent_otherwise
    return f"rings {duration_in_words(ring)}, otherwise {route_in_words(otherwise)}"


def callbacks_in_words(callbacks: Callbacks) -> Aspects:
    """How callers are called back."""
    return {
        "countries": ", ".join(callbacks.countries),
        "costly numbers": _truth(callbacks.premium),
        "times to choose from": _times(callbacks),
        "tries": str(callbacks.tries),
        "then": route_in_words(callbacks.then),
        "otherwise": route_in_words(callbacks.otherwise),
    }


def _times(callbacks: Callbacks) -> str:
    if callbacks.hours is None:
        return "none"
    window = duration_in_words(callbacks.window)
    return f"{window} each within hours {callbacks.hours}, for {callbacks.days} days"


def proof_in_words(proof: Proof) -> Aspects:
    """How callers prove that their telephone is theirs."""
    return {
        "digits": str(proof.digits),
        "valid": duration_in_words(proof.valid),
        "tries": str(proof.tries),
        "codes for a number": f"{proof.per_number} in 24 hours",
        "codes in all": f"{proof.per_day} in 24 hours",
        "proven": route_in_words(proof.proven),
        "otherwise": route_in_words(proof.otherwise),
    }


def _lasting(seconds: int | None) -> str:
    return "not offered" if seconds is None else f"up to {duration_in_words(seconds)}"


def _truth(holds: bool) -> str:
    return "yes" if holds else "no"
