"""Decisions and routes as plain data (JSON), for the journal, and back."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any, Final, TypeAlias

from routing.conditions import Allowed, Condition, Prefix, Range
from routing.decisions import Clause, Explanation, RuleTest, Sight
from routing.destinations import (
    Destination,
    Priority,
    Route,
    ToCallback,
    ToEntry,
    ToExtension,
    ToHangup,
    ToMenu,
    ToNumber,
    ToProof,
    ToQueue,
    ToRules,
    ToSurvey,
    ToTracking,
    ToVoicemail,
)

Data: TypeAlias = dict[str, Any]
"""A JSON object."""


_KINDS: Final[Mapping[str, type[Destination]]] = {
    "queue": ToQueue,
    "menu": ToMenu,
    "rules": ToRules,
    "track": ToTracking,
    "enter": ToEntry,
    "prove": ToProof,
    "voicemail": ToVoicemail,
    "callback": ToCallback,
    "survey": ToSurvey,
    "extension": ToExtension,
    "number": ToNumber,
    "hangup": ToHangup,
}
"""By their keys in the rules file. Each has one field, or none where the key is just `true`."""

_KEYS: Final = {kind: key for key, kind in _KINDS.items()}


def destination_to_data(destination: Destination) -> Data:
    """A destination as the rules file writes it: `{"queue": "support"}`."""
    (value,) = [getattr(destination, each.name) for each in fields(destination)] or [True]
    return {_KEYS[type(destination)]: value}


def destination_from_data(data: Mapping[str, Any]) -> Destination:
    """The inverse of `destination_to_data`."""
    ((key, value),) = data.items()
    make: Callable[..., Destination] = _KINDS[key]
    return make(value) if fields(_KINDS[key]) else make()


def route_to_data(route: Route) -> Data:
    """A route; what is not done on the way is left out."""
    priority = route.priority
    actions = {
        "language": route.language,
        "say": list(route.say),
        "case": "open" if route.open_case else None,
        "priority": priority and [priority.start, priority.rise, priority.every, priority.highest],
        "music": route.music,
        "variables": dict(route.variables),
        "pace": route.pace,
    }
    given = {name: value for name, value in actions.items() if value}
    return {**destination_to_data(route.to), **given}


def route_from_data(data: Mapping[str, Any]) -> Route:
    """The inverse of `route_to_data`."""
    to = next({key: data[key]} for key in _KINDS if key in data)
    return Route(
        to=destination_from_data(to),
        language=data.get("language"),
        say=tuple(data.get("say", ())),
        open_case="case" in data,
        priority=Priority(*data["priority"]) if "priority" in data else None,
        music=data.get("music"),
        variables=tuple(data.get("variables", {}).items()),
        pace=data.get("pace"),
    )


def explanation_to_data(told: Explanation) -> Data:
    """A decision with its reasons."""
    return {
        "rules": told.rules,
        "rule": told.rule_id,
        "then": route_to_data(told.route),
        "tests": [_test_to_data(test) for test in told.tests],
        "earlier": told.earlier,
        "revision": told.revision,
    }


def explanation_from_data(data: Mapping[str, Any]) -> Explanation:
    """The inverse of `explanation_to_data`; reads what earlier versions have kept, too."""
    return Explanation(
        rules=data["rules"],
        rule_id=data["rule"],
        route=kept_route(data),
        tests=tuple(_test_from_data(test) for test in data["tests"]),
        earlier=data.get("earlier", 0),
        revision=data["revision"],
    )


def kept_route(data: Mapping[str, Any]) -> Route:
    """The route of a decision that was kept, by this version or an earlier one."""
    route = route_from_data(data["then"])
    if "open_case" not in data:
        return route
    # What is done on the way used to stand beside the destination.
    priority = None if data["priority"] is None else Priority(data["priority"])
    return replace(route, say=tuple(data["say"]), open_case=data["open_case"], priority=priority)


def _test_to_data(test: RuleTest) -> Data:
    return {"rule": test.rule_id, "clauses": [_clause_to_data(each) for each in test.clauses]}


def _test_from_data(data: Mapping[str, Any]) -> RuleTest:
    return RuleTest(data["rule"], tuple(_clause_from_data(each) for each in data["clauses"]))


def _clause_to_data(clause: Clause) -> Data:
    sight = clause.sight
    return {
        "fact": sight.fact,
        "argument": sight.argument,
        "allowed": [_allowed_to_data(each) for each in clause.condition.allowed],
        "seen": sight.seen,
        "taken_for": sight.taken_for,
        "held": clause.held,
    }


def _clause_from_data(data: Mapping[str, Any]) -> Clause:
    fact, argument = data["fact"], data["argument"]
    allowed = tuple(_allowed_from_data(each) for each in data["allowed"])
    sight = Sight(fact, argument, data["seen"], data.get("taken_for"))
    return Clause(Condition(fact, argument, allowed), sight, data["held"])


def _allowed_to_data(allowed: Allowed) -> str | Data:
    match allowed:
        case Range(low, high, written):
            return {"low": low, "high": high, "written": written}
        case Prefix(digits):
            return {"prefix": digits}
        case _:
            return str(allowed)


def _allowed_from_data(data: str | Mapping[str, Any]) -> Allowed:
    if isinstance(data, str):
        return data
    return Prefix(data["prefix"]) if "prefix" in data else Range(**data)
