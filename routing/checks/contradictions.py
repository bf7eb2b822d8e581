"""Rules whose own conditions can never hold together."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

import phonenumbers

from routing.checks.plain import mapping, sequence
from routing.checks.scene import Scene
from routing.checks.worlds import WORLDS, Domains, possible
from routing.compiling import assumed_values, conditions_of
from routing.conditions import NONE, Condition, Prefix, Seen, allowed_in_words
from routing.model import RuleShape
from routing.problems import Path, Problem

_WITHOUT: Final[Mapping[str, str]] = {
    "caller.country": "only a number that is shown has a country",
    "caller.area": "only a number that is shown begins in some way",
    "caller.blocked": "only a number that is shown can be blocked",
    "case.age": "only a known customer has requests",
    "case.open": "only a known customer has requests",
    "contract": "only a known customer has a contract",
    "customer.segment": "only a known customer has a segment",
    "customer.language": "only a known customer has a language of their own",
    "customer.lead_score": "only a known customer has a score",
    "customer.last_agent": "only a known customer has spoken with an agent",
}
"""Why conditions on these exclude some on `customer`."""

_MOST_SHOWN: Final = 4
"""Of the values of a condition, in a message."""


def problems(scene: Scene) -> Iterator[Problem]:
    """Rules that no call can match, whatever the other rules are."""
    search = _Search(scene)
    for list_id, rules in scene.rules.items():
        for index, rule in enumerate(rules):
            if rule is not None and rule.when is not None:
                yield from search.problems(("rules", list_id, index, "when"), rule)


class _Search:
    """Looks for contradictions in one rule after the other."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._domains = Domains(scene)
        self._assumed: Mapping[str, Seen] = assumed_values(scene.assumed)
        self._known: dict[tuple[Condition, ...], bool] = {}

    def problems(self, path: Path, rule: RuleShape) -> Iterator[Problem]:
        """The first contradiction of a rule."""
        conditions = tuple(conditions_of(rule.when))
        yield from self._values(path, conditions)
        if self._can_match(conditions):
            return
        for size in (1, 2, len(conditions)):
            for some in combinations(conditions, size):
                if not self._can_match(some):
                    yield self._never(path, some)
                    return

    def _can_match(self, conditions: tuple[Condition, ...]) -> bool:
        if conditions not in self._known:
            self._known[conditions] = self._try(conditions)
        return self._known[conditions]

    def _try(self, conditions: tuple[Condition, ...]) -> bool:
        by_fact = {each.fact: each for each in conditions}
        if _apart(by_fact.get("caller.country"), by_fact.get("caller.area")):
            return False
        if self._elsewhere(by_fact.get("dialled"), by_fact.get("source")):
            return False
        return any(possible(conditions, world, self._domains, self._assumed) for world in WORLDS)

    def _elsewhere(self, dialled: Condition | None, source: Condition | None) -> bool:
        """Whether none of these numbers has one of these sources."""
        if dialled is None or source is None:
            return False
        numbers = mapping(self._scene.data.get("numbers"))
        sources = {
            mapping(numbers.get(number)).get("source", NONE)
            for number in dialled.allowed
            if isinstance(number, str)
        }
        return sources.isdisjoint(source.allowed)

    def _values(self, path: Path, conditions: Sequence[Condition]) -> Iterator[Problem]:
        """Values that a call never shows, or hardly, beside others that it may show."""
        for each in conditions:
            if each.fact == "variable":
                yield from self._not_declared(path, each)
            if each.fact == "keyed":
                yield from self._not_offered(path, each)

    def _not_declared(self, path: Path, condition: Condition) -> Iterator[Problem]:
        variables = mapping(self._scene.data.get("variables"))
        declared = sequence(mapping(variables.get(condition.argument or "")).get("allowed"))
        for value in condition.allowed if declared else ():
            if value != NONE and value not in declared:
                message = f'"{value}" is not among the values declared for this variable'
                hint = f"write one of: {', '.join(map(str, declared))}; or declare it"
                place = (*path, "variable", condition.argument or "")
                yield self._scene.at(place, "value-not-declared", message, hint)

    def _not_offered(self, path: Path, condition: Condition) -> Iterator[Problem]:
        menu = self._scene.menus.get(condition.argument or "")
        for key in condition.allowed if menu is not None else ():
            if key != NONE and menu is not None and key not in menu.keys:
                message = f'the menu "{condition.argument}" has no key "{key}"'
                hint = f"write one of: {', '.join(menu.keys)}"
                place = (*path, "keyed", condition.argument or "")
                yield self._scene.at(place, "key-not-offered", message, hint)

    def _never(self, path: Path, some: Sequence[Condition]) -> Problem:
        last = max(some, key=lambda each: self._scene.document.at_key(_place(path, each)))
        place = _place(path, last)
        if len(some) == 1:
            message = f"{_in_words(last)} never holds"
            return self._scene.at(place, "contradiction", message, self._why_alone(last), key=True)
        written = " and ".join(_in_words(each) for each in some)
        message = f"no call can match: {written} never hold together"
        return self._scene.at(place, "contradiction", message, self._why(some), key=True)

    def _why_alone(self, condition: Condition) -> str:
        if condition.fact == "hours":
            return f'write `holidays` or `closed` under "{condition.argument}", or drop the rule'
        if condition.fact == "variable":
            return "the variable has a default: a call always has a value"
        return "drop the condition, or let it allow something that happens"

    def _why(self, some: Sequence[Condition]) -> str:
        facts = {each.fact for each in some}
        if facts == {"case.open", "case.age"}:
            return "the age is that of an open request; without one it is `none`"
        if facts == {"dialled", "source"}:
            return "the source is that of the number dialled, under `numbers`: ask for one of both"
        if facts == {"caller.country", "caller.area"}:
            return "the area lies in another country: ask for one of both"
        told = (why for fact, why in _WITHOUT.items() if fact in facts)
        return f"{next(told, 'each of them excludes the others')}: drop one of the conditions"


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
    within = (
        regions
        for code, regions in codes
        if begun.startswith(str(code)) or str(code).startswith(begun)
    )
    return frozenset((NONE, *(region for regions in within for region in regions)))


def _place(path: Path, condition: Condition) -> Path:
    """Where a condition stands."""
    fact, _, of_queue = condition.fact.partition("queue.")
    if of_queue:
        return (*path, "queue", condition.argument or "", of_queue)
    return (*path, fact) if condition.argument is None else (*path, fact, condition.argument)


def _in_words(condition: Condition) -> str:
    values = [allowed_in_words(each) for each in condition.allowed[:_MOST_SHOWN]]
    more = ["…"] if len(condition.allowed) > _MOST_SHOWN else []
    name = (
        condition.fact if condition.argument is None else f"{condition.fact} {condition.argument}"
    )
    return f"`{name}: {' or '.join([*values, *more])}`"
