"""The course of a call through everything, and where it ends."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from ivr.course import MOST_MOVES, WentInCirclesError
from ivr.effects import (
    ChangeLanguage,
    Collect,
    Decided,
    Left,
    LookAtQueues,
    OpenCase,
    Say,
)
from routing.conditions import Condition, Range
from routing.destinations import (
    Destination,
    Priority,
    Route,
    ToAgent,
    ToCallback,
    ToExtension,
    ToHangup,
    ToMenu,
    ToNumber,
    ToQueue,
    ToRules,
    ToSurvey,
    ToTracking,
)
from routing.facts import QueueFacts
from routing.indexing import index_rules
from routing.rules import Policy, Rule, RuleList, Variable
from routing.sights import see
from tests.ivr.driver import Driver, course
from tests.sample import FACTS, POLICY


def with_rules(**lists: Sequence[tuple[Sequence[Condition], Route]]) -> Policy:
    """The sample policy with these lists of rules instead of its own."""
    return replace(POLICY, rules={id_: _listed(id_, rules) for id_, rules in lists.items()})


def _listed(id_: str, rules: Sequence[tuple[Sequence[Condition], Route]]) -> RuleList:
    made = tuple(
        Rule(f"rule-{number}", tuple(when), then, "f", number)
        for number, (when, then) in enumerate(rules)
    )
    asked = (each.argument for rule in made for each in rule.when if each.fact[:6] == "queue.")
    queues = tuple(dict.fromkeys(queue for queue in asked if queue))
    return RuleList(id_, made, index_rules([rule.when for rule in made]), queues)


@pytest.mark.parametrize(
    "ending",
    [
        ToQueue("support"),
        ToAgent("sara"),
        ToSurvey("satisfaction"),
        ToExtension("201"),
        ToNumber("+442079460000"),
        ToHangup(17),
    ],
    ids=lambda ending: type(ending).__name__,
)
def test_what_leaves_menus_and_rules_ends_the_course(ending: Destination) -> None:
    """At once, with nothing to be done."""
    driver = Driver()
    assert driver.drive(course().follow(Route(ending))) == ending
    assert driver.effects == []


def test_actions_are_done_in_their_order() -> None:
    """The new language first, so that the prompts are in it; the number of the request last."""
    going, driver = course(), Driver()
    route = Route(
        ToQueue("support"),
        language="en",
        say=("hello",),
        open_case=True,
        priority=Priority(10, rise=1),
        music="jazz",
        variables=(("SITE_A", "1"),),
    )
    assert driver.drive(going.follow(route)) == ToQueue("support")
    assert driver.effects[:3] == [ChangeLanguage("en"), Say(("hello",)), OpenCase("arrival")]
    assert driver.questions == ["tracking-number"]
    assert (going.priority, going.music) == (Priority(10, rise=1), "jazz")
    assert going.variables == {"SITE_A": "1"}
    assert going.facts.language == "en"


def test_a_request_is_named_after_the_list_that_opened_it() -> None:
    """That is its subject."""
    policy = with_rules(sales=[((), Route(ToQueue("support"), open_case=True))])
    driver = Driver()
    driver.drive(course(policy).follow(Route(ToRules("sales"))))
    assert driver.asked(OpenCase) == [OpenCase("sales")]


def test_later_routes_add_to_what_earlier_ones_have_set() -> None:
    """What a route does not name stays as it was; a variable may be set anew."""
    second = Route(ToHangup(), music="rock", variables=(("B", "3"), ("C", "4")))
    going = course(with_rules(list=[((), second)]))
    first = Route(ToRules("list"), priority=Priority(5), variables=(("A", "1"), ("B", "2")))
    Driver().drive(going.follow(first))
    assert (going.priority, going.music) == (Priority(5), "rock")
    assert going.variables == {"A": "1", "B": "3", "C": "4"}


def test_a_key_may_change_the_language() -> None:
    """The menu is then asked again, and facts have the new one."""
    going, driver = course(), Driver(["9", "42"])
    driver.drive(going.follow(Route(ToMenu("welcome"))))
    assert driver.asked(ChangeLanguage) == [ChangeLanguage("en")]
    assert len(driver.asked(Collect)) == 2
    assert going.facts.language == "en"


def test_rules_decide_by_what_was_keyed_and_in_which_language() -> None:
    """Facts that arose on the way."""
    asked = (Condition("keyed", "welcome", ("1",)), Condition("language", None, ("en",)))
    policy = with_rules(arrival=[(asked, Route(ToExtension("1"))), ((), Route(ToMenu("welcome")))])
    going, driver = course(policy), Driver(["1", "9", "1"])
    assert driver.drive(going.follow(Route(ToRules("arrival")))) == ToExtension("1")
    decided = [effect.decision.rule_id for effect in driver.asked(Decided)]
    assert decided == ["rule-1", "rule-1", "rule-0"]
    assert going.rule == "arrival/rule-0"


def test_queues_are_looked_at_when_rules_ask_for_them() -> None:
    """All of them at once, before the decision; and not where no rule does."""
    full = (Condition("queue.waiting", "support", (Range(5, None, ">=5"),)),)
    policy = with_rules(
        busy=[(full, Route(ToCallback())), ((), Route(ToQueue("support")))],
        plain=[((), Route(ToRules("busy")))],
    )
    driver = Driver(world={LookAtQueues: [{"support": QueueFacts(waiting=4)}]})
    assert driver.drive(course(policy).follow(Route(ToRules("plain")))) == ToQueue("support")
    assert [type(effect) for effect in driver.effects] == [Decided, LookAtQueues, Decided]
    assert driver.asked(LookAtQueues) == [LookAtQueues(("support",))]


def test_a_queue_that_cannot_be_seen_any_more_is_not_known() -> None:
    """What it was like minutes ago is no fact."""
    lost = (Condition("queue.waiting", "support", ("unavailable",)),)
    policy = with_rules(arrival=[(lost, Route(ToExtension("9"))), ((), Route(ToHangup()))])
    going = course(policy)
    going.facts = replace(FACTS, queues={"support": QueueFacts(4), "reception": QueueFacts(1)})
    assert Driver().drive(going.follow(Route(ToRules("arrival")))) == ToExtension("9")
    assert going.facts.queues == {"support": QueueFacts(), "reception": QueueFacts(1)}


def test_rules_that_lead_round_come_to_an_end() -> None:
    """Without a caller's help nothing would stop them."""
    policy = with_rules(
        one=[((), Route(ToRules("two")))], two=[((), Route(ToRules("one"), say=("hello",)))]
    )
    driver = Driver()
    with pytest.raises(WentInCirclesError, match=f"more than {MOST_MOVES} menus and rule lists"):
        driver.drive(course(policy).follow(Route(ToRules("one"))))
    assert len(driver.asked(Decided)) == MOST_MOVES


