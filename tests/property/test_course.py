"""Random menus and rules, random callers: every call comes to an end."""

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from stdnum import damm

from ivr.course import (
    MOST_MOVES,
    Collect,
    Course,
    Decided,
    Effect,
    Ending,
    Left,
    LookAtQueues,
    OpenCase,
    Reply,
    Verify,
    WentInCirclesError,
)
from ivr.machine import CheckResult, Keep, Keyed, NoInput, Say
from ivr.rulebook import Rulebook
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
from routing.dialogues import KeyChoice, Menu, Patience, Tracking
from routing.facts import Caller, QueueFacts
from routing.indexing import index_rules
from routing.rules import Policy, Rule, RuleList
from tests.sample import FACTS, POLICY

MENUS = ("one", "two", "tracking")
LISTS = ("first", "second")
KEYS = ("1", "2", "12", "*")
MOST_ROUNDS = 3 + 3 + 1
"""Questions of one menu: its repetitions for silence, for wrong keys, and once."""

MOST_EFFECTS = MOST_MOVES * (MOST_ROUNDS * 3 + 10)
"""A question, a word and a check each round; a few more for what is done on the way."""

ENDINGS: tuple[Destination, ...] = (
    ToQueue("support"),
    ToVoicemail("messages"),
    ToSurvey("satisfaction"),
    ToExtension("201"),
    ToNumber("+442079460000"),
    ToHangup(),
)
WAYS_ON: tuple[Destination, ...] = (
    *(ToMenu(menu) for menu in MENUS),
    *(ToRules(rules) for rules in LISTS),
    ToTracking(),
    ToCallback(),
)


def routes() -> st.SearchStrategy[Route]:
    """Ways on more often than ends, so that calls wander."""
    return st.builds(
        Route,
        st.sampled_from(WAYS_ON + ENDINGS),
        language=st.sampled_from([None, None, "fa", "en"]),
        say=st.lists(st.just("hello"), max_size=1).map(tuple),
        open_case=st.booleans(),
        priority=st.none() | st.builds(Priority, st.integers(0, 9)),
        music=st.sampled_from([None, "jazz"]),
        variables=st.lists(st.just(("A", "1")), max_size=1).map(tuple),
    )


def menus(id_: str) -> st.SearchStrategy[Menu]:
    """A menu whose keys lead anywhere."""
    patience = st.builds(Patience, st.integers(0, 3), routes())
    choices = st.lists(st.sampled_from(KEYS), min_size=1, unique=True).flatmap(
        lambda keys: st.tuples(
            *(st.builds(KeyChoice, st.just(key), st.none(), routes()) for key in keys)
        )
    )
    return st.builds(
        Menu,
        st.just(id_),
        st.just(("hello",)),
        choices,
        patience,
        patience,
        st.just(6.0),
        st.just(3.0),
    )


def rule_lists(id_: str) -> st.SearchStrategy[RuleList]:
    """Rules that ask for what changes on the way: keys, languages, queues."""
    conditions = st.sampled_from(
        [
            *(Condition("keyed", menu, (key,)) for menu in MENUS for key in (*KEYS, "none")),
            *(Condition("language", None, (language,)) for language in ("fa", "en")),
            Condition("queue.waiting", "support", (Range(5, None, ">=5"), "unavailable")),
        ]
    )
    rules = st.lists(st.tuples(conditions, routes()), max_size=4)
    return st.builds(lambda some, last: _listed(id_, some, last), rules, routes())


def _listed(id_: str, rules: list[tuple[Condition, Route]], last: Route) -> RuleList:
    pairs = [*(((condition,), then) for condition, then in rules), ((), last)]
    made = tuple(
        Rule(f"rule-{number}", when, then, "f", number) for number, (when, then) in enumerate(pairs)
    )
    return RuleList(id_, made, index_rules([rule.when for rule in made]), ("support",))


def policies() -> st.SearchStrategy[Policy]:
    """Any policy, also one that the checks would refuse for its loops."""
    return st.builds(
        replace,
        st.just(POLICY),
        menus=st.fixed_dictionaries({id_: menus(id_) for id_ in MENUS}),
        rules=st.fixed_dictionaries({id_: rule_lists(id_) for id_ in LISTS}),
        tracking=st.builds(Tracking, st.integers(1, 3), routes(), routes()),
    )


def replies(data: st.DataObject, effect: Effect) -> Reply:
    """What any caller, any store and any queue may answer."""
    match effect:
        case Collect():
            good = "12345678" + damm.calc_check_digit("12345678")
            pressed = st.sampled_from([*KEYS, good, "09121234567", "7"]) | st.text("0123456789*#")
            return data.draw(st.just(NoInput()) | pressed.map(Keyed))
        case Verify():
            return CheckResult(holds=data.draw(st.booleans()), say=("goodbye",))
        case OpenCase():
            return data.draw(st.none() | st.just("123456789"))
        case LookAtQueues(queues):
            known: Mapping[str, QueueFacts] = {queue: QueueFacts(waiting=7) for queue in queues}
            return known if data.draw(st.booleans()) else {}
    return None


@given(policies(), routes(), st.sampled_from(["+989121234567", None]), st.data())
def test_every_call_ends_at_a_destination_or_is_stopped(
    policy: Policy, start: Route, number: str | None, data: st.DataObject
) -> None:
    """Within bounds, and with no other exception; and what it asked for makes sense."""
    course = Course(Rulebook.of(policy), replace(FACTS, caller=Caller("", "", number)))
    effects, ending = _walk(course, start, data)
    assert len(effects) <= MOST_EFFECTS
    assert not any(isinstance(effect, Keep) for effect in effects)
    if ending is not None:
        assert ending in (*ENDINGS, ToQueue("reception"))
        moves = sum(isinstance(effect, Decided | Left) for effect in effects)
        assert moves < MOST_MOVES
    for effect in effects:
        if isinstance(effect, Say | Collect):
            assert effect.prompts
    assert set(course.facts.keyed) <= set(MENUS)


def _walk(course: Course, start: Route, data: st.DataObject) -> tuple[list[Effect], Ending | None]:
    """Everything that was asked for, and where it ended; None if it was stopped."""
    effects: list[Effect] = []
    going, reply = course.follow(start), None
    try:
        while len(effects) <= MOST_EFFECTS:
            effects.append(going.send(reply))
            reply = replies(data, effects[-1])
    except StopIteration as end:
        ending: Ending = end.value
        return effects, ending
    except WentInCirclesError:
        moves = sum(isinstance(effect, Decided | Left | Verify) for effect in effects)
        assert moves >= MOST_MOVES
    return effects, None
