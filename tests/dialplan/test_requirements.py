"""What becomes an Asterisk queue of its own, what shares one, and what is left out."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from agi_server.policy import load_policy_file
from dialplan.openings import latest_end, openings
from dialplan.queues import (
    asterisk_queue_name,
    penalty_rule_name,
    queue_rules_conf,
    queues_conf,
)
from dialplan.reachability import reachable_queues
from dialplan.releases import Release, known_options, knows, queue_arguments
from dialplan.requirements import (
    QUEUES_BEFORE_WARNING,
    growth_warning,
    ladder_of,
    plan_for,
    requirement_entered,
    requirement_for,
    requirements_of,
)
from routing.checks.ways import reached, starts, ways_in
from routing.rules import Agent, Policy
from tests.sample import POLICY

ROOT = Path(__file__).parents[2]
SUPPORT = POLICY.queues["support"]


def with_agents(*agents: Agent) -> Policy:
    """The sample with other agents."""
    return replace(POLICY, agents={agent.id: agent for agent in agents})


ALL_SPEAK_BOTH = with_agents(
    *(replace(each, skills={**each.skills, "fa": 5, "en": 5}) for each in POLICY.agents.values())
)


def test_languages_that_everybody_speaks_share_one_queue() -> None:
    """It is called like the first, in the order of the rules."""
    plan = plan_for(ALL_SPEAK_BOTH)
    assert [each.name for each in plan.queues] == ["support-fa", "reception"]
    assert [each.name for each in plan.queues[0].requirements] == ["support-fa", "support-en"]
    assert asterisk_queue_name(SUPPORT, "en", ALL_SPEAK_BOTH) == "support-fa"


def test_a_shared_queue_still_tells_what_each_caller_had_required() -> None:
    """By the penalty rule that the caller went in with."""
    rule = penalty_rule_name(SUPPORT, "en", ALL_SPEAK_BOTH)
    assert rule == "support-en"
    found = requirement_entered("support-fa", rule, ALL_SPEAK_BOTH)
    assert found is not None
    assert (found.queue.id, found.language) == ("support", "en")


def test_every_requirement_of_a_shared_queue_has_its_rule_in_the_file() -> None:
    """Also where no step follows: there the rule is there for its name."""
    flat = replace(SUPPORT, steps=SUPPORT.steps[:1])
    policy = replace(ALL_SPEAK_BOTH, queues={**POLICY.queues, "support": flat})
    assert penalty_rule_name(flat, "fa", policy) is None
    assert penalty_rule_name(flat, "en", policy) == "support-en"
    assert queue_rules_conf(policy).splitlines()[-1:] == ["[support-en]"]
    assert "; For callers of support-fa, support-en.\n[support-fa]\n" in queues_conf(policy)


@pytest.mark.parametrize(
    "change", [{"ring_for": 7}, {"music": "jazz"}, {"give_up_after": 31}], ids=str
)
def test_queues_that_ring_play_or_give_up_otherwise_do_not_share(
    change: dict[str, object],
) -> None:
    """An Asterisk queue has one of each."""
    twin = replace(SUPPORT, id="twin")
    queues = {"support": SUPPORT, "twin": twin, "reception": POLICY.queues["reception"]}
    alike = reaching(replace(POLICY, queues=queues))
    other = replace(twin, **change)  # type: ignore[arg-type]
    apart = reaching(replace(POLICY, queues={**queues, "twin": other}))
    assert "twin-fa" not in plan_for(alike).serving.values()
    assert "twin-fa" in plan_for(apart).serving.values()


def reaching(policy: Policy) -> Policy:
    """With `twin` where callers go who pressed nothing."""
    menu = policy.menus["welcome"]
    to_twin = replace(menu.silence.then, to=replace(menu.silence.then.to, queue="twin"))  # type: ignore[call-arg]
    silence = replace(menu.silence, then=to_twin)
    return replace(policy, menus={**policy.menus, "welcome": replace(menu, silence=silence)})


def test_a_queue_that_no_call_can_come_to_is_left_out() -> None:
    """And would be called by its own name."""
    spare = replace(SUPPORT, id="spare")
    policy = replace(POLICY, queues={**POLICY.queues, "spare": spare})
    assert reachable_queues(policy) == {"support", "reception"}
    assert "spare" not in queues_conf(policy)
    assert asterisk_queue_name(spare, "fa", policy) == "spare-fa"


@pytest.mark.parametrize(
    ("file", "policy"),
    [
        ("routing_rules.yaml", load_policy_file(ROOT / "routing_rules.yaml")),
        ("tests/sample.yaml", POLICY),
    ],
    ids=["example", "sample"],
)
def test_every_queue_that_the_checks_find_a_way_to_is_generated(file: str, policy: Policy) -> None:
    """They read the file as it is written, and the compiler what has become of it."""
    data = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))
    found = {name for kind, name in reached(ways_in(data), starts(data)) if kind == "queue"}
    assert found
    assert found <= reachable_queues(policy)


def test_what_was_never_required_is_not_found() -> None:
    """The rules may have changed since."""
    assert requirement_entered("gone", "", POLICY) is None
    assert requirement_entered("support-lv", "support-lv", POLICY) is None


def test_every_requirement_is_found_again_by_what_its_callers_carry() -> None:
    """In the sample, and where languages share a queue."""
    for policy in (POLICY, ALL_SPEAK_BOTH):
        for each in requirements_of(policy):
            queue, language = each.queue, each.language or "en"
            entered = asterisk_queue_name(queue, language, policy)
            rule = penalty_rule_name(queue, language, policy) or ""
            assert requirement_entered(entered, rule, policy) == each


def test_a_warning_names_the_queue_that_makes_most() -> None:
    """Over the limit, and not at it."""
    agents = [
        Agent(f"a{number}", f"PJSIP/{number}", "x", {"support": 9, f"l{number}": 1}, None)
        for number in range(QUEUES_BEFORE_WARNING)
    ]
    speaking = with_agents(*agents)

    def spoken(number: int) -> Policy:
        languages = tuple(f"l{each}" for each in range(number))
        return replace(speaking, business=replace(POLICY.business, languages=languages))

    assert growth_warning(plan_for(spoken(QUEUES_BEFORE_WARNING - 1))) is None
    warning = growth_warning(plan_for(spoken(QUEUES_BEFORE_WARNING)))
    assert warning is not None
    assert f"{QUEUES_BEFORE_WARNING + 1} Asterisk queues" in warning
    assert '"support" makes 50 of them, one a language' in warning


def test_a_step_can_be_late_by_a_ring_and_two_seconds() -> None:
    """The first is rung at once; the end of waiting can be as late."""
    ladder = ladder_of(requirement_for(SUPPORT, "fa", POLICY), POLICY)
    told = [(each.after, each.at_the_latest, each.agents) for each in openings(ladder)]
    assert told == [(0, 0, ("sara",)), (20, 37, ("mina",)), (60, 77, ())]
    assert latest_end(ladder) == 317


def test_a_step_after_the_end_of_waiting_never_comes() -> None:
    """`check` finds it; here it is not promised."""
    short = replace(SUPPORT, give_up_after=30)
    ladder = ladder_of(requirement_for(short, "fa", POLICY), POLICY)
    assert [each.after for each in openings(ladder)] == [0, 20]


@pytest.mark.parametrize("release", Release)
def test_no_release_gets_an_option_that_it_does_not_know(release: Release) -> None:
    """In any queue; the header says for which release the file is."""
    text = queues_conf(POLICY, release)
    options = {
        line.partition("=")[0] for line in text.splitlines() if "=" in line and line[0] != ";"
    }
    assert all(knows(release, option) for option in options - {"member "})
    assert text.startswith(f"; Made by `rahyab dialplan build` for Asterisk {release} ")


def test_an_option_is_left_out_where_it_is_not_known() -> None:
    """As `monitor-type` after 20, and what came with 22."""
    options = [("autofill", "yes"), ("monitor-type", "x"), ("log-restricted-caller-id", "no")]
    kept = {release: [name for name, _ in known_options(options, release)] for release in Release}
    assert kept[Release.R20] == ["autofill", "monitor-type"]
    assert kept[Release.R22] == ["autofill", "log-restricted-caller-id"]


def test_the_penalty_rule_is_one_argument_further_on_where_queue_knows_macros() -> None:
    """Up to 20."""
    places = {release: queue_arguments(release).index("{rule}") for release in Release}
    assert places == {Release.R16: 8, Release.R18: 8, Release.R20: 8, Release.R22: 7}