def test_a_variable_that_a_route_sets_is_what_rules_see_from_then_on() -> None:
    """It is on the channel; the ones that are not declared are nobody's facts."""
    going, driver = course(), Driver([])
    region = Variable("region", "SITE_REGION", "south", ())
    policy = replace(going.book.policy, variables={"region": region})
    going.book = replace(going.book, policy=policy)
    route = Route(ToHangup(), variables=(("SITE_REGION", "north"), ("SITE_OTHER", "x")))
    driver.drive(going.follow(route))
    assert going.facts.variables == {"region": "north"}
    assert see(policy, going.facts, "variable", "region").seen == "north"


PERSON = Route(ToQueue("reception"), say=("hello",), priority=Priority(7))


def test_who_asks_for_a_person_while_the_number_is_read_goes_to_one() -> None:
    """With all that the rules do on the way there, and nothing of the way that was left."""
    policy = replace(POLICY, person=PERSON)
    going, driver = course(policy), Driver(["0"])
    route = Route(ToExtension("201"), open_case=True, priority=Priority(3), music="jazz")
    assert driver.drive(going.follow(route)) == ToQueue("reception")
    assert driver.asked(Left) == [Left("case", "key 0", PERSON)]
    assert driver.effects[-1] == Say(("hello",))
    assert (going.priority, going.music) == (Priority(7), None)


def test_who_is_on_the_way_to_a_person_may_ask_for_one_without_end() -> None:
    """The number is told once: they are there."""
    policy = replace(POLICY, person=replace(PERSON, open_case=True))
    driver = Driver(["0"] * 99)
    going = course(policy).follow(Route(ToExtension("201"), open_case=True))
    assert driver.drive(going) == ToQueue("reception")
    assert driver.questions == ["tracking-number"] * 2


def test_a_caller_who_wanders_between_menus_is_stopped() -> None:
    """The dialplan's fallback takes the call: who does not find the way speaks with a person."""
    driver = Driver(["9"] * 2 * MOST_MOVES)
    with pytest.raises(WentInCirclesError, match="last: menu welcome"):
        driver.drive(course().follow(Route(ToMenu("welcome"))))
    assert len(driver.asked(Collect)) == MOST_MOVES


def test_who_never_answers_comes_to_an_end() -> None:
    """Of the sample rules, from everywhere."""
    for start in (ToMenu("welcome"), ToTracking(), ToCallback()):
        assert Driver().drive(course().follow(Route(start))) in {ToQueue("reception"), ToHangup()}
