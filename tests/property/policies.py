"""Random rule lists and random calls, and the plainest way to find the rule that matches."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from hypothesis import strategies as st

from routing.conditions import Allowed, Condition, Prefix, Range, Seen
from routing.destinations import Priority, Route, ToHangup, ToMenu, ToQueue
from routing.facts import Caller, Contract, CustomerFacts, CustomerStatus, Facts, QueueFacts
from routing.indexing import index_rules
from routing.rules import Policy, Rule, RuleList, Variable
from routing.sights import SIGHTS, see
from tests.sample import FACTS, POLICY, TEHRAN

LIST: Final = "list"
"""The id of the rule list in every random policy."""

WORDS: Final = {
    "hours": ("open", "closed", "holiday"),
    "dialled": ("+982191000000", "201"),
    "source": ("website", "none"),
    "language": ("fa", "en"),
    "caller.blocked": ("true", "false", "unavailable"),
    "caller.proven": ("true", "false"),
    "caller.country": ("IR", "LV", "none"),
    "customer": tuple(CustomerStatus),
    "customer.segment": ("gold", "none", "unavailable"),
    "customer.language": ("fa", "en", "none", "unavailable"),
    "customer.last_agent": ("mina", "none", "unavailable"),
    "contract": ("running", "grace", "ended", "none", "unavailable"),
    "case.open": ("true", "false", "unavailable"),
    "keyed": ("1", "12", "none"),
    "variable": ("north", "none"),
}
"""The facts that are compared with words, and the words that rules compare them with."""

NUMBERS: Final = {
    "customer.lead_score": (100, ("none", "unavailable")),
    "case.age": (200_000, ("none", "unavailable")),
    "queue.waiting": (20, ("unavailable",)),
    "queue.longest_wait": (600, ("unavailable",)),
    "queue.agents": (5, ("unavailable",)),
    "queue.estimated_wait": (600, ("unavailable",)),
    "share": (10_000, ()),
}
"""The facts that are compared with numbers: how high these go, and which words there are."""

PREFIXES: Final = ("+98", "+9821", "+98912", "+989121234567", "+1", "+371")

ARGUMENTS: Final = {
    "hours": ("office", "night"),
    "keyed": ("welcome", "other"),
    "variable": ("region", "city"),
    "share": ("trial", "another"),
    **{fact: ("support", "reception") for fact in SIGHTS if fact.startswith("queue.")},
}
"""What refines a fact."""

VARIABLES: Final = {
    "region": Variable("region", "SITE_REGION", "north", ()),
    "city": Variable("city", "SITE_CITY", None, ()),
}

ASSUMED: Final[dict[str, Sequence[Seen]]] = {
    "customer": ("known", "withheld"),
    "customer.segment": ("gold", "none"),
    "customer.lead_score": (50,),
    "contract": ("running", "grace", "none"),
    "caller.blocked": ("true", "false"),
    "case.open": ("true", "false"),
    "case.age": (0, 100_000),
    "queue.waiting": (0, 10),
    "queue.agents": (0, 3),
    "queue.longest_wait": (0, 300),
}
"""What rules may declare to be taken for a fact that could not be fetched."""


def ranges(highest: int) -> st.SearchStrategy[Allowed]:
    """A comparison with numbers up to about `highest`."""
    limit = st.integers(0, highest)
    both = st.tuples(limit, limit).map(sorted)
    return st.one_of(
        limit.map(lambda low: Range(low, None, f">={low}")),
        limit.map(lambda high: Range(None, high, f"<={high}")),
        limit.map(lambda exact: Range(exact, exact, str(exact))),
        both.map(lambda pair: Range(pair[0], pair[1], f"{pair[0]}..{pair[1]}")),
    )


def allowed(fact: str) -> st.SearchStrategy[Allowed]:
    """Any value that a rule can ask for."""
    if fact == "caller.area":
        return st.just("none") | st.sampled_from(PREFIXES).map(Prefix)
    if fact not in NUMBERS:
        return st.sampled_from(WORDS[fact])
    highest, words = NUMBERS[fact]
    return ranges(highest) | st.sampled_from(words) if words else ranges(highest)


def conditions() -> st.SearchStrategy[Condition]:
    """Any condition of the language."""
    return st.sampled_from(sorted(SIGHTS)).flatmap(
        lambda fact: st.builds(
            Condition,
            st.just(fact),
            st.sampled_from(ARGUMENTS[fact]) if fact in ARGUMENTS else st.none(),
            st.lists(allowed(fact), min_size=1, max_size=3, unique=True).map(tuple),
        )
    )


def whens() -> st.SearchStrategy[tuple[Condition, ...]]:
    """The conditions of a rule: one at most for a fact and what refines it, as in a file."""
    return st.lists(
        conditions(), min_size=1, max_size=4, unique_by=lambda each: (each.fact, each.argument)
    ).map(tuple)


def routes() -> st.SearchStrategy[Route]:
    """A route with any of the actions."""
    priority = st.builds(Priority, st.integers(0, 99), st.integers(0, 9), st.integers(1, 99))
    return st.builds(
        Route,
        st.sampled_from([ToQueue("support"), ToMenu("welcome"), ToHangup(17)]),
        language=st.sampled_from([None, "en"]),
        say=st.lists(st.just("hello"), max_size=1).map(tuple),
        open_case=st.booleans(),
        priority=st.none() | priority,
        music=st.sampled_from([None, "jazz"]),
        variables=st.lists(st.just(("SITE_X", "1")), max_size=1).map(tuple),
    )


def assumptions() -> st.SearchStrategy[dict[str, Seen]]:
    """What is taken for some of the facts that could not be fetched."""
    optional = {fact: st.sampled_from(values) for fact, values in ASSUMED.items()}
    return st.fixed_dictionaries({}, optional=optional)


def policies(
    assumed: st.SearchStrategy[dict[str, Seen]] | None = None, most: int = 12
) -> st.SearchStrategy[Policy]:
    """A policy with one rule list, whose last rule is for everyone."""
    rules = st.lists(st.tuples(whens(), routes()), max_size=most)
    return st.builds(policy_of, rules, assumptions() if assumed is None else assumed)


def policy_of(
    rules: Sequence[tuple[tuple[Condition, ...], Route]], assumed: dict[str, Seen]
) -> Policy:
    """The sample policy with these rules in the one list, and one more for everyone."""
    named = tuple(
        Rule(f"rule-{number}", when, then, "rules.yaml", number + 1)
        for number, (when, then) in enumerate([*rules, ((), Route(ToHangup()))])
    )
    listed = RuleList(LIST, named, index_rules([rule.when for rule in named], assumed), ())
    return replace(POLICY, rules={LIST: listed}, assumed=assumed, variables=VARIABLES)


def customers() -> st.SearchStrategy[CustomerFacts]:
    """What any store may know of a caller."""
    days = st.dates()
    contract = st.builds(Contract, st.just("gold"), days, days, st.integers(0, 1000))
    opened = st.datetimes(datetime(2026, 11, 1), timezones=st.just(UTC))  # noqa: DTZ001
    return st.builds(
        CustomerFacts,
        st.sampled_from(CustomerStatus),
        language=st.sampled_from(["fa", "en", None]),
        segment=st.sampled_from(["gold", "none", "unavailable", None]) | st.text(),
        contracts=st.lists(contract, max_size=3).map(tuple),
        open_cases=st.integers(0, 2),
        oldest_open_case=st.none() | opened,
        lead_score=st.none() | st.integers(0, 100),
        last_agent=st.sampled_from([None, "mina", "unavailable"]),
        blocked=st.booleans(),
    )


def calls() -> st.SearchStrategy[Facts]:
    """The facts of any call."""
    number = st.sampled_from(["+982191000000", "+989121234567", "+37167000000", "+1", None])
    queue = st.builds(QueueFacts, *[st.none() | st.integers(0, 600)] * 4)
    return st.builds(
        replace,
        st.just(FACTS),
        call_id=st.text(max_size=5),
        at=st.datetimes(datetime(1990, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
            lambda at: at.astimezone(TEHRAN)  # a clock on the wall leaves an hour out in spring
        ),
        caller=st.builds(Caller, st.text(), st.text(), number, st.sampled_from(["IR", "LV", None])),
        dialled=st.sampled_from(["+982191000000", "201", ""]),
        source=st.sampled_from(["website", None]),
        language=st.sampled_from(["fa", "en"]),
        customer=customers(),
        keyed=st.dictionaries(st.sampled_from(["welcome", "other"]), st.sampled_from(["1", "12"])),
        queues=st.dictionaries(st.sampled_from(["support", "reception"]), queue),
        variables=st.dictionaries(
            st.sampled_from(["region", "city"]), st.sampled_from(["north", "none"])
        ),
    )


def holds(policy: Policy, facts: Facts, condition: Condition) -> bool:
    """Whether a condition holds, by its meaning: what is seen, or taken for it, will do."""
    sight = see(policy, facts, condition.fact, condition.argument)
    seen = [sight.seen] if sight.taken_for is None else [sight.seen, sight.taken_for]
    return any(_will_do(each, value) for each in condition.allowed for value in seen)


def _will_do(allowed: Allowed, seen: Seen) -> bool:
    match allowed:
        case Range(low, high):
            return isinstance(seen, int) and (low or 0) <= seen <= (seen if high is None else high)
        case Prefix(digits):
            return isinstance(seen, str) and seen.startswith(digits)
        case _:
            return seen == allowed


def scan(policy: Policy, facts: Facts) -> int:
    """The place of the first rule that matches, by looking at one after another."""
    rules = policy.rules[LIST].rules
    return next(
        place
        for place, rule in enumerate(rules)
        if all(holds(policy, facts, condition) for condition in rule.when)
    )
