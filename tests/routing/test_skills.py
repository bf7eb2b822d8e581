"""Who can serve a need."""

from routing.rules import Need, Step
from routing.skills import eligible, first_step, served, uses_language
from tests.sample import POLICY

SUPPORT = POLICY.queues["support"]
RECEPTION = POLICY.queues["reception"]


def names(*need: Need, language: str = "fa") -> list[str]:
    """The ids of the agents who meet these needs."""
    return [agent.id for agent in eligible(POLICY.agents, need, language)]


def test_a_level_is_enough_when_it_is_reached() -> None:
    """Not only when it is passed."""
    assert names(Need("reception", 9)) == ["mina"]
    assert names(Need("reception", 4)) == ["mina", "reza"]
    assert names(Need("reception", 10)) == []


def test_a_skill_that_is_not_listed_is_not_held() -> None:
    """Not even at the lowest level."""
    assert names(Need("support", 1)) == ["mina", "sara"]


def test_all_needs_must_be_met_by_one_person() -> None:
    """Two people who have one each do not do."""
    assert names(Need("support", 8), Need("reception", 1)) == []


def test_the_language_of_the_call_is_a_skill() -> None:
    """The same need, other people."""
    assert names(Need("{language}"), language="fa") == ["mina", "sara"]
    assert names(Need("{language}"), language="en") == ["mina"]
    assert uses_language(SUPPORT)
    assert not uses_language(RECEPTION)


def test_no_need_is_met_by_everybody() -> None:
    """`need: []` is anybody at all."""
    assert names() == ["mina", "reza", "sara"]


def test_the_first_step_at_which_somebody_is_good_enough() -> None:
    """None for those who never are."""
    steps = {id_: first_step(SUPPORT, agent, "en") for id_, agent in POLICY.agents.items()}
    assert steps == {"mina": 1, "reza": None, "sara": 2}
    assert isinstance(SUPPORT.steps[1], Step)


def test_a_queue_is_served_when_one_agent_is_good_enough_at_some_step() -> None:
    """However late."""
    assert served(SUPPORT, [POLICY.agents["sara"]], "en")
    assert not served(SUPPORT, [POLICY.agents["reza"]], "en")
