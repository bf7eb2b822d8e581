"""The simulator bounds queues, lets callers out by keys, speaks to them and gives them places.

From app_queue.c, as everything in it; and the queue of one agent alone, compiled.
"""

from dataclasses import replace

from dialplan.contract import AGENT_QUEUE
from routing.destinations import Route, ToHangup
from routing.rules import Agent, Need, Preference, Queue, Step
from tests.simulation.app_queue import AppQueue
from tests.simulation.people import Caller, Phone
from tests.simulation.queue_files import read_keys, read_queues
from tests.simulation.sites import Visitor, opened, sent, site
from tests.simulation.test_app_queue import COMMON, told

SPOKEN = "periodic-announce=a,b\nperiodic-announce-frequency=10\nautopause=no\n"
LENGTHS = {"a": 4000, "b": 2000}
KEYS = "[out]\nexten => 1,1,Goto(rahyab-leaving,1,1)\nexten => h,1,Goto(rahyab-call,h,1)\n"


def office(options: str, *, busy: bool = True, steps: str = "ann,1,ann") -> AppQueue:
    """A queue with one agent, who may be on the telephone already."""
    text = f"[q]\n{COMMON}{options}\nmember => {steps}\n"
    phones = {"ann": Phone("ann", 1000, busy=busy)}
    return AppQueue(read_queues(text), {}, phones, keys=read_keys(KEYS), sounds=LENGTHS)


def frees(queue: AppQueue, moment: int) -> None:
    """Let the agent be free from a moment on."""
    phone = queue.lines["q"].seats[0].phone
    queue.at(moment, lambda: setattr(phone, "busy", False))


def test_who_comes_when_as_many_wait_as_may_does_not_get_in() -> None:
    """And who comes when one of them has left does."""
    queue = office("maxlen=2")
    for number, arrives in enumerate((0, 1000, 2000, 6000)):
        queue.call(Caller(f"c{number}", "q", arrives=arrives, timeout=5))
    assert told(queue.run(), "left")[:2] == [
        (2, "left", "c2", "FULL"),
        (5, "left", "c0", "TIMEOUT"),
    ]
    assert ("c3", "TIMEOUT") in {each[2:] for each in told(queue.events, "left")}


def test_a_key_of_the_queue_leads_out_and_another_is_not_heard() -> None:
    """Also while a telephone rings, which is then free for others."""
    queue = office("context=out", busy=False)
    queue.lines["q"].seats[0].phone.picks_up = 8000
    queue.call(Caller("leaves", "q", presses=(3500, "1")))
    queue.call(Caller("stays", "q", arrives=100, presses=(3500, "2")))
    events = queue.run()
    assert told(events, "left") == [(3, "left", "leaves", "EXITWITHKEY")]
    assert told(events, "answered")[0][2:] == ("stays", "ann")


def test_without_a_context_no_key_leads_out() -> None:
    """Whatever contexts there are."""
    queue = office("")
    queue.call(Caller("c", "q", presses=(3000, "1"), timeout=9))
    assert told(queue.run(), "left") == [(9, "left", "c", "TIMEOUT")]


def test_each_time_the_next_of_several_is_said() -> None:
    """Counted from the first word to the first of the next time, or from the last."""
    heard = {}
    for relative in ("no", "yes"):
        queue = office(f"{SPOKEN}relative-periodic-announce={relative}")
        queue.call(Caller("c", "q", timeout=45))
        heard[relative] = [(each[0], each[3]) for each in told(queue.run(), "heard")]
    assert heard["no"] == [(10, "a"), (20, "b"), (30, "a"), (40, "b")]
    assert heard["yes"] == [(10, "a"), (24, "b"), (36, "a")]


def test_nobody_is_rung_while_something_is_said() -> None:
    """The agent is free in the middle of it, and rung when it is over."""
    queue = office(SPOKEN)
    queue.call(Caller("c", "q"))
    frees(queue, 10_500)
    assert told(queue.run(), "rung")[0] == (15, "rung", "c", "ann")


def test_a_key_that_leads_nowhere_cuts_words_short() -> None:
    """And the caller stays."""
    queue = office(SPOKEN)
    queue.call(Caller("c", "q", presses=(11_000, "5")))
    frees(queue, 10_500)
    assert told(queue.run(), "rung")[0] == (12, "rung", "c", "ann")


def test_a_sound_that_is_not_there_takes_no_time() -> None:
    """Nor does the end of the call depend on it."""
    queue = office("periodic-announce=gone\nperiodic-announce-frequency=10\nautopause=no")
    queue.call(Caller("c", "q"))
    frees(queue, 10_500)
    assert told(queue.run(), "rung")[0] == (11, "rung", "c", "ann")


