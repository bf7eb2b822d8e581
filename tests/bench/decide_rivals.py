"""The same rules for other libraries: each takes the first rule that matches, by scanning.

They are given what our sights make of a call (`hours_office: "closed"`, `case_age_number: 86400`),
which they then need not work out, and must only compare.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final, TypeAlias

from routing.conditions import Allowed, Condition, Prefix, Range
from routing.decisions import Decision

Shown: TypeAlias = Mapping[str, str | int]
"""What a call shows, under names that any language can spell."""

Matches: TypeAlias = Callable[[Shown], bool]
"""One rule, compiled."""

NO_NUMBER: Final = -1
"""What stands for a number where a call shows a word: below every number that there is."""


@dataclass(frozen=True, slots=True)
class Rival:
    """Another library.

    Attributes:
        package: The name by which it is installed.
        compiled: Makes one rule of its conditions.
    """

    package: str
    compiled: Callable[[Sequence[Condition]], Matches]

    @property
    def label(self) -> str:
        """Its name with the version measured."""
        return f"{self.package} {version(self.package)}"

    @property
    def is_installed(self) -> bool:
        """Whether it can be measured."""
        try:
            version(self.package)
        except PackageNotFoundError:
            return False
        return True


def first_match(rules: Sequence[Matches], shown: Shown) -> int:
    """The place of the first rule that matches; the last one always does."""
    return next(place for place, matches in enumerate(rules) if matches(shown))


def shown_by(decision: Decision) -> Shown:
    """What the call showed: of every fact its word and its number, one of which says nothing."""
    shown: dict[str, str | int] = {}
    for sight in decision.sights:
        name, is_number = _name(sight.fact, sight.argument), isinstance(sight.seen, int)
        shown[name] = "" if is_number else str(sight.seen)
        shown[f"{name}_number"] = sight.seen if is_number else NO_NUMBER
    return shown


def _name(fact: str, argument: str | None) -> str:
    return "_".join(filter(None, (fact, argument))).replace(".", "_").replace("-", "_")


def _words(condition: Condition) -> list[str]:
    return [each for each in condition.allowed if isinstance(each, str)]


def _others(condition: Condition) -> list[Allowed]:
    return [each for each in condition.allowed if not isinstance(each, str)]


def _rule_engine(when: Sequence[Condition]) -> Matches:
    import rule_engine  # noqa: PLC0415  installed for the comparison only

    text = " and ".join(f"({_expression(condition)})" for condition in when)
    rule = rule_engine.Rule(text or "true")
    return lambda shown: bool(rule.matches(shown))


def _expression(condition: Condition) -> str:
    name, words = _name(condition.fact, condition.argument), _words(condition)
    ways = [_range_expression(name, other) for other in _others(condition)]
    if len(words) == 1:
        ways.append(f'{name} == "{words[0]}"')
    elif words:
        listed = ", ".join(f'"{word}"' for word in words)
        ways.append(f"{name} in [{listed}]")
    return " or ".join(ways)


def _range_expression(name: str, allowed: Allowed) -> str:
    match allowed:
        case Prefix(digits):
            return f'{name} =~ "\\\\{digits}.*"'
        case Range(low, None):
            return f"{name}_number >= {low}"
        case Range(low, high):
            return f"({name}_number >= {low or 0} and {name}_number <= {high})"
    raise ValueError(f"{allowed} is neither words nor numbers")


def _json_logic(when: Sequence[Condition]) -> Matches:
    from json_logic import jsonLogic  # noqa: PLC0415  installed for the comparison only

    rule: Any = {"and": [_logic(condition) for condition in when]} if when else True
    return lambda shown: bool(jsonLogic(rule, shown))


def _logic(condition: Condition) -> Any:  # noqa: ANN401  nested JSON
    name, words = _name(condition.fact, condition.argument), _words(condition)
    ways = [_range_logic(name, other) for other in _others(condition)]
    if len(words) == 1:
        ways.append({"==": [{"var": name}, words[0]]})
    elif words:
        ways.append({"in": [{"var": name}, words]})
    return ways[0] if len(ways) == 1 else {"or": ways}


def _range_logic(name: str, allowed: Allowed) -> Any:  # noqa: ANN401  nested JSON
    number = {"var": f"{name}_number"}
    match allowed:
        case Prefix(digits):
            return {"==": [{"substr": [{"var": name}, 0, len(digits)]}, digits]}
        case Range(low, None):
            return {">=": [number, low]}
        case Range(low, high):
            return {"<=": [low or 0, number, high]}
    raise ValueError(f"{allowed} is neither words nor numbers")


RIVALS: Final = {
    "rule-engine": Rival("rule-engine", _rule_engine),
    "json-logic": Rival("json-logic-qubit", _json_logic),
}
"""By the name that `--rivals` takes. The package json-logic itself does not run on Python 3."""
