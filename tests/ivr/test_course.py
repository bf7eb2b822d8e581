"""The course of a call, driven by hand: what it asks for, and where it ends."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

import pytest
from stdnum import damm

from ivr.course import (
    MOST_MOVES,
    ChangeLanguage,
    Collect,
    Course,
    Decided,
    Effect,
    Left,
    LookAtQueues,
    OpenCase,
    Reply,
    Verify,
    WentInCirclesError,
)
from ivr.machine import CheckResult, Keep, Keyed, NoInput, Say
from ivr.rulebook import Rulebook
from ivr.spoken import digits
from routing.conditions import Condition, Range
from routing.destinations import (
    Destination,
    Priority,
    Route,
    ToCallback,
    ToExtension,
    ToHangup,
    ToMenu,
    ToNumber,
    ToQueue,
    ToRules,
    ToSurvey,
    ToTracking,
    ToVoicemail,
)
from routing.facts import Caller, QueueFacts
from routing.indexing import index_rules
from routing.rules import Policy, Rule, RuleList, Variable
from routing.sights import see
from tests.sample import FACTS, POLICY

T = TypeVar("T")
E = TypeVar("E", bound=Effect)

TRACKING: Final = "12345678" + damm.calc_check_digit("12345678")
SILENCE: Final = ""
"""In a script of keys: nothing is pressed."""

KEPT: Final = CheckResult(holds=True, say=("we-will-call-you-back",))
WRONG: Final = CheckResult(holds=False, say=("callback-number-wrong",))


@dataclass
class Driver:
    """Answers a course by script, and remembers what it asked for.

    Attributes:
        keys: What is pressed, in turn; silence when there is nothing left.
        checks: What comes of looking up and putting down, in turn.
        tracking: The number that a request gets; None if it cannot be opened.
        queues: How queues stand.
    """

    keys: Sequence[str] = ()
    checks: Sequence[CheckResult] = ()
    tracking: str | None = TRACKING
    queues: Mapping[str, QueueFacts] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    _pressed: int = 0
    _checked: int = 0

    def drive(self, going: Generator[Effect, Reply, T]) -> T:
        """Do what is asked for, to the end."""
        reply: Reply = None
        while True:
            try:
                effect = going.send(reply)
            except StopIteration as end:
                result: T = end.value
                return result
            self.effects.append(effect)
            reply = self._reply(effect)

    def asked(self, kind: type[E]) -> list[E]:
        """The effects of one kind, in order."""
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def _reply(self, effect: Effect) -> Reply:
        match effect:
            case Collect():
                self._pressed += 1
                keys = self.keys[self._pressed - 1 : self._pressed]
                return Keyed(keys[0]) if keys and keys[0] else NoInput()
            case Verify():
                self._checked += 1
                return self.checks[self._checked - 1]
            case OpenCase():
                return self.tracking
            case LookAtQueues():
                return self.queues
        return None


def course(policy: Policy = POLICY) -> Course:
    """A call that has just come in."""
    return Course(Rulebook.of(policy), FACTS)


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
        ToVoicemail("messages"),
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
    assert driver.effects == [
        ChangeLanguage("en"),
        Say(("hello",)),
        OpenCase("arrival"),
        Say(("tracking-number-is", *digits(TRACKING, "en"))),
    ]
    assert (going.priority, going.music) == (Priority(10, rise=1), "jazz")
    assert going.variables == {"SITE_A": "1"}
    assert going.facts.language == "en"


def test_a_request_that_cannot_be_opened_is_not_promised() -> None:
    """The call goes on without a number being read out."""
    driver = Driver(tracking=None)
    route = Route(ToQueue("support"), open_case=True)
    assert driver.drive(course().follow(route)) == ToQueue("support")
    assert driver.effects == [OpenCase("arrival")]


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


def test_a_key_of_a_menu_leads_on() -> None:
    """What was pressed is a fact from then on, and the journal learns why the menu was left."""
    going, driver = course(), Driver(["7", "42"])
    assert driver.drive(going.follow(Route(ToMenu("welcome")))) == ToExtension("201")
    assert [type(effect) for effect in driver.effects] == [Collect, Say, Collect, Left]
    assert driver.asked(Left) == [Left("welcome", "key 42", Route(ToExtension("201")))]
    assert going.facts.keyed == {"welcome": "42"}
    assert going.stage == "menu welcome"


@pytest.mark.parametrize(
    ("keys", "why"),
    [([], "silence"), (["7", "7"], "wrong key"), ([SILENCE, "7", "7"], "wrong key")],
)
def test_a_menu_without_an_answer_leads_on_too(keys: list[str], why: str) -> None:
    """By its own ways out."""
    driver = Driver(keys)
    assert driver.drive(course().follow(Route(ToMenu("welcome")))) == ToQueue("reception")
    assert driver.asked(Left) == [Left("welcome", why, Route(ToQueue("reception")))]


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
    driver = Driver(queues={"support": QueueFacts(waiting=4)})
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


def test_a_request_is_looked_up() -> None:
    """Its state is said, and the call goes where the rules say."""
    found = CheckResult(holds=True, say=("tracking-state-new",))
    going, driver = course(), Driver([TRACKING, "42"], [found])
    assert driver.drive(going.follow(Route(ToTracking()))) == ToExtension("201")
    assert driver.asked(Verify) == [Verify("tracking", TRACKING)]
    assert Say(("tracking-state-new",)) in driver.effects
    assert [left.dialogue for left in driver.asked(Left)] == ["tracking", "welcome"]
    assert "tracking" not in going.facts.keyed


def test_a_caller_with_a_number_is_called_back_there() -> None:
    """Nothing is asked: the number is put down, and the caller hears so."""
    going, driver = course(), Driver(checks=[KEPT])
    assert driver.drive(going.follow(Route(ToCallback()))) == ToHangup()
    assert driver.effects == [Verify("callback", "+989121234567"), Say(KEPT.say)]
    assert going.stage == "callback"


@pytest.mark.parametrize("number", ["+989121234567", None])
def test_who_has_no_number_that_can_be_called_is_asked_for_one(number: str | None) -> None:
    """One that is no number is called so, and asked for again."""
    going = course()
    going.facts = replace(FACTS, caller=Caller("", "", number))
    refused = [WRONG] if number else []
    driver = Driver(["42", "09121234567", "02191000000"], [*refused, WRONG, KEPT])
    assert driver.drive(going.follow(Route(ToCallback()))) == ToHangup()
    keyed = [each.value for each in driver.asked(Verify)]
    assert keyed == [*([number] if number else []), "09121234567", "02191000000"]
    assert driver.effects[-2:] == [Say(KEPT.say), Left("callback", "finished", Route(ToHangup()))]
    assert "callback" not in going.facts.keyed


def test_who_keys_no_number_is_helped_by_a_person() -> None:
    """In the fallback queue."""
    going = course()
    going.facts = replace(FACTS, caller=Caller("", "", None))
    assert Driver().drive(going.follow(Route(ToCallback()))) == ToQueue("reception")


def test_a_survey_keeps_each_answer() -> None:
    """In order; what was keyed there is no fact for rules."""
    going, driver = course(), Driver(["10", "1"])
    driver.drive(going.ask_survey("satisfaction"))
    assert driver.asked(Keep) == [Keep("score", "10"), Keep("solved", "yes")]
    assert going.stage == "survey satisfaction"
    assert going.facts.keyed == {}


def test_a_menu_may_be_called_like_a_dialogue_of_ours() -> None:
    """What is keyed as a tracking number is not taken for a key of the menu."""
    menu = replace(POLICY.menus["welcome"], id="tracking")
    going = course(replace(POLICY, menus={**POLICY.menus, "tracking": menu}))
    found = CheckResult(holds=True, say=("tracking-state-new",))
    driver = Driver(["3", TRACKING, "42"], [found])
    driver.drive(going.follow(Route(ToMenu("tracking"))))
    assert going.facts.keyed == {"tracking": "3", "welcome": "42"}


def test_rules_that_lead_round_come_to_an_end() -> None:
    """Without a caller's help nothing would stop them."""
    policy = with_rules(
        one=[((), Route(ToRules("two")))], two=[((), Route(ToRules("one"), say=("hello",)))]
    )
    driver = Driver()
    with pytest.raises(WentInCirclesError, match=f"more than {MOST_MOVES} menus and rule lists"):
        driver.drive(course(policy).follow(Route(ToRules("one"))))
    assert len(driver.asked(Decided)) == MOST_MOVES


def test_a_driver_that_answers_wrongly_is_told() -> None:
    """A programming mistake of ours, not a caller's."""
    going = course().follow(Route(ToMenu("welcome")))
    assert isinstance(next(going), Collect)
    with pytest.raises(TypeError, match="a dialogue goes on with an event"):
        going.send("42")


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
