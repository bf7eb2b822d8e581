"""Whether callers are better off for one more agent: where that is so, and where it is not.

It is not so in general, and no way of compiling makes it so: app_queue rings the best agent first,
whatever that means to those who come later. What holds is tested, and so is each of the ways in
which it does not, that nobody takes it for more.
"""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from routing.destinations import Route, ToHangup
from routing.rules import Agent, Need, Queue, Step
from tests.simulation.people import Phone
from tests.simulation.sites import Visitor, play, site

WITHOUT_STEPS = (Step(0, (Need("support"),)),)
WITH_A_STEP = (Step(0, (Need("support", 3),)), Step(20, (Need("support", 2),)))


def waits(
    agents: Sequence[Agent],
    visitors: Sequence[Visitor],
    steps: tuple[Step, ...] = WITHOUT_STEPS,
    phones: dict[str, Phone] | None = None,
) -> dict[str, int]:
    """How long each caller waits, in milliseconds, in one queue where nobody gives up."""
    queue = Queue("support", steps, 1000, Route(ToHangup()), 15, "default", None)
    return play(site(agents, [queue]), visitors, phones).waits()


def agent(name: str, level: int = 3) -> Agent:
    """Somebody who can do support."""
    return Agent(name, f"PJSIP/{name}", name, {"support": level}, None)


whole_seconds = st.integers(0, 30).map(lambda second: second * 1000)
visitors = st.builds(
    Visitor, st.just("support"), arrives=whole_seconds, talks=st.integers(1_000, 60_000)
)


@given(number=st.integers(1, 4), crowd=st.lists(visitors, min_size=1, max_size=8))
def test_nobody_waits_longer_for_one_more_agent_where_all_are_equals(
    number: int, crowd: list[Visitor]
) -> None:
    """One queue without steps, whose agents answer equally soon, and nobody gives up."""
    agents = [agent(f"a{each}") for each in range(number + 1)]
    before, after = waits(agents[:-1], crowd), waits(agents, crowd)
    assert all(after[name] <= before[name] for name in before)


@given(levels=st.lists(st.sampled_from((2, 3)), min_size=1, max_size=4))
def test_a_lone_caller_never_waits_longer_for_a_better_agent(levels: list[int]) -> None:
    """With steps too, where the newcomer answers as soon as the others."""
    agents = [agent(f"a{number}", level) for number, level in enumerate(levels)]
    lone = [Visitor("support")]
    before, after = (
        waits(agents, lone, WITH_A_STEP),
        waits([*agents, agent("new")], lone, WITH_A_STEP),
    )
    assert after["c0"] <= before["c0"]


def test_a_better_agent_who_does_not_answer_costs_a_caller_a_ring() -> None:
    """Once: autopause takes the agent out where there are others."""
    there = [agent("bob", 2), agent("ann", 3)]
    away = {"ann": Phone("PJSIP/ann", None)}
    steps = (Step(0, (Need("support", 3),)), Step(1, (Need("support", 2),)))
    crowd = [Visitor("support"), Visitor("support", arrives=60_000)]
    assert waits(there[:1], crowd, steps)["c0"] == 4000
    assert waits(there, crowd, steps, away) == {"c0": 18_000, "c1": 4000}


def test_with_steps_a_newcomer_can_cost_a_later_caller_the_time_to_the_next_step() -> None:
    """Those ahead take the ideal agents sooner, and leave the latecomer those of the next step."""
    agents = [agent("ann"), agent("bob", 2), agent("cy", 2)]
    talks = (9_000, 3_000, 300_000, 300_000, 10_000)
    arrivals = (0, 1_100, 2_200, 3_300, 20_400)  # the longer one waits, the sooner one looks
    crowd = [Visitor("support", "en", *each) for each in zip(arrivals, talks, strict=True)]
    before = waits(agents, crowd, WITH_A_STEP)
    after = waits([*agents, agent("new")], crowd, WITH_A_STEP)
    assert before["c4"] < 10_000
    assert 20_000 < after["c4"] <= 20_000 + 4_000


def test_where_agents_serve_several_queues_a_newcomer_can_cost_one_of_them_a_whole_call() -> None:
    """Before, both queues rang the same agents, and were one line; after, others overtake there."""
    needs = (Need("support"),), (Need("billing"),)
    queues = [
        Queue(need[0].skill, (Step(0, need),), 1000, Route(ToHangup()), 15, "default", None)
        for need in needs
    ]
    both = Agent("ann", "PJSIP/ann", "ann", {"support": 3, "billing": 3}, None)
    crowd = [
        Visitor("billing", arrives=0, talks=20_000),
        Visitor("billing", arrives=9_500, talks=10_000),
        Visitor("support", arrives=12_000, talks=80_000),
        Visitor("support", arrives=15_000, talks=80_000),
    ]
    before = play(site([both], queues), crowd).waits()
    after = play(site([both, agent("new")], queues), crowd).waits()
    assert before["c1"] < 21_000
    assert after["c1"] > 80_000
