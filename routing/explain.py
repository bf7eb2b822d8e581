"""Renders decisions and routes as lines for people.

Nothing is evaluated here: the reasons were made while deciding.
"""

from collections.abc import Mapping
from typing import Final

from routing.conditions import Condition, Seen, allowed_in_words
from routing.decisions import Clause, Explanation, RuleTest, Sight
from routing.decisions_data import destination_to_data
from routing.destinations import Destination, Priority, Route
from routing.problems import one_line
from routing.sights import WHOLE_SHARE

DURATIONS = frozenset({"case.age", "queue.longest_wait", "queue.estimated_wait"})
"""The facts that are seen as a number of seconds."""

_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60))


def explain(told: Explanation) -> tuple[str, ...]:
    """A decision as lines of text: each rule that was looked at, then the outcome."""
    earlier = (f"  … {told.earlier} rules before these did not match",) if told.earlier else ()
    return (
        f"rules {told.rules} (revision {told.revision})",
        *earlier,
        *(f"  {rule_line(test)}" for test in told.tests),
        f"  → {route_in_words(told.route)}",
    )


def rule_line(test: RuleTest) -> str:
    """One rule, whether it matched, and why."""
    return f"{'✓' if test.matched else '✗'} {test.rule_id}: {_reasons(test)}"


def route_in_words(route: Route) -> str:
    """What is done, and where the call goes."""
    parts = [f"language {route.language}"] if route.language else []
    parts += [f"say {prompt}" for prompt in route.say]
    if route.open_case:
        parts.append("open a request")
    parts.append(destination_in_words(route.to))
    if route.pace is not None:
        parts.append(f"pace {route.pace}")
    if route.priority is not None:
        parts.append(f"priority {_priority_in_words(route.priority)}")
    if route.music is not None:
        parts.append(f"music {route.music}")
    parts += [f"{name}={one_line(value)}" for name, value in route.variables]
    return ", ".join(parts)


def destination_in_words(destination: Destination) -> str:
    """A destination as one reads it in the rules file.

    >>> destination_in_words(ToQueue("support"))
    'queue support'
    """
    ((key, value),) = destination_to_data(destination).items()
    return _PHRASES.get(key, key + " {}").format(value)


_PHRASES: Final[Mapping[str, str]] = {
    "track": "track a request",
    "prove": "prove who calls by a one-time code",
    "callback": "ask to be called back",
    "hangup": "hang up (cause {})",
}


def fact_in_words(fact: str, argument: str | None) -> str:
    """The fact that a condition asks for.

    >>> fact_in_words("hours", "office"), fact_in_words("queue.waiting", "support")
    ('hours office', 'queue support waiting')
    """
    section, _, detail = fact.partition(".")
    if argument is not None and detail:
        return f"{section} {argument} {detail}"
    return fact if argument is None else f"{fact} {argument}"


def condition_in_words(condition: Condition) -> str:
    """What a condition asks for.

    >>> condition_in_words(Condition("contract", None, ("ended", "none")))
    'contract ended or none'
    """
    allowed = " or ".join(allowed_in_words(each) for each in condition.allowed)
    return f"{fact_in_words(condition.fact, condition.argument)} {allowed}"


def seen_in_words(fact: str, seen: Seen) -> str:
    """What was seen, as the rules file would write it.

    >>> seen_in_words("case.age", 180_000), seen_in_words("share", 1250)
    ('2d 2h', '12.5%')
    """
    if isinstance(seen, str):
        return one_line(seen)
    if fact == "share":
        return f"{seen * 100 / WHOLE_SHARE:g}%"
    return duration_in_words(seen) if fact in DURATIONS else str(seen)


def duration_in_words(seconds: int) -> str:
    """A duration by its two largest units.

    >>> duration_in_words(0), duration_in_words(75), duration_in_words(7200)
    ('0s', '1m 15s', '2h')
    """
    parts = []
    for unit, size in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    if seconds or not parts:
        parts.append(f"{seconds}s")
    return " ".join(parts[:2])


def sight_in_words(sight: Sight) -> str:
    """What a call showed of a fact.

    >>> sight_in_words(Sight("contract", None, "unavailable", "running"))
    'contract is unavailable, taken for running'
    """
    fact = fact_in_words(sight.fact, sight.argument)
    taken = "" if sight.taken_for is None else seen_in_words(sight.fact, sight.taken_for)
    taken = taken and f", taken for {taken}"
    return f"{fact} is {seen_in_words(sight.fact, sight.seen)}{taken}"


def _priority_in_words(priority: Priority) -> str:
    if not priority.rise:
        return str(priority.start)
    every = duration_in_words(priority.every)
    return f"{priority.start}, {priority.rise} more every {every} up to {priority.highest}"


def _reasons(test: RuleTest) -> str:
    if not test.clauses:
        return "for everyone"
    if test.matched:
        return ", ".join(sight_in_words(clause.sight) for clause in test.clauses)
    failed = test.clauses[-1]
    return f"{sight_in_words(failed.sight)}, not {_allowed(failed)}"


def _allowed(clause: Clause) -> str:
    return " or ".join(allowed_in_words(each) for each in clause.condition.allowed)
