"""The simulator does what is known of app_queue: from its source, and as seen on Asterisk 22."""

from dataclasses import dataclass, field

import pytest

from tests.simulation.app_queue import AppQueue
from tests.simulation.people import Caller, Event, Phone
from tests.simulation.queue_files import (
    Change,
    UnknownWordError,
    read_queues,
    read_rules,
)

COMMON = """
strategy=leastrecent
autofill=yes
penaltymemberslimit=0
timeout=10
retry=1
wrapuptime=0
ringinuse=no
timeoutpriority=conf
"""


@dataclass
class Office:
    """Queues and telephones by the name of the agent, who is also the device."""

    members: dict[str, int]
    options: str = ""
    rules: str = ""
    more: str = ""
    phones: dict[str, Phone] = field(default_factory=dict)

    def open(self) -> AppQueue:
        """With every agent answering at once who has no telephone of their own."""
        lines = "".join(f"member => {name},{each},{name}\n" for name, each in self.members.items())
        text = f"[q]\n{COMMON}{self.options}\n{lines}{self.more}"
        phones = {name: self.phones.get(name, Phone(name, 0)) for name in self.members}
        return AppQueue(read_queues(text), read_rules(self.rules), phones)


def told(events: list[Event], *kinds: str) -> list[tuple[int, str, str, str]]:
    """Of these kinds: the second, what, whose call, and the agent or the reason."""
    return [
        (each.at // 1000, each.what, each.caller, each.agent or each.why)
        for each in events
        if each.what in kinds
    ]


def test_without_autofill_only_the_first_caller_is_ever_served() -> None:
    """The next one's telephone rings when the first has been answered, beside a free agent."""
    served = {}
    for autofill in ("yes", "no"):
        phones = {name: Phone(name, 8000) for name in ("ann", "bob")}
        office = Office({"ann": 1, "bob": 1}, f"autofill={autofill}", phones=phones)
        queue = office.open()
        queue.call(Caller("first", "q"))
        queue.call(Caller("second", "q", arrives=1))
        served[autofill] = [each[0] for each in told(queue.run(), "rung")]
    assert served["yes"] == [0, 0]
    assert served["no"][1] >= 8


def test_a_lower_penalty_goes_first_whoever_has_been_idle_for_longer() -> None:
    """The strategy decides only among equals."""
    queue = Office({"ann": 2, "bob": 1, "cy": 1}).open()
    for number in range(4):
        queue.call(Caller(f"c{number}", "q", arrives=number * 2000, talks=3000))
    rung = [each[3] for each in told(queue.run(), "rung")]
    assert rung == ["bob", "cy", "bob", "cy"]


def test_the_window_decides_who_is_rung() -> None:
    """From QUEUE_MIN_PENALTY to QUEUE_MAX_PENALTY, both included."""
    queue = Office({"low": 1, "high": 3, "mid": 2}).open()
    queue.call(Caller("c", "q", lowest=2, highest=2))
    assert told(queue.run(), "rung") == [(0, "rung", "c", "mid")]


def test_few_members_switch_penalties_off() -> None:
    """`penaltymemberslimit` lets the unskilled be rung: never above 0."""
    for limit, expected in ((0, []), (1, [(0, "rung", "c", "ann")])):
        queue = Office({"ann": 5}, f"penaltymemberslimit={limit}").open()
        queue.call(Caller("c", "q", highest=1, timeout=5))
        assert told(queue.run(), "rung") == expected


@pytest.mark.parametrize(("highest", "rung"), [(1, [21]), (2**31 - 1, [0])])
def test_a_rule_changes_only_what_was_set_at_entry(highest: int, rung: list[int]) -> None:
    """Without QUEUE_MAX_PENALTY there is no limit from the beginning."""
    queue = Office({"ann": 2}, rules="[r]\npenaltychange => 20,2").open()
    queue.call(Caller("c", "q", "r", highest=highest))
    assert [each[0] for each in told(queue.run(), "rung")] == rung


def test_whoever_has_the_turn_waits_a_second_longer_for_a_step() -> None:
    """`>` at the head, `>=` in the line: there one telephone is busy, and the next step is seen."""
    rules = "[r]\npenaltychange => 20,2"
    phones = {"ann": Phone("ann", busy=True), "bob": Phone("bob", 0)}
    queue = Office({"ann": 1, "bob": 2}, rules=rules, phones=phones).open()
    queue.at(0, lambda: setattr(phones["bob"], "busy", True))
    queue.at(19_500, lambda: setattr(phones["bob"], "busy", False))
    queue.call(Caller("c", "q", "r", arrives=1, highest=1))
    assert [each[0] for each in told(queue.run(), "rung")] == [21]


def test_a_step_in_the_middle_of_a_ring_comes_when_it_is_over() -> None:
    """At the latest by the ring time and two seconds: attempts begin at 0, 11 and 22."""
    rules = "[r]\npenaltychange => 12,2"
    phones = {"ann": Phone("ann", None), "bob": Phone("bob", 0)}
    queue = Office({"ann": 1, "bob": 2}, "autopause=no", rules=rules, phones=phones).open()
    queue.at(15_000, lambda: setattr(queue.lines["q"].seats[0], "paused", True))
    queue.call(Caller("c", "q", "r", highest=1))
    events = told(queue.run(), "rung")
    assert events == [(0, "rung", "c", "ann"), (11, "rung", "c", "ann"), (22, "rung", "c", "bob")]


def test_a_better_agent_who_is_away_holds_the_ladder_for_ever() -> None:
    """Unless autopause takes them out: then the next is rung in the next attempt."""
    rules = "[r]\npenaltychange => 5,2"
    rung = {}
    for autopause in ("no", "yes"):
        phones = {"ann": Phone("ann", None), "bob": Phone("bob", 0)}
        office = Office({"ann": 1, "bob": 2}, f"autopause={autopause}", rules, phones=phones)
        queue = office.open()
        queue.call(Caller("c", "q", "r", highest=1, timeout=60))
        rung[autopause] = [each[3] for each in told(queue.run(), "rung")]
    assert set(rung["no"]) == {"ann"}
    assert rung["yes"] == ["ann", "bob"]


def test_an_agent_who_does_not_answer_is_paused_in_that_queue_alone() -> None:
    """And the call goes on to the next."""
    more = f"[other]\n{COMMON}autopause=yes\nmember => ann,1,ann\n"
    phones = {"ann": Phone("ann", None)}
    queue = Office({"ann": 1, "bob": 2}, "autopause=yes", more=more, phones=phones).open()
    queue.call(Caller("c", "q", talks=5000))
    queue.call(Caller("d", "q", arrives=30_000))
    queue.call(Caller("e", "other", arrives=30_000, timeout=5))
    rung = sorted(each[2:] for each in told(queue.run(), "rung"))
    assert rung == [("c", "ann"), ("c", "bob"), ("d", "bob"), ("e", "ann")]


def test_one_who_refuses_is_paused_and_the_next_is_rung_in_the_same_attempt() -> None:
    """Seen on Asterisk 22.10.1 and 16.28: to chan_pjsip a refusal is an end like any other."""
    phones = {"ann": Phone("ann", rejects=500)}
    queue = Office({"ann": 1, "bob": 2}, "autopause=yes", phones=phones).open()
    queue.call(Caller("c", "q"))
    events = queue.run()
    assert [(each.at, each.agent) for each in events if each.what == "rung"] == [
        (0, "ann"),
        (500, "bob"),
    ]
    assert [seat.paused for seat in queue.lines["q"].seats] == [True, False]


def test_the_rest_after_a_call_counts_in_every_queue_of_the_agent() -> None:
    """By `shared_lastcall`."""
    more = f"[other]\n{COMMON}wrapuptime=5\nmember => ann,1,ann\n"
    queue = Office({"ann": 1}, "wrapuptime=5", more=more).open()
    queue.call(Caller("c", "q", talks=10_000))
    queue.call(Caller("d", "other", arrives=3000))
    assert told(queue.run(), "rung")[1] == (15, "rung", "d", "ann")


def test_who_finds_nobody_does_not_get_in_and_who_is_left_alone_leaves() -> None:
    """`joinempty` and `leavewhenempty`; being on a call counts as being there."""
    empty = "joinempty=paused,unavailable,invalid\nleavewhenempty=paused,unavailable,invalid"
    phones = {"ann": Phone("ann", 0)}
    queue = Office({"ann": 1}, empty, phones=phones).open()
    queue.call(Caller("c", "q", talks=20_000))
    queue.call(Caller("d", "q", arrives=1000))
    queue.at(12_500, lambda: setattr(phones["ann"], "there", False))
    queue.call(Caller("e", "q", arrives=14_000))
    assert told(queue.run(), "left") == [
        (13, "left", "d", "LEAVEEMPTY"),
        (14, "left", "e", "JOINEMPTY"),
    ]


def test_a_higher_priority_goes_before_and_equals_keep_their_order() -> None:
    """As it was at entry."""
    queue = Office({"ann": 1}).open()
    queue.call(Caller("a", "q", talks=10_000))
    for number, priority in enumerate((0, 5, 5)):
        queue.call(Caller(f"p{priority}-{number}", "q", arrives=1000 + number, priority=priority))
    answered = [each[2] for each in told(queue.run(), "answered")]
    assert answered == ["a", "p5-1", "p5-2", "p0-0"]


@pytest.mark.parametrize(("priority", "gone"), [("conf", 11), ("app", 7)])
def test_the_end_of_waiting_cuts_a_ring_short_only_by_timeoutpriority_app(
    priority: str, gone: int
) -> None:
    """Which would put it down as the agent's fault."""
    office = Office({"ann": 1}, f"timeoutpriority={priority}", phones={"ann": Phone("ann", None)})
    office.options += "\ntimeout=11"
    queue = office.open()
    queue.call(Caller("c", "q", timeout=7))
    assert told(queue.run(), "left") == [(gone, "left", "c", "TIMEOUT")]


def test_rrmemory_goes_round() -> None:
    """One after the other, also where the first is never answered."""
    phones = {"ann": Phone("ann", None)}
    queue = Office({"ann": 1, "bob": 1, "cy": 1}, "strategy=rrmemory", phones=phones).open()
    for number in range(3):
        queue.call(Caller(f"c{number}", "q", arrives=number * 30_000, talks=5_000))
    rung = [each[3] for each in told(queue.run(), "rung")]
    assert rung == ["ann", "bob", "cy", "ann", "bob"]


def test_who_hangs_up_while_it_rings_lets_the_agent_go() -> None:
    """At once, for the next caller."""
    queue = Office({"ann": 1}, phones={"ann": Phone("ann", 8000)}).open()
    queue.call(Caller("c", "q", patience=3000))
    queue.call(Caller("d", "q", arrives=1000))
    events = queue.run()
    assert told(events, "left") == [(3, "left", "c", "ABANDON")]
    assert told(events, "rung")[1] == (3, "rung", "d", "ann")


BIG = {"ann": 0, "bob": 0, "eva": 10}
"""Ann and Bob speak English, Eva Spanish: one big queue, with a window for each caller."""


def english_wait(talks: int, *, eva_paused: bool) -> int:
    """Seconds that the English caller waits who comes behind three Spanish ones."""
    phones = {name: Phone(name, 1000) for name in BIG}
    queue = Office(BIG, "wrapuptime=5", phones=phones).open()
    for seat in queue.lines["q"].seats:
        seat.paused = eva_paused and seat.member.name == "eva"
    for number in range(3):
        queue.call(
            Caller(
                f"es{number}",
                "q",
                arrives=number * 1000,
                timeout=28,
                lowest=10,
                highest=19,
                talks=talks,
            )
        )
    queue.call(Caller("en", "q", arrives=5000, timeout=60, lowest=0, highest=5))
    (rung,) = [each for each in queue.run() if each.what == "rung" and each.caller == "en"]
    return (rung.at - 5000) // 1000


def test_one_big_queue_holds_up_the_english_caller_beside_two_idle_agents() -> None:
    """Seen on Asterisk 22.10.1: 24 s, until a Spanish caller gives up."""
    assert 20 <= english_wait(5000, eva_paused=True) <= 28


def test_it_does_so_for_a_while_also_when_the_spanish_agent_answers() -> None:
    """Seen on Asterisk 22.10.1: 7 s."""
    assert 4 <= english_wait(5000, eva_paused=False) <= 10


def test_the_reader_takes_no_word_that_the_simulator_does_not_know() -> None:
    """Or the properties would be asked of something else than Asterisk does."""
    for line in ("weight=1", "strategy=ringall", "autofill=maybe", "joinempty=loose"):
        with pytest.raises(UnknownWordError):
            read_queues(f"[q]\n{line}\n")
    for line in ("penaltychange => 5,+1", "penaltychange => 5,1,,r2", "other => 1"):
        with pytest.raises((UnknownWordError, ValueError)):
            read_rules(f"[r]\n{line}\n")


def test_rules_are_read_in_the_order_of_time() -> None:
    """Whatever their order in the file."""
    text = "[r] ; a remark\npenaltychange => 60,3\npenaltychange=20,2,1\n"
    assert read_rules(text) == {"r": (Change(20, 2, 1), Change(60, 3))}


def test_who_has_waited_longest_can_be_overtaken_where_agents_of_a_later_step_are_idle() -> None:
    """They count as free, so that several have the turn; who looks first gets the ideal agent."""
    phones = {"ann": Phone("ann", 0), "bob": Phone("bob", 0), "cy": Phone("cy", 0)}
    queue = Office({"ann": 1, "bob": 2, "cy": 2}, phones=phones).open()
    queue.call(Caller("talking", "q", highest=1, talks=10_500))
    queue.call(Caller("older", "q", arrives=1800, highest=1))
    queue.call(Caller("younger", "q", arrives=3600, highest=1))
    answered = [each[2] for each in told(queue.run(400_000), "answered")]
    assert answered == ["talking", "younger", "older"]


def test_a_caller_of_higher_priority_with_a_narrower_window_blocks_those_behind() -> None:
    """The one who has waited longer could be served by the agent of the next step, and is not."""
    rules = "[r]\npenaltychange => 20,2"
    phones = {"ann": Phone("ann", 0, busy=True), "bob": Phone("bob", 0)}
    queue = Office({"ann": 1, "bob": 2}, rules=rules, phones=phones).open()
    queue.call(Caller("older", "q", "r", highest=1))
    queue.call(Caller("gold", "q", "r", arrives=15_000, highest=1, priority=10, talks=1000))
    assert told(queue.run(), "rung")[:2] == [
        (36, "rung", "gold", "bob"),
        (38, "rung", "older", "bob"),
    ]


def test_who_had_no_call_for_twelve_days_is_taken_for_one_tier_better() -> None:
    """`leastrecent` takes seconds off a metric in which a tier is worth a million of them."""
    rung = {}
    for days in (11, 12):
        queue = Office({"ann": 1, "bob": 2}).open()
        ann, bob = queue.lines["q"].seats
        now = queue.now // 1000
        ann.last_call, bob.last_call = now - 60, now - days * 24 * 3600
        queue.call(Caller("c", "q", highest=2))
        rung[days] = [each[3] for each in told(queue.run(), "rung")]
    assert rung == {11: ["ann"], 12: ["bob"]}
