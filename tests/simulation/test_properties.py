"""What holds for every roster and every crowd of callers, through the compiler and app_queue.

The rules are compiled, the text of the files is read again, and callers are run through the
simulator. Of what happens at the same moment the order is drawn.
"""

from collections import Counter
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from dialplan.openings import openings
from dialplan.requirements import ladder_of, plan_for, requirement_for
from routing.checks.ladders import LATENESS_SECONDS
from routing.destinations import Route, ToHangup
from routing.rules import (
    CALLERS_LANGUAGE,
    SILENT,
    Agent,
    Announcements,
    Gate,
    Need,
    Policy,
    Queue,
    Step,
)
from tests.simulation.people import Phone
from tests.simulation.sites import KEPT_SECONDS, NEVER, History, Visitor, opened, play, sent, site

SKILLS = ("support", "billing")
LANGUAGES = ("en", "es")
KEYS = ("1", "*")
TO_END = Route(ToHangup())
SHORTEST_EVERY = 5
REFUSED = {"JOINEMPTY", "FULL"}
levels = st.integers(1, 3)
lengths = st.integers(0, 15_000)
"""Of what is said, in milliseconds."""


@st.composite
def agents(draw: st.DrawFn, most: int = 5) -> list[Agent]:
    """Some agents, each with some skills."""
    skills = st.dictionaries(st.sampled_from(SKILLS + LANGUAGES), levels)
    made = draw(st.lists(skills, min_size=1, max_size=most))
    return [Agent(f"a{n}", f"PJSIP/{n}", f"a{n}", each, None) for n, each in enumerate(made)]


needs = st.lists(
    st.builds(Need, st.sampled_from((*SKILLS, CALLERS_LANGUAGE)), levels), min_size=1, max_size=2
).map(tuple)


gates = st.none() | st.integers(1, 3).map(lambda most: Gate(None, most, None, None, TO_END))
words = st.just(SILENT) | st.integers(SHORTEST_EVERY, 30).map(
    lambda every: Announcements(place=False, wait=False, prompts=("hello",), every=every)
)
keys = st.sets(st.sampled_from(KEYS)).map(lambda drawn: dict.fromkeys(sorted(drawn), TO_END))


@st.composite
def queues(draw: st.DrawFn, id_: str) -> Queue:
    """A queue with up to two steps, which need not ask less."""
    times = sorted(draw(st.sets(st.integers(1, 40), max_size=2)))
    steps = tuple(Step(after, draw(needs)) for after in (0, *times))
    give_up, ring = draw(st.integers(5, 60)), draw(st.integers(1, 15))
    bare = Queue(id_, steps, give_up, TO_END, ring, "default", None)
    return replace(bare, gate=draw(gates), say=draw(words), keys=draw(keys))


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
                st.none() | st.tuples(st.integers(1_000, 60_000), st.sampled_from(KEYS)),
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
    return play(policy, crowd, draw(phones(policy)), race, draw(sounds()))


@st.composite
def sounds(draw: st.DrawFn) -> dict[str, int]:
    """How long the words are that are said in queues, in each language."""
    return {f"rahyab/{language}/hello": draw(lengths) for language in ("fa", *LANGUAGES)}


@given(history=histories(ranked=True))
def test_nobody_is_rung_before_the_step_that_allows_it(history: History) -> None:
    """Not by a second: what is less comes of Asterisk's counting in whole seconds."""
    for each in history.events:
        if each.what == "rung":
            waited = each.at - history.visitors[each.caller].arrives
            assert waited > (history.opens(each.caller, each.agent) - 1) * 1000


@given(history=histories(ranked=True))
def test_every_caller_is_answered_gives_up_or_leaves_within_the_bound(history: History) -> None:
    """Until the end of waiting, a ring that began before it, words, and the usual lateness."""
    waits = history.waits()
    assert waits.keys() == history.visitors.keys()
    for name, wait in waits.items():
        queue = history.policy.queues[history.visitors[name].queue]
        bound = (queue.give_up_after + queue.ring_for + LATENESS_SECONDS) * 1000
        assert wait <= bound + history.longest_words


@given(history=histories())
def test_nobody_is_held_up_beside_a_free_agent_who_may_serve_them(history: History) -> None:
    """Whatever other callers wait for, and however many of them there are.

    But for the length of what is said to them: Asterisk rings nobody meanwhile.
    """
    assert history.watch.longest <= KEPT_SECONDS + history.longest_words / 1000


@given(history=histories(ranked=True))
def test_no_more_callers_wait_than_the_gate_says(history: History) -> None:
    """Of all that one Asterisk queue stands for."""
    waiting: Counter[str] = Counter()
    most = {each.name: each.ladder.most_waiting for each in plan_for(history.policy).queues}
    for each in history.events:
        waiting[each.queue] += {"entered": 1, "answered": -1}.get(each.what, 0)
        if each.what == "left" and each.why not in REFUSED:
            waiting[each.queue] -= 1
        assert waiting[each.queue] <= (most[each.queue] or NEVER)


@given(history=histories(ranked=True))
def test_a_key_of_the_queue_leads_out_at_once_and_no_other_does(history: History) -> None:
    """Whatever rings or is said at that moment."""
    left = {each.caller: each for each in history.events if each.what == "left"}
    answered = {each.caller: each for each in history.events if each.what == "answered"}
    for name, visitor in history.visitors.items():
        keys = history.policy.queues[visitor.queue].keys
        gone = left.get(name)
        if visitor.presses is None or visitor.presses[1] not in keys:
            assert gone is None or gone.why != "EXITWITHKEY"
        elif gone is not None and gone.why == "EXITWITHKEY":
            assert gone.at == visitor.arrives + visitor.presses[0]
        else:
            end = (gone or answered[name]).at
            assert end <= visitor.arrives + visitor.presses[0]


@given(
    after=st.integers(1, 40),
    ring=st.integers(1, 15),
    back=st.integers(0, 45_000),
    arrives=st.integers(0, 999),
    say=words,
    length=lengths,
)
def test_a_step_comes_by_the_second_that_is_told(  # noqa: PLR0913, PLR0917  one a number
    after: int, ring: int, back: int, arrives: int, say: Announcements, length: int
) -> None:
    """Also where the telephone of a better agent, who is not at it, begins to ring just before.

    What is said to the caller meanwhile comes on top of it, as often as it is said.
    """
    steps = (Step(0, (Need("support", 3),)), Step(after, (Need("support"),)))
    queue = Queue("q", steps, 100, TO_END, ring, "default", None, say=say)
    made = [
        Agent(name, f"PJSIP/{name}", name, {"support": level}, None)
        for name, level in (("best", 3), ("other", 1))
    ]
    policy = site(made, [queue])
    best = Phone("PJSIP/best", None, there=False)
    queues = opened(policy, {"best": best}, sounds={"rahyab/en/hello": length})
    queues.at(back, lambda: setattr(best, "there", True))
    queues.call(sent(policy, "c", Visitor("q", arrives=arrives)))
    rung = [each for each in queues.run() if each.what == "rung" and each.agent == "other"]
    ladder = ladder_of(requirement_for(queue, "en", policy), policy)
    times = 1 + (ring + LATENESS_SECONDS) // say.every if ladder.sounds else 0
    spoken = times * length
    assert rung[0].at - arrives <= openings(ladder)[1].at_the_latest * 1000 + spoken
