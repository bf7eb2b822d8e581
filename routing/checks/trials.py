"""Shares of trials: parts of the calls that overlap, or come to more than all of them."""

from collections.abc import Iterator
from typing import TypeAlias

from routing.checks.scene import Scene
from routing.compiling import conditions_of
from routing.conditions import Condition, Range
from routing.model import RuleShape
from routing.problems import Path, Problem
from routing.sights import WHOLE_SHARE

_Part: TypeAlias = tuple[int, int, str, int]
"""Of a trial: the first and the last call, as written, and the index of the rule."""


def problems(scene: Scene) -> Iterator[Problem]:
    """Trials that give calls to two rules which ask the same but for the share."""
    for list_id, rules in scene.rules.items():
        for (trial, _), parts in _trials(rules).items():
            yield from _overlaps(scene, list_id, rules, trial, parts)


def _trials(
    rules: tuple[RuleShape | None, ...],
) -> dict[tuple[str, frozenset[Condition]], list[_Part]]:
    """The parts of each trial, those apart whose rules ask for other things as well."""
    found: dict[tuple[str, frozenset[Condition]], list[_Part]] = {}
    for index, rule in enumerate(rules):
        if rule is None or rule.when is None or rule.when.share is None:
            continue
        conditions = frozenset(conditions_of(rule.when))
        for each in conditions:
            for part in each.allowed if each.fact == "share" else ():
                if isinstance(part, Range):
                    key = (each.argument or "", conditions - {each})
                    low, high = part.low or 0, WHOLE_SHARE if part.high is None else part.high
                    found.setdefault(key, []).append((low, high, part.written, index))
    return found


def _overlaps(
    scene: Scene,
    list_id: str,
    rules: tuple[RuleShape | None, ...],
    trial: str,
    parts: list[_Part],
) -> Iterator[Problem]:
    """Parts of which an earlier rule takes some calls; one that takes all is told as a shadow."""
    for number, (low, high, written, index) in enumerate(parts):
        for first, last, earlier, at in parts[:number]:
            other = rules[at]
            if other is None or last < low or high < first or (first <= low and high <= last):
                continue
            path: Path = ("rules", list_id, index, "when", "share", trial)
            taken = _spelt(min(high, last) - max(low, first) + 1)
            message = f'of {written} the rule "{other.id}" takes {taken} already, by its {earlier}'
            hint = (
                f"a share counts from 0%: for the calls after the first ones write {_next(parts)}"
            )
            yield scene.at(path, "overlapping-shares", message, hint)
            return


def _next(parts: list[_Part]) -> str:
    """The parts one after the other, as they were meant, if they fit."""
    begin, spelt = 0, []
    for low, high, _, _ in parts:
        end = begin + high - low + 1
        spelt.append(f"{_spelt(begin)}..{_spelt(end)}" if begin else _spelt(end))
        begin = end
    return ", ".join(spelt) if begin <= WHOLE_SHARE else "parts that come to 100% in all"


def _spelt(share: int) -> str:
    return f"{share * 100 / WHOLE_SHARE:g}%"
