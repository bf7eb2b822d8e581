"""What a call shows of each fact that rules can ask for."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from routing.conditions import Seen
from routing.decide import decide, reason
from routing.facts import (
    Caller,
    Contract,
    ContractStatus,
    CustomerFacts,
    CustomerStatus,
    Facts,
    QueueFacts,
)
from routing.loading import RulesError, load_policy
from routing.rules import Policy, Variable
from routing.rules_text import RulesText
from routing.sights import SIGHTS, WHOLE_SHARE, contract_status, see, share_of
from routing.when_model import AssumedShape, QueueStateShape, WhenShape
from tests.sample import BUILTIN, FACTS, OFFICE_TIME, POLICY, TEXT

TODAY = date(2026, 11, 24)
UNAVAILABLE = CustomerFacts(CustomerStatus.UNAVAILABLE)
STRANGER = CustomerFacts(CustomerStatus.UNKNOWN)
SITE = replace(
    POLICY,
    variables={
        "region": Variable("region", "SITE_REGION", "north", ("north", "south")),
        "city": Variable("city", "SITE_CITY", None, ()),
    },
)
OF_THE_CUSTOMER = (
    "customer",
    "contract",
    "customer.segment",
    "customer.language",
    "customer.lead_score",
    "customer.last_agent",
    "caller.blocked",
    "case.open",
    "case.age",
)


def facts(**customer: object) -> Facts:
    """The facts of a known customer with these changes."""
    return replace(FACTS, customer=replace(FACTS.customer, **customer))


def caller(number: str | None, country: str | None) -> Facts:
    """A call from this number."""
    return replace(FACTS, caller=Caller("", "", number, country))


def queue(**state: int) -> Facts:
    """A call while the queue `support` stands like this."""
    return replace(FACTS, queues={"support": QueueFacts(**state)})


def seen(call: Facts, fact: str, argument: str | None = None) -> Seen:
    """What the call shows of a fact."""
    return see(SITE, call, fact, argument).seen


def test_every_fact_of_the_language_can_be_seen() -> None:
    """The words of `when` and the sights are the same."""
    asked = {field.alias or name for name, field in WhenShape.model_fields.items()}
    of_queues = {f"queue.{name}" for name in QueueStateShape.model_fields}
    assert (asked - {"queue"}) | of_queues == set(SIGHTS)


@pytest.mark.parametrize(
    ("fact", "argument", "call", "expected"),
    [
        ("hours", "office", FACTS, "open"),
        ("caller.proven", None, FACTS, "false"),
        ("caller.proven", None, replace(FACTS, proven=True), "true"),
        ("hours", "night", FACTS, "closed"),
        ("dialled", None, FACTS, "+982191000000"),
        ("dialled", None, replace(FACTS, dialled="201"), "201"),
        ("source", None, FACTS, "website"),
        ("language", None, FACTS, "fa"),
        ("caller.blocked", None, FACTS, "false"),
        ("caller.blocked", None, facts(blocked=True), "true"),
        ("caller.country", None, caller("+37167000000", "LV"), "LV"),
        ("caller.area", None, FACTS, "+989121234567"),
        ("customer", None, FACTS, "known"),
        ("customer", None, replace(FACTS, customer=STRANGER), "unknown"),
        ("customer.segment", None, facts(segment="gold"), "gold"),
        ("customer.language", None, FACTS, "fa"),
        ("customer.lead_score", None, facts(lead_score=0), 0),
        ("customer.lead_score", None, facts(lead_score=100), 100),
        ("customer.last_agent", None, facts(last_agent="mina"), "mina"),
        ("contract", None, FACTS, "none"),
        ("case.open", None, FACTS, "false"),
        ("case.open", None, facts(open_cases=1), "true"),
        ("case.age", None, facts(oldest_open_case=OFFICE_TIME - timedelta(days=2)), 172_800),
        ("queue.waiting", "support", queue(waiting=0), 0),
        ("queue.longest_wait", "support", queue(longest_wait=75), 75),
        ("queue.agents", "support", queue(agents=3), 3),
        ("queue.estimated_wait", "support", queue(estimated_wait=120), 120),
        ("keyed", "welcome", replace(FACTS, keyed={"welcome": "12"}), "12"),
        ("share", "trial", FACTS, share_of("1.2-3", "trial")),
        ("variable", "region", replace(FACTS, variables={"region": "south"}), "south"),
        ("variable", "region", FACTS, "north"),
    ],
)
def test_each_fact_is_seen(fact: str, argument: str | None, call: Facts, expected: Seen) -> None:
    """As a word or a number."""
    assert seen(call, fact, argument) == expected


@pytest.mark.parametrize(
    ("fact", "argument", "call"),
    [
        ("source", None, replace(FACTS, source=None)),
        ("caller.country", None, caller("+88213300000", None)),
        ("caller.area", None, caller(None, None)),
        ("customer.segment", None, FACTS),
        ("customer.language", None, facts(language=None)),
        ("customer.lead_score", None, FACTS),
        ("customer.last_agent", None, FACTS),
        ("contract", None, FACTS),
        ("case.age", None, FACTS),
        ("keyed", "other", replace(FACTS, keyed={"welcome": "12"})),
        ("variable", "city", FACTS),
    ],
)
def test_what_a_call_does_not_have_is_none(fact: str, argument: str | None, call: Facts) -> None:
    """Which rules can ask for, and which no number is."""
    assert seen(call, fact, argument) == "none"


@pytest.mark.parametrize("fact", OF_THE_CUSTOMER)
def test_a_store_that_is_down_is_seen_as_such(fact: str) -> None:
    """It is no ended contract, no customer without a segment, and nobody is let off a block."""
    assert seen(replace(FACTS, customer=UNAVAILABLE), fact) == "unavailable"


@pytest.mark.parametrize("name", QueueStateShape.model_fields)
def test_a_queue_that_is_not_known_is_unavailable(name: str) -> None:
    """It is not empty; also when another figure of it is known, or another queue."""
    others = {each: 1 for each in QueueStateShape.model_fields if each != name}
    for call in (FACTS, queue(), queue(**others)):
        assert seen(call, f"queue.{name}", "support") == "unavailable"
    assert seen(queue(**{name: 1}), f"queue.{name}", "reception") == "unavailable"


@pytest.mark.parametrize("word", ["none", "unavailable"])
def test_text_from_outside_cannot_pass_for_a_word_of_ours(word: str) -> None:
    """A segment called `unavailable` is a segment."""
    hostile = facts(segment=word, language=word, last_agent=word)
    hostile = replace(hostile, variables={"city": word})
    for fact in ("customer.segment", "customer.language", "customer.last_agent"):
        assert seen(hostile, fact) == f'"{word}"'
    assert seen(hostile, "variable", "city") == f'"{word}"'


def test_a_request_of_the_future_is_new() -> None:
    """Clocks of two machines differ."""
    assert seen(facts(oldest_open_case=OFFICE_TIME + timedelta(minutes=1)), "case.age") == 0


ASSUMED: dict[str, tuple[str, Seen]] = {
    "customer": ("known", "known"),
    "customer.segment": ("gold", "gold"),
    "customer.language": ("en", "en"),
    "customer.lead_score": ("50", 50),
    "customer.last_agent": ("mina", "mina"),
    "contract": ("grace", "grace"),
    "caller.blocked": ("true", "true"),
    "case.open": ("false", "false"),
    "case.age": ("2d", 172_800),
    "queue.waiting": ("7", 7),
    "queue.longest_wait": ("5m", 300),
    "queue.agents": ("0", 0),
    "queue.estimated_wait": ("90s", 90),
}
"""What may be declared for a fact that could not be fetched: as written, and as it is seen."""


def assuming(fact: str, written: str, asked: str) -> Policy:
    """The sample, whose rule `gold` asks for `asked`, with one declared default."""
    text = TEXT.replace(
        "when: {case.open: true, customer.segment: [gold, unavailable]}", f"when: {{{asked}}}"
    )
    text += f"unavailable: {{{fact}: {written}}}\n"
    return load_policy(RulesText("f", text), known_prompts=BUILTIN)


def asked_of(fact: str, what: str) -> str:
    """A condition as the file writes it."""
    section, _, detail = fact.partition(".")
    return f"queue: {{support: {{{detail}: {what}}}}}" if section == "queue" else f"{fact}: {what}"


def test_a_default_can_be_declared_for_all_that_may_fail() -> None:
    """And for nothing else."""
    declared = {field.alias or name for name, field in AssumedShape.model_fields.items()}
    may_fail = {*OF_THE_CUSTOMER, *(f"queue.{name}" for name in QueueStateShape.model_fields)}
    assert declared == set(ASSUMED) == may_fail


@pytest.mark.parametrize("fact", ASSUMED)
@pytest.mark.parametrize("asked", ["default", "unavailable"])
def test_a_declared_default_is_taken_for_what_could_not_be_fetched(fact: str, asked: str) -> None:
    """And who asks for `unavailable` still gets it; the reasons tell both."""
    written, taken = ASSUMED[fact]
    condition = asked_of(fact, written if asked == "default" else "unavailable")
    policy = assuming(fact, written, condition)
    decision = decide(policy, "arrival", replace(FACTS, customer=UNAVAILABLE))
    told = reason(decision, 1)
    assert told.matched
    assert (told.clauses[0].sight.seen, told.clauses[0].sight.taken_for) == ("unavailable", taken)
    assert decision.rule_id == "gold"


def test_a_declared_default_does_not_count_where_the_fact_is_known() -> None:
    """It is for the day on which the store is down."""
    policy = assuming("customer.segment", "gold", "customer.segment: gold")
    assert decide(policy, "arrival", FACTS).rule_id == "everyone"
    assert see(policy, FACTS, "customer.segment", None).taken_for is None


def test_nobody_can_declare_that_a_store_that_is_down_ends_contracts() -> None:
    """The one thing that is never taken for granted."""
    with pytest.raises(RulesError) as caught:
        assuming("contract", "ended", "contract: ended")
    (problem,) = caught.value.problems
    assert problem.code == "not-allowed"
    assert "running, grace, none" in problem.hint


IDS = tuple(f"1764000000.{number}-{number * 7919}" for number in range(10_000))


def test_a_share_is_always_the_same_for_a_call() -> None:
    """On every machine, in every release: a caller who is sent back meets the same trial."""
    assert share_of("1.2-3", "new-menu") == 3058
    assert share_of("\udcff", "new-menu") == share_of("\udcff", "new-menu")


@pytest.mark.parametrize(("low", "high"), [(0, 1000), (1000, 3000), (0, 5000), (9000, 10_000)])
def test_a_share_is_about_as_large_as_it_says(low: int, high: int) -> None:
    """Within four standard deviations, of ten thousand calls."""
    inside = sum(low <= share_of(each, "new-menu") < high for each in IDS)
    share = (high - low) / WHOLE_SHARE
    deviation = (len(IDS) * share * (1 - share)) ** 0.5
    assert abs(inside - len(IDS) * share) < 4 * deviation


def test_two_trials_divide_the_calls_independently() -> None:
    """Whoever is in one is in the other as often as anybody."""
    in_both = Counter(
        (share_of(each, "new-menu") < 5000, share_of(each, "new-voice") < 5000) for each in IDS
    )
    assert len(in_both) == 4
    assert all(abs(count - 2500) < 4 * (10_000 * 0.25 * 0.75) ** 0.5 for count in in_both.values())


def test_parts_of_a_share_are_disjoint() -> None:
    """`10%` and `10%..30%` have no call in common, and no call falls between them."""
    first = assuming("customer", "known", "share: {trial: 10%}")
    second = assuming("customer", "known", "share: {trial: 10%..30%}")
    whole = assuming("customer", "known", "share: {trial: 30%}")
    for each in IDS[:2000]:
        call = replace(FACTS, call_id=each)
        taken = [decide(one, "arrival", call).rule_id == "gold" for one in (first, second, whole)]
        assert taken in ([True, False, True], [False, True, True], [False, False, False])


def contract(begins: int, ends: int, grace: int = 0) -> Contract:
    """A contract whose first and last day are so many days from today."""
    return Contract("gold", TODAY + timedelta(days=begins), TODAY + timedelta(days=ends), grace)


@pytest.mark.parametrize(
    ("contracts", "status"),
    [
        ([], ContractStatus.NONE),
        ([contract(-10, 10)], ContractStatus.RUNNING),
        ([contract(0, 0)], ContractStatus.RUNNING),
        ([contract(-10, -1)], ContractStatus.ENDED),
        ([contract(-10, -1, grace=1)], ContractStatus.GRACE),
        ([contract(-10, -2, grace=1)], ContractStatus.ENDED),
        ([contract(1, 10)], ContractStatus.NONE),
        ([contract(-10, -5), contract(1, 10)], ContractStatus.ENDED),
        ([contract(-10, -5), contract(-3, -1, grace=5)], ContractStatus.GRACE),
        ([contract(-3, -1, grace=5), contract(-10, 10), contract(-9, -5)], ContractStatus.RUNNING),
    ],
)
def test_the_best_contract_counts(contracts: list[Contract], status: ContractStatus) -> None:
    """Both of its days are included; one that begins later counts for nothing."""
    customer = CustomerFacts(CustomerStatus.KNOWN, contracts=tuple(contracts))
    assert contract_status(customer, TODAY) is status


def test_a_contract_at_the_end_of_the_calendar() -> None:
    """`9999-12-31` means for ever, and days of grace do not go over the edge."""
    for_ever = Contract("gold", date.min, date.max, 365)
    customer = CustomerFacts(CustomerStatus.KNOWN, contracts=(for_ever,))
    assert contract_status(customer, TODAY) is ContractStatus.RUNNING
