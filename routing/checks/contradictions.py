"""Rules whose own conditions can never hold together."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations
from typing import Final

from routing.checks.entry_values import can_be_keyed, written_as
from routing.checks.exclusions import Exclusions
from routing.checks.plain import mapping, sequence
from routing.checks.scene import Scene
from routing.checks.ways import Node, Way, leading_to, reached, starts
from routing.checks.worlds import WORLDS, Domains, possible
from routing.compiling import assumed_values, conditions_of
from routing.conditions import NONE, Condition, Seen, allowed_in_words
from routing.model import RuleShape
from routing.problems import Path, Problem

_WITHOUT: Final[Mapping[str, str]] = {
    "caller.country": "only a number that is shown has a country",
    "caller.area": "only a number that is shown begins in some way",
    "caller.proven": "only who shows a number can prove to have it",
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

_BY_KEYS: Final = frozenset({"key", "queue-key", "wrong_key", "entered", "proven", "person"})
"""How ways are taken only by callers who press something."""

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
        self._exclusions = Exclusions(scene)
        self._assumed: Mapping[str, Seen] = assumed_values(scene.assumed)
        self._known: dict[tuple[Condition, ...], bool] = {}
        self._before: dict[Node, frozenset[Node]] = {}
        self._without: dict[str, frozenset[Node]] = {}

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
        if self._exclusions.found(conditions):
            return False
        return any(possible(conditions, world, self._domains, self._assumed) for world in WORLDS)

    def _values(self, path: Path, conditions: Sequence[Condition]) -> Iterator[Problem]:
        """Values that a call never shows, or hardly, beside others that it may show."""
        for each in conditions:
            yield from self._repeated(path, each)
            if each.fact == "variable":
                yield from self._not_declared(path, each)
            if each.fact == "keyed":
                yield from self._not_offered(path, each)
                yield from self._leads_elsewhere(path, each)

    def _repeated(self, path: Path, condition: Condition) -> Iterator[Problem]:
        if len(condition.allowed) == len(set(condition.allowed)):
            return
        for index, each in enumerate(condition.allowed):
            if each in condition.allowed[:index]:
                message = f'"{allowed_in_words(each)}" stands in this list already'
                place = (*_place(path, condition), index)
                hint = "delete it, or write the value that was meant"
                yield self._scene.at(place, "repeated-value", message, hint)

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
        """Keys that a menu does not have, and values that an entry cannot."""
        place = (*path, "keyed", condition.argument or "")
        entry = self._scene.entries.get(condition.argument or "")
        for value in condition.allowed if entry is not None else ():
            if entry is not None and isinstance(value, str) and not can_be_keyed(entry, value):
                message = f'nobody can key in "{value}" at "{condition.argument}"'
                yield self._scene.at(place, "key-not-offered", message, written_as(entry))
        menu = self._scene.menus.get(condition.argument or "")
        for key in condition.allowed if menu is not None else ():
            if key != NONE and menu is not None and key not in menu.keys:
                message = f'the menu "{condition.argument}" has no key "{key}"'
                hint = f"write one of: {', '.join(menu.keys)}"
                yield self._scene.at(place, "key-not-offered", message, hint)

    def _leads_elsewhere(self, path: Path, condition: Condition) -> Iterator[Problem]:
        """Keys after which no call comes to this list."""
        here, menu = ("rules", str(path[1])), condition.argument or ""
        if self._scene.whole is None or here not in self._alive:
            return
        keys = sorted(map(str, condition.allowed), key=NONE.__eq__)  # `none` takes longest
        if not any(self._comes(here, menu, key) for key in keys):
            message = f"no call can match: after {_in_words(condition)} none comes to this list"
            hint = "let the key lead here, ask for one that does, or drop the rule"
            place = (*path, "keyed", menu)
            yield self._scene.at(place, "contradiction", message, hint, key=True)

    def _comes(self, here: Node, menu: str, key: str) -> bool:
        """Whether a call can come to `here` that has keyed this last, `none` being nothing."""
        if key == NONE:
            if here in self._silently:
                return True
            if menu not in self._without:
                ways = (way for way in self._scene.ways if not _keyed_in(way, menu))
                self._without[menu] = reached(ways, starts(self._scene.data))
            return here in self._without[menu]
        if here not in self._before:
            self._before[here] = leading_to(self._scene.ways, [here])
        target = self._behind.get((menu, key)) or self._behind.get((menu, ""))
        return target is None or target in self._before[here]

    @cached_property
    def _alive(self) -> frozenset[Node]:
        """Where calls come."""
        return reached(self._scene.ways, starts(self._scene.data))

    @cached_property
    def _silently(self) -> frozenset[Node]:
        """Where calls come in which no key is ever pressed."""
        ways = (way for way in self._scene.ways if way.how not in _BY_KEYS)
        return reached(ways, starts(self._scene.data))

    @cached_property
    def _behind(self) -> Mapping[tuple[str, str], Node | None]:
        """Where each key of each menu leads, and every value of each entry: that is the key ``."""
        return {
            (way.source[1], "" if way.how == "entered" else str(way.path[-1])): way.target
            for way in self._scene.ways
            if way.how in {"key", "entered"}
        }

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
        if condition.fact == "caller.proven":
            return "write `proof`, and lead callers there by `prove: true`, or drop the rule"
        if condition.fact == "variable":
            return "the variable has a default: a call always has a value"
        return "drop the condition, or let it allow something that happens"

    def _why(self, some: Sequence[Condition]) -> str:
        facts = {each.fact for each in some}
        if facts == {"case.open", "case.age"}:
            return "the age is that of an open request; without one it is `none`"
        if facts == {"hours"}:
            return "they never stand so at the same minute: ask for one of both"
        if facts == {"queue.waiting", "queue.longest_wait"}:
            return "where nobody waits, the longest wait is 0: ask for one of both"
        if facts == {"dialled", "source"}:
            return "the source is that of the number dialled, under `numbers`: ask for one of both"
        if facts == {"caller.country", "caller.area"}:
            return "the area lies in another country: ask for one of both"
        told = (why for fact, why in _WITHOUT.items() if fact in facts)
        return f"{next(told, 'each of them excludes the others')}: drop one of the conditions"


def _keyed_in(way: Way, menu: str) -> bool:
    """Whether a way is taken by a key of this menu, or by a wrong one, or with this value."""
    return way.source[1] == menu and way.how in {"key", "wrong_key", "entered"}


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
