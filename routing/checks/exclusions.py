"""Conditions on different facts of which one excludes the other, in whatever world a call is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

import phonenumbers

from routing.checks.plain import mapping
from routing.checks.scene import Scene
from routing.checks.weeks import at_once
from routing.compiling import assumed_values, compile_hours
from routing.conditions import NONE, Condition, Prefix, Range, Seen
from routing.rules import Hours, HoursState


@dataclass(frozen=True)
class Exclusions:
    """What excludes what in one file."""

    scene: Scene
    known: dict[tuple[Condition, Condition], bool] = field(default_factory=dict)

    def found(self, conditions: Sequence[Condition]) -> bool:
        """Whether some of these conditions exclude each other."""
        hours = [each for each in conditions if each.fact == "hours"]
        if any(self._never_at_once(*pair) for pair in combinations(hours, 2)):
            return True
        by_fact = {(each.fact, each.argument): each for each in conditions}
        country, area = by_fact.get(("caller.country", None)), by_fact.get(("caller.area", None))
        dialled, source = by_fact.get(("dialled", None)), by_fact.get(("source", None))
        waits = (each for each in conditions if each.fact == "queue.longest_wait")
        return (
            _apart(country, area)
            or self._elsewhere(dialled, source)
            or any(
                self._nobody_waits(by_fact.get(("queue.waiting", each.argument)), each)
                for each in waits
            )
        )

    @cached_property
    def _hours(self) -> Mapping[str, Hours]:
        if self.scene.whole is None:
            return {}
        zone = self.scene.whole.business.timezone
        return {id_: compile_hours(id_, each, zone) for id_, each in self.scene.whole.hours.items()}

    @cached_property
    def _assumed(self) -> Mapping[str, Seen]:
        return assumed_values(self.scene.assumed)

    def _never_at_once(self, one: Condition, other: Condition) -> bool:
        """Whether two hours never stand so at the same minute."""
        if (one, other) not in self.known:
            first, second = (self._hours.get(each.argument or "") for each in (one, other))
            self.known[one, other] = (
                first is not None
                and second is not None
                and not any(
                    at_once(first, in_first, second, in_second)
                    for in_first in _states(one)
                    for in_second in _states(other)
                )
            )
        return self.known[one, other]

    def _elsewhere(self, dialled: Condition | None, source: Condition | None) -> bool:
        """Whether none of these numbers has one of these sources."""
        if dialled is None or source is None:
            return False
        numbers = mapping(self.scene.data.get("numbers"))
        sources = {
            mapping(numbers.get(number)).get("source", NONE)
            for number in dialled.allowed
            if isinstance(number, str)
        }
        return sources.isdisjoint(source.allowed)

    def _nobody_waits(self, waiting: Condition | None, longest: Condition) -> bool:
        """Whether somebody must have waited where nobody is waiting: then the wait is 0."""
        if waiting is None or not self._assumed.keys().isdisjoint({waiting.fact, longest.fact}):
            return False
        none_waits = all(
            isinstance(each, Range) and each.high is not None and each.high <= 0
            for each in waiting.allowed
        )
        return none_waits and not any(
            not isinstance(each, Range) or each.holds(0) for each in longest.allowed
        )


def _states(condition: Condition) -> list[HoursState]:
    return [HoursState(each) for each in condition.allowed if isinstance(each, str)]


def _apart(country: Condition | None, area: Condition | None) -> bool:
    """Whether numbers that begin so belong to none of these countries."""
    if country is None or area is None:
        return False
    asked = {allowed for allowed in country.allowed if isinstance(allowed, str)}
    return all(
        isinstance(allowed, Prefix) and asked.isdisjoint(_countries(allowed.digits))
        for allowed in area.allowed
    )


def _countries(digits: str) -> frozenset[str]:
    """The countries in which numbers begin so, and `none` for numbers of no country."""
    begun = digits.removeprefix("+")
    codes = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()
    within: Iterable[tuple[str, ...]] = (
        regions
        for code, regions in codes
        if begun.startswith(str(code)) or str(code).startswith(begun)
    )
    return frozenset((NONE, *(region for regions in within for region in regions)))