def test_who_has_the_turn_is_spoken_to_only_where_the_file_says_so() -> None:
    """As one whose step has not come, beside a free agent."""
    heard = {}
    for spoken_to in ("no", "yes"):
        queue = office(f"{SPOKEN}announce-to-first-user={spoken_to}", busy=False, steps="ann,2,ann")
        queue.call(Caller("c", "q", highest=1, timeout=15))
        heard[spoken_to] = [each[3] for each in told(queue.run(), "heard")]
    assert heard == {"no": [], "yes": ["a"]}


def test_a_place_is_given_before_equals_and_never_before_a_higher_priority() -> None:
    """As Queue() takes it, counted from 1; without one the caller is the last."""
    queue = office("")
    for number, priority in enumerate((5, 0, 0)):
        queue.call(Caller(f"w{number}", "q", arrives=number, priority=priority, talks=1000))
    queue.call(Caller("second", "q", arrives=10, position=2, talks=1000))
    queue.call(Caller("first", "q", arrives=20, position=1, talks=1000))
    queue.call(Caller("last", "q", arrives=30, talks=1000))
    queue.run(1000)
    order = [each.name for each in queue.lines["q"].callers]
    assert order == ["w0", "first", "second", "w1", "w2", "last"]


HELP = Queue(
    "help",
    (Step(0, (Need("support"),)),),
    60,
    Route(ToHangup()),
    15,
    "default",
    None,
    prefer=Preference(("owner",), 20),
)
AGENTS = [Agent(name, f"PJSIP/{name}", name, {"support": 5}, None) for name in ("ann", "bob")]
POLICY = site(AGENTS, [HELP])


def test_who_waits_for_one_agent_alone_is_rung_through_to_nobody_else() -> None:
    """Though another is free all the time; when the time is over, the caller goes on."""
    phones = {"ann": Phone("PJSIP/ann", 1000, busy=True)}
    queues = opened(POLICY, phones)
    queues.call(Caller("c", f"{AGENT_QUEUE}ann", timeout=20, highest=1))
    assert told(queues.run(), "rung", "left") == [(20, "left", "c", "TIMEOUT")]


def test_who_waits_for_one_agent_alone_waits_no_longer_than_the_rules_say() -> None:
    """Though the telephone rings, for a minute by another queue that prefers the agent."""
    soon = replace(HELP, prefer=Preference(("owner",), 5))
    other = replace(HELP, id="other", ring_for=60, prefer=Preference(("owner",), 40))
    queues = opened(site(AGENTS, [soon, other]), {"ann": Phone("PJSIP/ann", None)})
    queues.call(Caller("c", f"{AGENT_QUEUE}ann", timeout=5, highest=1))
    assert told(queues.run(), "rung", "left") == [
        (0, "rung", "c", "ann"),
        (5, "left", "c", "TIMEOUT"),
    ]


def test_one_agent_alone_who_lets_it_ring_is_not_put_out_of_their_own_queue() -> None:
    """It would be closed for all who want to wait for them."""
    phones = {"ann": Phone("PJSIP/ann", None)}
    queues = opened(POLICY, phones)
    for number in range(2):
        arrives = number * 60_000
        queues.call(Caller(f"c{number}", f"{AGENT_QUEUE}ann", arrives=arrives, timeout=20))
    rung = {each[2] for each in told(queues.run(), "rung")}
    assert rung == {"c0", "c1"}


def test_who_waited_for_one_agent_in_vain_stands_before_those_who_came_later() -> None:
    """By the place that was earned."""
    phones = {name: Phone(f"PJSIP/{name}", 1000, busy=True) for name in ("ann", "bob")}
    queues = opened(POLICY, phones)
    queues.call(Caller("early", f"{AGENT_QUEUE}ann", timeout=20, highest=1))
    queues.call(sent(POLICY, "late", Visitor("help", arrives=5000)))
    again = sent(POLICY, "early", Visitor("help", arrives=20_500, talks=5000))
    again.position = 1
    queues.call(again)
    queues.at(30_000, lambda: setattr(phones["bob"], "busy", False))
    answered = [each[2] for each in told(queues.run(), "answered")]
    assert answered == ["early", "late"]


def test_an_agent_who_is_away_costs_who_would_wait_for_them_no_time() -> None:
    """They do not get in, and go on at once."""
    away = {"ann": Phone("PJSIP/ann", 1000, there=False)}
    queues = opened(replace(POLICY, unlisted=Route(ToHangup())), away)
    queues.call(Caller("c", f"{AGENT_QUEUE}ann", timeout=20, highest=1))
    assert told(queues.run(), "left") == [(0, "left", "c", "JOINEMPTY")]
