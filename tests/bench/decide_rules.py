"""Rules files of any length, and calls to try them with: what `decide_bench.py` measures with.

The rules are those of a business that has grown: each asks for two to five facts, of every kind
that the language has. One of them is narrow (a dialled number, a segment, an area, a variable of
the site) and has the more values the more rules there are, so that calls take rules all over the
list.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final, Self
from zoneinfo import ZoneInfo

from routing.conditions import Allowed, Condition, Prefix, Range
from routing.facts import Caller, Contract, CustomerFacts, CustomerStatus, Facts, QueueFacts
from routing.rules import Policy
from routing.sights import see

LIST: Final = "arrival"
"""The id of the list of rules."""

SEED: Final = 4
"""The same rules and calls every time."""

TEHRAN: Final = ZoneInfo("Asia/Tehran")
YEAR: Final = datetime(2026, 1, 1, tzinfo=UTC)

LONGEST_SEARCH: Final = 300
"""Calls that are tried until one satisfies a rule."""

AGENTS: Final = tuple(f"agent-{number}" for number in range(100))
SOURCES: Final = tuple(f"source-{number}" for number in range(20))
HOURS: Final = ("office", "saturday", "night")
QUEUES: Final = ("support", "sales", "reception")
MENUS: Final = ("welcome", "products", "accounts")
KEYS: Final = ("1", "2", "3")
COUNTRIES: Final = ("IR", "LV", "GB", "AE", "TR")

GENERAL: Final[Mapping[str, Callable[[Random], str]]] = {
    "hours": lambda draw: f"{{{draw.choice(HOURS)}: {_words(draw, ('open', 'closed'), 1)}}}",
    "source": lambda draw: _words(draw, SOURCES, 12),
    "language": lambda draw: _words(draw, ("fa", "en"), 1),
    "caller.blocked": lambda _: "false",
    "caller.country": lambda draw: _words(draw, COUNTRIES, 4),
    "customer": lambda _: "known",
    "customer.language": lambda draw: _words(draw, ("fa", "en", "none"), 2),
    "customer.lead_score": lambda draw: f'">={draw.randrange(0, 90)}"',
    "customer.last_agent": lambda draw: _words(draw, AGENTS, 60),
    "contract": lambda draw: _words(draw, ("running", "grace", "ended"), 2),
    "case.open": lambda draw: draw.choice(("true", "false")),
    "case.age": lambda draw: f'"<{draw.randrange(1, 60)}d"',
    "queue": lambda draw: f"{{{draw.choice(QUEUES)}: {{{_queue_state(draw)}}}}}",
    "keyed": lambda draw: f"{{{draw.choice(MENUS)}: {_words(draw, KEYS, 2)}}}",
    "share": lambda draw: f"{{trial-{draw.randrange(4)}: {draw.randrange(20, 90)}%}}",
}
"""Facts of which a rule lets many calls through: what it may ask of each."""


@dataclass(frozen=True, slots=True)
class Business:
    """What grows with the number of rules: the facts of which a rule lets few calls through."""

    numbers: tuple[str, ...]
    segments: tuple[str, ...]
    areas: tuple[str, ...]
    clients: tuple[str, ...]

    @classmethod
    def of(cls, rules: int) -> Self:
        """The business that has written so many rules."""
        many, some = max(10, rules // 5), max(10, rules // 10)
        return cls(
            numbers=tuple(f"+982191{number:06d}" for number in range(some)),
            segments=tuple(f"segment-{number}" for number in range(many)),
            areas=tuple(f"+9821{number:04d}" for number in range(many)),
            clients=tuple(f"client-{number}" for number in range(many)),
        )

    def narrow(self, draw: Random) -> tuple[str, str]:
        """A fact, and what a rule asks of it, that few calls satisfy."""
        fact, values = draw.choice(
            (
                ("dialled", self.numbers),
                ("customer.segment", self.segments),
                ("caller.area", self.areas),
                ("variable", self.clients),
            )
        )
        asked = _words(draw, values, 2)
        return fact, f"{{client: {asked}}}" if fact == "variable" else asked


def _words(draw: Random, words: Sequence[str], most: int) -> str:
    some = draw.sample(words, draw.randint(1, min(most, len(words))))
    quoted = [f'"{word}"' if word[0] in "+123" else word for word in some]
    return quoted[0] if len(quoted) == 1 else f"[{', '.join(quoted)}]"


def _queue_state(draw: Random) -> str:
    return draw.choice(
        (
            f'waiting: "<{draw.randrange(2, 40)}"',
            f'longest_wait: "<{draw.randrange(1, 20)}m"',
            f'agents: ">={draw.randrange(0, 5)}"',
            f'estimated_wait: "<{draw.randrange(1, 20)}m"',
        )
    )


def rules_text(count: int) -> str:
    """A rules file whose one list has `count` rules, the last of them for everyone."""
    draw, business = Random(SEED), Business.of(count)  # noqa: S311  repeatable, not secret
    rules = "".join(_rule(draw, business, number) for number in range(count - 1))
    last = "    - {id: everyone, then: {queue: reception}}\n"
    return f"{_head(business)}rules:\n  {LIST}:\n{rules}{last}"


def _rule(draw: Random, business: Business, number: int) -> str:
    asked = [business.narrow(draw)]
    general = draw.sample(sorted(GENERAL), draw.randint(1, 4))
    asked += [(fact, GENERAL[fact](draw)) for fact in general]
    when = ", ".join(f"{fact}: {what}" for fact, what in asked)
    queue = draw.choice(QUEUES)
    return f"    - id: rule-{number}\n      when: {{{when}}}\n      then: {{queue: {queue}}}\n"


def _head(business: Business) -> str:
    """All of the file but its rules."""
    skills = "{help: 9, fa: 9, en: 9}"
    keys = ", ".join(f'"{key}": {{rules: {LIST}}}' for key in KEYS)
    patience = "{repeat: 1, then: {queue: reception}}"
    menu = f"say: hello, keys: {{{keys}}}, silence: {patience}, wrong_key: {patience}"
    queue = "need: [{skill: help}], give_up: {after: 5m, then: {hangup: true}}"
    return (
        "version: 1\n"
        "business: {name: Pars, country: IR, timezone: Asia/Tehran, languages: [fa, en],"
        " fallback: reception}\n"
        f"unlisted: {{rules: {LIST}}}\n"
        "hours:\n"
        '  office: {open: {sat-wed: "08:00-17:00", thu: "08:00-13:00"}, holidays: IR}\n'
        '  saturday: {open: {sat: "09:00-12:00"}, holidays: IR}\n'
        '  night: {open: {sat-fri: "22:00-06:00"}}\n'
        "skills: {help: everything, fa: Persian, en: English}\n"
        "variables: {client: {channel: SITE_CLIENT}}\n"
        "prompts: {hello: {fa: سلام, en: Hello}}\n"
        + _section("numbers", _numbers(business))
        + _section("agents", (_agent(agent, skills) for agent in AGENTS))
        + _section("queues", (f"{id_}: {{{queue}}}" for id_ in QUEUES))
        + _section("menus", (f"{id_}: {{{menu}}}" for id_ in MENUS))
    )


def _agent(agent: str, skills: str) -> str:
    return f"{agent}: {{name: {agent}, device: PJSIP/{agent}, skills: {skills}}}"


def _section(name: str, entries: Iterator[str]) -> str:
    return "".join([f"{name}:\n", *(f"  {entry}\n" for entry in entries)])


def _numbers(business: Business) -> Iterator[str]:
    for place, number in enumerate(business.numbers):
        source, menu = SOURCES[place % len(SOURCES)], MENUS[place % len(MENUS)]
        yield f'"{number}": {{start: {menu}, source: {source}}}'
    # Rules may ask for every source, whichever numbers there are.
    for place, source in enumerate(SOURCES[len(business.numbers) :]):
        yield f'"+982192{place:06d}": {{start: {MENUS[0]}, source: {source}}}'


def calls_for(policy: Policy, count: int) -> list[Facts]:
    """Calls each of which satisfies a rule somewhere in the list, all parts of it alike."""
    draw, rules = Random(SEED), policy.rules[LIST].rules  # noqa: S311  repeatable, not secret
    business = Business.of(len(rules))
    wanted = [rules[len(rules) * number // count] for number in range(count)]
    calls = [_call_for(policy, business, rule.when, draw) for rule in wanted]
    draw.shuffle(calls)
    return calls


def _call_for(policy: Policy, business: Business, when: Sequence[Condition], draw: Random) -> Facts:
    """A call for which these conditions hold, or nearly all of them."""
    facts = _any_call(draw, business)
    for _ in range(LONGEST_SEARCH):
        facts = _any_call(draw, business)
        for condition in when:
            facts = _turned(facts, condition, draw.choice(condition.allowed))
        if all(_holds(policy, facts, condition) for condition in when):
            break
    return facts


def _holds(policy: Policy, facts: Facts, condition: Condition) -> bool:
    seen = see(policy, facts, condition.fact, condition.argument).seen
    return any(
        allowed.holds(seen)
        if isinstance(allowed, Range) and isinstance(seen, int)
        else str(seen).startswith(allowed.digits)
        if isinstance(allowed, Prefix)
        else seen == allowed
        for allowed in condition.allowed
    )


def _any_call(draw: Random, business: Business) -> Facts:
    at = (YEAR + timedelta(minutes=draw.randrange(525_600))).astimezone(TEHRAN)
    number = f"{draw.choice(business.areas)}123"
    days = timedelta(days=draw.randrange(-60, 60))
    contract = Contract("gold", YEAR.date(), (at + days).date(), 30)
    known = draw.random() < 0.9
    customer = CustomerFacts(
        CustomerStatus.KNOWN if known else CustomerStatus.UNAVAILABLE,
        id=1,
        language=draw.choice(("fa", "en", None)),
        segment=draw.choice(business.segments),
        contracts=(contract,),
        open_cases=draw.randrange(2),
        oldest_open_case=at - timedelta(hours=draw.randrange(1500)),
        lead_score=draw.randrange(100),
        last_agent=draw.choice(AGENTS),
    )
    return Facts(
        call_id=f"call-{draw.getrandbits(60):x}",
        at=at,
        caller=Caller(number, "", number, draw.choice(COUNTRIES)),
        dialled=draw.choice(business.numbers),
        source=draw.choice(SOURCES),
        language=draw.choice(("fa", "en")),
        customer=customer,
        keyed={menu: draw.choice(KEYS) for menu in MENUS},
        queues={queue: _any_queue(draw) for queue in QUEUES},
        variables={"client": draw.choice(business.clients)},
    )


def _any_queue(draw: Random) -> QueueFacts:
    return QueueFacts(
        draw.randrange(40), draw.randrange(1200), draw.randrange(6), draw.randrange(1200)
    )


def _turned(facts: Facts, condition: Condition, allowed: Allowed) -> Facts:
    """The call, changed so that it shows this where that is simple; else as it is."""
    match condition.fact, allowed:
        case "caller.area", Prefix(digits):
            number = f"{digits}123"
            return replace(facts, caller=replace(facts.caller, number=number))
        case "caller.country", str(country):
            return replace(facts, caller=replace(facts.caller, country=country))
        case ("dialled" | "source" | "language") as name, str(word):
            return replace(facts, **{name: word})
        case "variable", str(word):
            return replace(facts, variables={str(condition.argument): word})
        case "keyed", str(key):
            return replace(facts, keyed={**facts.keyed, str(condition.argument): key})
        case _:
            return replace(facts, customer=_customer(facts.customer, condition.fact, allowed))


def _customer(customer: CustomerFacts, fact: str, allowed: Allowed) -> CustomerFacts:
    changes: Mapping[str, object] = {}
    match fact, allowed:
        case "customer.segment" | "customer.last_agent" | "customer.language", str(word):
            changes = {fact.partition(".")[2]: None if word == "none" else word}
        case "case.open", str(word):
            changes = {"open_cases": int(word == "true")}
    return replace(customer, **changes)
