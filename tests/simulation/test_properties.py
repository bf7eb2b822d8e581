"""What holds for every roster and every crowd of callers, through the compiler and app_queue.

The rules are compiled, the text of the files is read again, and callers are run through the
simulator. Of what happens at the same moment the order is drawn.
"""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from dialplan.openings import openings
from dialplan.requirements import ladder_of, requirement_for
from routing.checks.ladders import LATENESS_SECONDS
from routing.destinations import Route, ToHangup
from routing.rules import CALLERS_LANGUAGE, Agent, Need, Policy, Queue, Step
from tests.simulation.people import Phone
from tests.simulation.sites import KEPT_SECONDS, History, Visitor, opened, play, sent, site

SKILLS = ("support", "billing")
LANGUAGES = ("en", "es")
levels = st.integers(1, 3)


@st.composite
def agents(draw: st.DrawFn, most: int = 5) -> list[Agent]:
    """Some agents, each with some skills."""
    skills = st.dictionaries(st.sampled_from(SKILLS + LANGUAGES), levels)
    made = draw(st.lists(skills, min_size=1, max_size=most))
    return [Agent(f"a{n}", f"PJSIP/{n}", f"a{n}", each, None) for n, each in enumerate(made)]


needs = st.lists(
    st.builds(Need, st.sampled_from((*SKILLS, CALLERS_LANGUAGE)), levels), min_size=1, max_size=2
).map(tuple)


@st.composite
def queues(draw: st.DrawFn, id_: str) -> Queue:
    """A queue with up to two steps, which need not ask less."""
    times = sorted(draw(st.sets(st.integers(1, 40), max_size=2)))
    steps = tuple(Step(after, draw(needs)) for after in (0, *times))
    give_up, ring = draw(st.integers(5, 60)), draw(st.integers(1, 15))
    return Queue(id_, steps, give_up, Route(ToHangup()), ring, "default", None)


@st.composite
def sites(draw: st.DrawFn) -> Policy:
    """Rules with one queue or two."""
    made = [draw(queues("q0"))]
    if draw(st.booleans()):
        made.append(draw(queues("q1")))
    return site(draw(agents()), made)


@st.composite
def phones(draw: st.DrawFn, policy: Policy) -> dict[str, Phone]:
    """How agents answer: soon, late, not at all, or by refusing."""
    made = {}
    for agent in policy.agents.values():
        picks_up = draw(st.none() | st.integers(0, 20_000))
        rejects = draw(st.sampled_from((None, None, None, 0, 700)))
        made[agent.id] = Phone(agent.device, picks_up, rejects)
    return made


@st.composite
def crowds(draw: st.DrawFn, policy: Policy, *, ranked: bool = False) -> list[Visitor]:
    """Up to eight callers within a minute."""
    return draw(
        st.lists(
            st.builds(
                Visitor,
                st.sampled_from(sorted(policy.queues)),
                st.sampled_from(LANGUAGES),
                st.integers(0, 60_000),
                st.integers(1_000, 60_000),
                st.none() | st.integers(1_000, 90_000),
                st.integers(0, 3) if ranked else st.just(0),
            ),
            min_size=1,
            max_size=8,
        )
    )


@st.composite
def histories(draw: st.DrawFn, *, ranked: bool = False) -> History:
    """Some callers at some site, played to the end."""
    policy = draw(sites())
    crowd = draw(crowds(policy, ranked=ranked))
    race = Random(draw(st.integers(0, 2**16)))  # noqa: S311  no secret: an order of events
    return play(policy, crowd, draw(phones(policy)), race)


@given(history=histories(ranked=True))
def test_nobody_is_rung_before_the_step_that_allows_it(history: History) -> None:
    """Not by a second: what is less comes of Asterisk's counting in whole seconds."""
    for each in history.events:
        if each.what == "rung":
            waited = each.at - history.visitors[each.caller].arrives
            assert waited > (history.opens(each.caller, each.agent) - 1) * 1000


@given(history=histories(ranked=True))
def test_every_caller_is_answered_gives_up_or_leaves_within_the_bound(history: History) -> None:
    """Until the end of waiting, a ring that began before it, and the usual lateness."""
    waits = history.waits()
    assert waits.keys() == history.visitors.keys()
    for name, wait in waits.items():
        queue = history.policy.queues[history.visitors[name].queue]
        assert wait <= (queue.give_up_after + queue.ring_for + LATENESS_SECONDS) * 1000


@given(history=histories())
def test_nobody_is_held_up_beside_a_free_agent_who_may_serve_them(history: History) -> None:
    """Whatever other callers wait for, and however many of them there are."""
    assert history.watch.longest <= KEPT_SECONDS


@given(
    after=st.integers(1, 40),
    ring=st.integers(1, 15),
    back=st.integers(0, 45_000),
    arrives=st.integers(0, 999),
)
def test_a_step_comes_by_the_second_that_is_told(
    after: int, ring: int, back: int, arrives: int
) -> None:
    """Also where the telephone of a better agent, who is not at it, begins to ring just before."""
    steps = (Step(0, (Need("support", 3),)), Step(after, (Need("support"),)))
    queue = Queue("q", steps, 100, Route(ToHangup()), ring, "default", None)
    made = [
        Agent(name, f"PJSIP/{name}", name, {"support": level}, None)
        for name, level in (("best", 3), ("other", 1))
    ]
    policy = site(made, [queue])
    best = Phone("PJSIP/best", None, there=False)
    queues = opened(policy, {"best": best})
    queues.at(back, lambda: setattr(best, "there", True))
    queues.call(sent(policy, "c", Visitor("q", arrives=arrives)))
    rung = [each for each in queues.run() if each.what == "rung" and each.agent == "other"]
    ladder = ladder_of(requirement_for(queue, "en", policy), policy)
    assert rung[0].at - arrives <= openings(ladder)[1].at_the_latest * 1000
