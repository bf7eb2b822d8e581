"""Renders a decision for people. Nothing is evaluated: the reasons were made while deciding."""

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
from routing.rules import Condition


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
    return f"{fact_in_words(clause.condition)} is {clause.seen}"


def fact_in_words(condition: Condition) -> str:
    """The fact that a condition asks for.

    >>> fact_in_words(Condition("hours", "office", ("closed",)))
    'hours office'
    """
    return " ".join(filter(None, (condition.fact, condition.argument)))
