"""Entering and leaving a queue: gate, preferred agent, place and words, by hand."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest

from ivr.course import Course
from ivr.effects import FindPlace, LookAtQueues, Preferred, Refusal, Say, TurnAway
from ivr.queueing import BackFrom, come_back
from ivr.rulebook import Rulebook
from ivr.spoken import duration, number, ordinal
from ivr.talk import ToldPlace
from routing.destinations import Route, ToHangup, ToQueue, ToSurvey
from routing.facts import CustomerFacts, CustomerStatus, QueueFacts
from routing.rules import SILENT, Announcements, Gate, Preference, Queue
from routing.waits import Place, WaitRange
from tests.ivr.driver import Driver
from tests.sample import FACTS, POLICY

BUSY = Route(ToHangup(17))
CALLED_BACK = Route(ToHangup(21))
SUPPORT = POLICY.queues["support"]
WORDS = Announcements(place=True, wait=True, prompts=(), every=60)
MINUTES = WaitRange(61, 150, 300)
UNSEEN = QueueFacts()
NOWHERE = Place()


def gate(
    hours: str | None = None,
    waiting: int | None = None,
    per_agent: int | None = None,
    wait: int | None = None,
) -> Gate:
    """A gate with these bounds alone."""
    return Gate(hours, waiting, per_agent, wait, BUSY)


def course(
    customer: CustomerFacts | None = None,
    gate: Gate | None = None,
    prefer: Preference | None = None,
    say: Announcements = SILENT,
    keys: Mapping[str, Route] = MappingProxyType({}),
) -> Course:
    """A call on its way, by rules whose queue `support` has these parts."""
    own = replace(SUPPORT, gate=gate, prefer=prefer, say=say, keys=keys)
    queues = {**POLICY.queues, "support": own}
    book = Rulebook.of(replace(POLICY, queues=queues))
    return Course(book, replace(FACTS, customer=customer or FACTS.customer))


def support(talk: Course) -> Queue:
    """The queue."""
    return talk.book.policy.queues["support"]


def enter(
    talk: Course, standing: QueueFacts = UNSEEN, place: Place = NOWHERE
) -> tuple[Driver, object]:
    """Go to the queue `support`, which stands so."""
    seen = {"support": standing}
    driver = Driver(world={LookAtQueues: [seen], FindPlace: [place]})
    return driver, driver.drive(talk.follow(Route(ToQueue("support"))))


def refusals(driver: Driver) -> list[Refusal]:
    """Why the caller was turned away."""
    return [each.why for each in driver.effects if isinstance(each, TurnAway)]


def said(driver: Driver) -> list[str]:
    """What the caller heard."""
    return [word for each in driver.effects if isinstance(each, Say) for word in each.prompts]


@pytest.mark.parametrize(
    ("bounds", "standing", "place", "why"),
    [
        ({"waiting": 3}, QueueFacts(waiting=3), Place(), Refusal.FULL),
        ({"waiting": 3}, QueueFacts(waiting=2), Place(), None),
        ({"waiting": 3}, QueueFacts(), Place(), None),
        ({"per_agent": 2}, QueueFacts(waiting=4, agents=2), Place(), Refusal.RATIO),
        ({"per_agent": 2}, QueueFacts(waiting=3, agents=2), Place(), None),
        ({"per_agent": 2}, QueueFacts(waiting=1, agents=0), Place(), Refusal.RATIO),
        ({"per_agent": 2}, QueueFacts(waiting=0, agents=0), Place(), None),
        ({"per_agent": 2}, QueueFacts(waiting=9), Place(), None),
        ({"wait": 149}, QueueFacts(waiting=5), Place(5, MINUTES), Refusal.WAIT),
        ({"wait": 150}, QueueFacts(waiting=5), Place(5, MINUTES), None),
        ({"wait": 149}, QueueFacts(waiting=0), Place(0, MINUTES), None),
        ({"wait": 149}, QueueFacts(waiting=5), Place(5), None),
        ({"waiting": 5, "wait": 1}, QueueFacts(waiting=5), Place(5, MINUTES), Refusal.FULL),
    ],
)
def test_a_gate_keeps_out_whom_it_says(
    bounds: dict[str, int], standing: QueueFacts, place: Place, why: Refusal | None
) -> None:
    """And nobody else: what is not known keeps nobody out, and an empty queue lets everybody in."""
    driver, ending = enter(course(gate=gate(**bounds)), standing, place)
    assert refusals(driver) == ([] if why is None else [why])
    assert ending == (ToQueue("support") if why is None else BUSY.to)


def test_outside_its_hours_a_gate_keeps_everybody_out() -> None:
    """Also from an empty queue; nobody looks at it then."""
    driver, ending = enter(course(gate=gate(hours="night", waiting=3)), QueueFacts(waiting=0))
    assert (refusals(driver), ending) == ([Refusal.CLOSED], BUSY.to)
    assert not any(isinstance(each, LookAtQueues) for each in driver.effects)
    assert refusals(enter(course(gate=gate(hours="office")))[0]) == []


def test_a_queue_without_any_of_this_is_entered_as_ever() -> None:
    """Nothing is asked, nothing is said."""
    talk = course()
    driver, ending = enter(talk)
    assert (driver.effects, ending) == ([], ToQueue("support"))
    assert (talk.preferred, talk.position) == (None, None)


@pytest.mark.parametrize(
    ("owner", "last", "preferred"),
    [
        ("sara", "mina", Preferred("support", "sara", "owner")),
        (None, "mina", Preferred("support", "mina", "last")),
        ("gone", "mina", Preferred("support", "mina", "last")),
        ("reza", None, None),
        (None, None, None),
    ],
)
def test_the_first_known_agent_who_can_serve_is_waited_for(
    owner: str | None, last: str | None, preferred: Preferred | None
) -> None:
    """Reza never serves support; who is not in the rules any more is passed over. It is told."""
    known = CustomerFacts(CustomerStatus.KNOWN, owner=owner, last_agent=last)
    talk = course(known, prefer=Preference(("owner", "last"), 20), say=WORDS)
    driver, ending = enter(talk, QueueFacts(waiting=2), Place(2))
    assert (ending, talk.preferred) == (ToQueue("support"), preferred and preferred.agent)
    assert driver.asked(Preferred) == ([] if preferred is None else [preferred])
    assert bool(said(driver)) == (preferred is None)


def test_an_agent_is_waited_for_once_in_each_queue() -> None:
    """Back unserved, the caller goes into the queue itself past its gate, and keeps the place."""
    known = CustomerFacts(CustomerStatus.KNOWN, owner="sara")
    talk = course(known, prefer=Preference(("owner",), 20), gate=gate(waiting=1))
    enter(talk)
    talk.has_waited = True
    route = come_back(talk, support(talk), BackFrom.NOBODY)
    assert route == Route(ToQueue("support"))
    driver, ending = enter(talk, QueueFacts(waiting=5), Place(2))
    assert (ending, talk.preferred, talk.position) == (ToQueue("support"), None, 3)
    assert refusals(driver) == []
    again, _ = enter(talk, QueueFacts(waiting=0), Place(0))
    assert (refusals(again), talk.preferred) == ([], None)


@pytest.mark.parametrize(
    ("back", "key", "route"),
    [
        (BackFrom.KEY, "1", CALLED_BACK),
        (BackFrom.KEY, "5", Route(ToQueue("support"))),
        (BackFrom.FULL, "", BUSY),
        (BackFrom.NOBODY, "", SUPPORT.give_up_then),
    ],
)
def test_each_way_out_of_a_queue_leads_where_the_rules_say(
    back: BackFrom, key: str, route: Route
) -> None:
    """A key that the queue does not have leads back into it."""
    talk = course(gate=gate(waiting=3), keys={"1": CALLED_BACK})
    assert come_back(talk, support(talk), back, key) == route
    assert talk.let_in == ("support" if key == "5" else None)


def test_a_full_queue_without_a_gate_gives_up() -> None:
    """As it did before there were gates; so does a queue that the rules have no more."""
    talk = course()
    assert come_back(talk, support(talk), BackFrom.FULL) == SUPPORT.give_up_then
    assert come_back(talk, None, BackFrom.FULL) == Route(ToQueue("reception"))


def test_who_was_served_is_never_sent_back() -> None:
    """Also by the agent for whom they waited alone."""
    talk = course()
    talk.preferred = "sara"
    assert come_back(talk, support(talk), BackFrom.AGENT) == Route(ToSurvey("satisfaction"))
    assert talk.preferred is None


@pytest.mark.parametrize("has_waited", [False, True])
def test_only_who_has_waited_before_has_earned_a_place(has_waited: bool) -> None:
    """Everybody else comes last, however many Asterisk counts by then."""
    talk = course(say=WORDS)
    talk.has_waited = has_waited
    enter(talk, QueueFacts(waiting=5), Place(2))
    assert talk.position == (3 if has_waited else None)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_callers_hear_where_they_are_and_how_long_it_takes(language: str) -> None:
    """In whole minutes, rounded up."""
    talk = course(say=WORDS)
    talk.facts = replace(talk.facts, language=language)
    driver, _ = enter(talk, QueueFacts(waiting=2), Place(2, MINUTES))
    assert said(driver) == [
        "queue-place-is",
        *ordinal(3, language, "feminine"),
        "queue-wait-is",
        *number(2, language, "feminine"),
        "queue-wait-to",
        *duration(300, language),
    ]


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (WaitRange(0, 10, 60), ["queue-wait-below-a-minute"]),
        (WaitRange(1, 10, 61), ["queue-wait-is", *number(1, "fa"), "queue-wait-to"]),
        (WaitRange(100, 110, 120), ["queue-wait-is", *duration(120, "fa")]),
        (WaitRange(3000, 3300, 3601), ["queue-wait-is", *duration(3000, "fa"), "queue-wait-to"]),
    ],
)
def test_a_range_is_said_as_people_would(wait: WaitRange, words: list[str]) -> None:
    """Less than a minute; one to two minutes; two minutes; fifty minutes to an hour and one."""
    driver, _ = enter(
        course(say=replace(WORDS, place=False)), QueueFacts(waiting=1), Place(1, wait)
    )
    assert said(driver)[: len(words)] == words


def test_the_first_in_line_is_told_so_and_an_endless_line_is_not_counted() -> None:
    """Nobody speaks ordinals beyond a thousand."""
    talk = course(say=replace(WORDS, wait=False))
    assert said(enter(talk, QueueFacts(waiting=1), Place(0))[0]) == ["queue-place-next"]
    assert said(enter(talk, QueueFacts(waiting=9999), Place(9999))[0]) == []
    assert said(enter(talk, QueueFacts(), Place())[0]) == []


def test_a_wait_that_grows_longer_is_told_to_be_so() -> None:
    """And one that ends no later than was said is not."""
    talk = course(say=replace(WORDS, place=False))
    standing = QueueFacts(waiting=3)
    assert "queue-wait-longer" not in said(enter(talk, standing, Place(3, MINUTES))[0])
    talk.facts = replace(talk.facts, at=talk.facts.at + timedelta(seconds=100))
    sooner = WaitRange(10, 60, 180)
    assert "queue-wait-longer" not in said(enter(talk, standing, Place(3, sooner))[0])
    assert said(enter(talk, standing, Place(3, MINUTES))[0])[0] == "queue-wait-longer"


def test_a_wait_that_is_longer_than_was_said_is_told_though_nobody_knows_how_long() -> None:
    """Once, and by any queue that has words; not while it may be as long as was said."""
    talk = course(say=replace(WORDS, wait=False))
    talk.told_until = talk.facts.at
    standing = QueueFacts(waiting=3)
    assert "queue-wait-longer" not in said(enter(talk, standing, Place(3))[0])
    talk.facts = replace(talk.facts, at=talk.facts.at + timedelta(seconds=1))
    silent = course()
    silent.facts, silent.told_until = talk.facts, talk.told_until
    assert said(enter(silent, standing, Place(3))[0]) == []
    assert said(enter(talk, standing)[0]) == ["queue-wait-longer"]
    assert "queue-wait-longer" not in said(enter(talk, standing, Place(3))[0])


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (None, []),
        (ToldPlace("support", 1), ["queue-place-behind"]),
        (ToldPlace("reception", 1), ["queue-place-other-line"]),
        (ToldPlace("support", 2), []),
        (ToldPlace("reception", 5), []),
    ],
)
def test_a_place_that_is_worse_than_the_one_told_is_not_told_without_the_reason(
    told: ToldPlace | None, why: list[str]
) -> None:
    """Second, then third: others have come, or it is another line."""
    talk = course(say=replace(WORDS, wait=False))
    talk.told_place = told
    driver, _ = enter(talk, QueueFacts(waiting=5), Place(2))
    assert said(driver) == [*why, "queue-place-is", *ordinal(3, "fa", "feminine")]
    assert talk.told_place == ToldPlace("support", 2)


def test_the_place_is_the_one_after_the_words() -> None:
    """Two have been answered while the caller was told where they are."""
    talk = course(say=WORDS)
    talk.has_waited = True
    seen = {"support": QueueFacts(waiting=5)}
    driver = Driver(world={LookAtQueues: [seen], FindPlace: [Place(4), Place(2)]})
    assert driver.drive(talk.follow(Route(ToQueue("support")))) == ToQueue("support")
    assert said(driver) == ["queue-place-is", *ordinal(5, "fa", "feminine")]
    assert talk.position == 3
