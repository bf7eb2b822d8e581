"""Renders a decision: as lines for people, and as plain data (JSON) for the journal, and back.

Nothing is evaluated here: the reasons were made while deciding.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from routing.decisions import Clause, Decision, RuleTest
from routing.destinations import (
    Destination,
    ToExtension,
    ToHangup,
    ToMenu,
    ToQueue,
    ToRules,
    ToSurvey,
    ToTracking,
    ToVoicemail,
)
from routing.problems import one_line
from routing.rules import Condition

Data: TypeAlias = dict[str, Any]
"""A JSON object."""


def explain(decision: Decision) -> tuple[str, ...]:
    """The decision as lines of text: each rule that was looked at, then the outcome."""
    return (
        f"rules {decision.rules} (revision {decision.revision})",
        *(f"  {_rule_line(test)}" for test in decision.tests),
        f"  → {outcome(decision)}",
    )


def outcome(decision: Decision) -> str:
    """What follows from the decision, in words."""
    parts = [f"say {prompt}" for prompt in decision.say]
    if decision.open_case:
        parts.append("open a request")
    parts.append(destination_in_words(decision.destination))
    if decision.priority is not None:
        parts.append(f"priority {decision.priority}")
    return ", ".join(parts)


def destination_in_words(destination: Destination) -> str:  # noqa: PLR0911  one line a kind
    """A destination as one reads it in the rules file.

    >>> destination_in_words(ToQueue("support"))
    'queue support'
    """
    match destination:
        case ToQueue(queue):
            return f"queue {queue}"
        case ToMenu(menu):
            return f"menu {menu}"
        case ToRules(rules):
            return f"rules {rules}"
        case ToTracking():
            return "track a request"
        case ToVoicemail(mailbox):
            return f"voicemail {mailbox}"
        case ToExtension(extension):
            return f"extension {extension}"
        case ToHangup(cause):
            return f"hang up (cause {cause})"
        case ToSurvey(survey):
            return f"survey {survey}"


def _rule_line(test: RuleTest) -> str:
    mark = "✓" if test.matched else "✗"
    return f"{mark} {test.rule_id}: {_reasons(test)}"


def _reasons(test: RuleTest) -> str:
    if not test.clauses:
        return "for everyone"
    if test.matched:
        return ", ".join(_saw(clause) for clause in test.clauses)
    failed = test.clauses[-1]
    return f"{_saw(failed)}, not {' or '.join(failed.condition.allowed)}"


def _saw(clause: Clause) -> str:
    return f"{fact_in_words(clause.condition)} is {one_line(clause.seen)}"


def fact_in_words(condition: Condition) -> str:
    """The fact that a condition asks for.

    >>> fact_in_words(Condition("hours", "office", ("closed",)))
    'hours office'
    """
    return " ".join(filter(None, (condition.fact, condition.argument)))


def destination_to_data(destination: Destination) -> Data:  # noqa: PLR0911  one line a kind
    """A destination as the rules file writes it: `{"queue": "support"}`."""
    match destination:
        case ToQueue(queue):
            return {"queue": queue}
        case ToMenu(menu):
            return {"menu": menu}
        case ToRules(rules):
            return {"rules": rules}
        case ToTracking():
            return {"track": True}
        case ToVoicemail(mailbox):
            return {"voicemail": mailbox}
        case ToExtension(extension):
            return {"extension": extension}
        case ToHangup(cause):
            return {"hangup": cause}
        case ToSurvey(survey):
            return {"survey": survey}


_MAKERS: Final[Mapping[str, Callable[[Any], Destination]]] = {
    "queue": ToQueue,
    "menu": ToMenu,
    "rules": ToRules,
    "track": lambda _: ToTracking(),
    "voicemail": ToVoicemail,
    "extension": ToExtension,
    "hangup": ToHangup,
    "survey": ToSurvey,
}


def destination_from_data(data: Mapping[str, Any]) -> Destination:
    """The inverse of `destination_to_data`."""
    ((kind, value),) = data.items()
    return _MAKERS[kind](value)


def decision_to_data(decision: Decision) -> Data:
    """A decision with its reasons."""
    return {
        "rules": decision.rules,
        "rule": decision.rule_id,
        "say": list(decision.say),
        "priority": decision.priority,
        "open_case": decision.open_case,
        "then": destination_to_data(decision.destination),
        "tests": [_test_to_data(test) for test in decision.tests],
        "revision": decision.revision,
    }


def decision_from_data(data: Mapping[str, Any]) -> Decision:
    """The inverse of `decision_to_data`."""
    return Decision(
        rules=data["rules"],
        rule_id=data["rule"],
        say=tuple(data["say"]),
        priority=data["priority"],
        open_case=data["open_case"],
        destination=destination_from_data(data["then"]),
        tests=tuple(_test_from_data(test) for test in data["tests"]),
        revision=data["revision"],
    )


def _test_to_data(test: RuleTest) -> Data:
    return {"rule": test.rule_id, "clauses": [_clause_to_data(each) for each in test.clauses]}


def _test_from_data(data: Mapping[str, Any]) -> RuleTest:
    return RuleTest(data["rule"], tuple(_clause_from_data(each) for each in data["clauses"]))


def _clause_to_data(clause: Clause) -> Data:
    condition = clause.condition
    return {
        "fact": condition.fact,
        "argument": condition.argument,
        "allowed": list(condition.allowed),
        "seen": clause.seen,
        "held": clause.held,
    }


def _clause_from_data(data: Mapping[str, Any]) -> Clause:
    condition = Condition(data["fact"], data["argument"], tuple(data["allowed"]))
    return Clause(condition, data["seen"], data["held"])
