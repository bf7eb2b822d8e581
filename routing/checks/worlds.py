"""What calls can show: the values of each fact, and which of them go together.

A call is in one of a few worlds, by what the customer file says of its number: a withheld number is
nobody's, only a known customer has a contract, and so on. Within a world the facts are free of each
other. So a rule can match if there is a world in which each of its conditions can hold.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from routing.checks.plain import mapping
from routing.checks.scene import Scene
from routing.conditions import NONE, UNAVAILABLE, Condition, Prefix, Range, Seen
from routing.rules import HoursState
from routing.sights import WHOLE_SHARE

OTHER: Final = "\0"
"""Stands for all the words that no rule mentions."""

OTHER_NUMBER: Final = "+\0"
"""Stands for all the telephone numbers that begin in no way that a rule mentions."""


@dataclass(frozen=True, slots=True)
class Values:
    """Some values of a fact: these, or with `but` all except these."""

    named: frozenset[Seen]
    but: bool = False

    def has(self, value: Seen) -> bool:
        """Whether the value is among them."""
        return (value in self.named) != self.but


@dataclass(frozen=True, slots=True)
class Domain:
    """Every value that a fact can show.

    Attributes:
        words: The words that it may be.
        more: Whether there are others beside them: names and texts of the world outside.
        numbers: The lowest and the highest number; None if it is never one.
        telephone: Whether it is a telephone number.
    """

    words: frozenset[str] = frozenset()
    more: bool = False
    numbers: tuple[int, int] | None = None
    telephone: bool = False

    def knows(self, word: str) -> bool:
        """Whether the fact may be this word."""
        return word in self.words or (self.more and word not in {NONE, UNAVAILABLE})

    def allows(self, condition: Condition, within: Values) -> bool:
        """Whether one of the values that `condition` allows can be seen, in a world with these."""
        for allowed in condition.allowed:
            match allowed:
                case Range() if self.numbers is not None:
                    low, high = self.numbers
                    met = (allowed.low is None or allowed.low <= high) and (
                        allowed.high is None or allowed.high >= low
                    )
                    if met and within.has(low):
                        return True
                case Prefix(digits):
                    if within.has(digits):
                        return True
                case str() if self.knows(allowed) and within.has(allowed):
                    return True
        return False


World = Mapping[str, Values]
"""What the facts of a world can be; one that is not there is free."""

_NO: Final = Values(frozenset({NONE}))
_ANY: Final = Values(frozenset({UNAVAILABLE}), but=True)
_SOME: Final = Values(frozenset({NONE, UNAVAILABLE}), but=True)
_LOST: Final = Values(frozenset({UNAVAILABLE}))
_NUMBER: Final = Values(frozenset({NONE}), but=True)


def _only(*words: str) -> Values:
    return Values(frozenset(words))


_STRANGER: Final[World] = {
    "customer.segment": _NO,
    "customer.language": _NO,
    "customer.lead_score": _NO,
    "customer.last_agent": _NO,
    "contract": _NO,
    "case.open": _only("false"),
    "case.age": _NO,
    "caller.blocked": _ANY,
    "caller.area": _NUMBER,
}
_KNOWN: Final[World] = {
    "customer": _only("known"),
    "customer.segment": _ANY,
    "customer.language": _ANY,
    "customer.lead_score": _ANY,
    "customer.last_agent": _ANY,
    "contract": _ANY,
    "caller.blocked": _ANY,
    "caller.area": _NUMBER,
}
WORLDS: Final[tuple[World, ...]] = (
    {**_KNOWN, "case.open": _only("true"), "case.age": _SOME},
    {**_KNOWN, "case.open": _only("false"), "case.age": _NO},
    {**_STRANGER, "customer": _only("unknown")},
    {**_STRANGER, "customer": _only("ambiguous")},
    {
        **_STRANGER,
        "customer": _only("withheld"),
        "caller.blocked": _only("false"),
        "caller.proven": _only("false"),
        "caller.area": _NO,
        "caller.country": _NO,
    },
    {**dict.fromkeys(_STRANGER, _LOST), "customer": _LOST, "caller.area": _NUMBER},
)
"""The customer file knows the caller, with or without an open request; does not; knows several; the
number is withheld; the file cannot be asked."""

CUSTOMER_FACTS: Final = frozenset(fact for world in WORLDS for fact in world)
"""Those that the worlds tell apart."""

FREE: Final = Values(frozenset(), but=True)
"""Any value."""

_TRUTH: Final = Domain(frozenset({"true", "false", UNAVAILABLE}))
_COUNT: Final = Domain(frozenset({UNAVAILABLE}), numbers=(0, 10**12))
_TEXT: Final = Domain(frozenset({NONE, UNAVAILABLE}), more=True)
_BY_FACT: Final[Mapping[str, Domain]] = {
    "dialled": Domain(more=True),
    "caller.blocked": _TRUTH,
    "caller.proven": Domain(frozenset({"true", "false"})),
    "caller.country": Domain(frozenset({NONE}), more=True),
    "caller.area": Domain(frozenset({NONE}), telephone=True),
    "customer": Domain(frozenset({"known", "unknown", "ambiguous", "withheld", UNAVAILABLE})),
    "customer.segment": _TEXT,
    "customer.language": _TEXT,
    "customer.lead_score": Domain(frozenset({NONE, UNAVAILABLE}), numbers=(0, 100)),
    "customer.last_agent": _TEXT,
    "contract": Domain(frozenset({"running", "grace", "ended", NONE, UNAVAILABLE})),
    "case.open": _TRUTH,
    "case.age": Domain(frozenset({NONE, UNAVAILABLE}), numbers=(0, 10**12)),
    "queue.waiting": _COUNT,
    "queue.longest_wait": _COUNT,
    "queue.agents": _COUNT,
    "queue.estimated_wait": _COUNT,
    "keyed": Domain(frozenset({NONE}), more=True),
    "share": Domain(numbers=(0, WHOLE_SHARE - 1)),
    "variable": Domain(frozenset({NONE}), more=True),
}
"""The domains of facts that no file narrows."""


@dataclass(frozen=True, slots=True)
class Domains:
    """The domains of all facts, in one file."""

    scene: Scene

    def of(self, fact: str, argument: str | None) -> Domain:
        """The domain of a fact."""
        match fact:
            case "hours":
                return Domain(self._states(argument or ""))
            case "language":
                return self._names("language")
            case "source":
                return self._names("source", NONE)
            case "caller.proven" if "proof" not in self.scene.data:
                return Domain(frozenset({"false"}))
            case "variable" if self._has_default(argument or ""):
                return Domain(more=True)
        return _BY_FACT[fact]

    def _names(self, kind: str, *words: str) -> Domain:
        names = self.scene.names.of.get(kind)
        return Domain(more=True) if names is None else Domain(frozenset((*names, *words)))

    def _has_default(self, variable: str) -> bool:
        declared = mapping(mapping(self.scene.data.get("variables")).get(variable))
        return "default" in declared

    def _states(self, hours: str) -> frozenset[str]:
        """How these hours can stand: without holidays and own closing days they keep none."""
        shape = self.scene.hours.get(hours)
        every = frozenset(HoursState)
        if shape is None or shape.holidays is not None or shape.closed:
            return every
        return every - {HoursState.HOLIDAY}


def possible(
    conditions: Iterable[Condition], world: World, domains: Domains, assumed: Mapping[str, Seen]
) -> bool:
    """Whether all of these can hold of one call in `world`."""
    return all(_can_hold(each, world.get(each.fact, FREE), domains, assumed) for each in conditions)


def _can_hold(
    condition: Condition, within: Values, domains: Domains, assumed: Mapping[str, Seen]
) -> bool:
    domain = domains.of(condition.fact, condition.argument)
    if domain.allows(condition, within):
        return True
    lost = UNAVAILABLE in domain.words and within.has(UNAVAILABLE)
    return lost and condition.fact in assumed and admits(condition, assumed[condition.fact])


def admits(condition: Condition, seen: Seen) -> bool:
    """Whether a condition allows what is seen."""
    for allowed in condition.allowed:
        match allowed:
            case Range():
                if isinstance(seen, int) and allowed.holds(seen):
                    return True
            case Prefix(digits):
                if isinstance(seen, str) and seen.startswith(digits):
                    return True
            case _:
                if allowed == seen:
                    return True
    return False
