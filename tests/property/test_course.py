"""Random menus, rules and dialogues, random callers, random worlds: every call comes to an end."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from functools import partial
from random import Random
from typing import Final, TypeVar

from hypothesis import given
from hypothesis import strategies as st
from stdnum import damm

from ivr.course import MOST_MOVES, Course, WentInCirclesError
from ivr.effects import (
    BeginSurvey,
    CheckCode,
    CheckPin,
    Collect,
    Decided,
    Effect,
    Failed,
    FindCase,
    FindPlace,
    FoundCase,
    KeepRecording,
    Keyed,
    Left,
    LookAtQueues,
    MayAsk,
    NoInput,
    OpenCase,
    PutDown,
    PutDownCallback,
    Record,
    Reply,
    Say,
    SendCode,
    SendText,
    Taped,
    TurnAway,
)
from ivr.rulebook import Rulebook
from routing.destinations import Route
from routing.facts import CustomerFacts, CustomerStatus, Facts, QueueFacts
from routing.waits import Place, wait_range
from tests.property.dialogues import (
    ARRIVALS,
    CASE,
    ENTRIES,
    LANGUAGES,
    MENUS,
    WAYS_ON,
    Making,
    most_in_survey,
    most_questions,
)
from tests.sample import FACTS

T = TypeVar("T")

TRACKING: Final = "12345678" + damm.calc_check_digit("12345678")

EFFECTS_PER_QUESTION: Final = 3
"""Itself, a look into the world, and what is done or said about it."""

EFFECTS_PER_MOVE: Final = 30
"""What is done without a question: routes, decisions, recordings and what is told of them."""


class HangUpError(Exception):
    """The caller is gone."""


FAILED: Final = tuple(Failed)
WORLD: Final[Mapping[type[Effect], Callable[[Random], Reply]]] = {
    Record: lambda luck: Taped(luck.choice([0.0, 0.9, 1.0, 30.0])),
    KeepRecording: lambda luck: luck.random() < 0.9,
    FindCase: lambda luck: luck.choice(
        [
            *FAILED,
            None,
            *(FoundCase("new", is_callers=own, agent=a) for own in (0, 1) for a in (None, "sara")),
        ]
    ),
    CheckPin: lambda luck: luck.choice([*FAILED, True, False]),
    SendCode: lambda luck: luck.choice([*FAILED, True, True, True]),
    CheckCode: lambda luck: luck.choice([*FAILED, True, False]),
    SendText: lambda luck: luck.random() < 0.5,
    PutDownCallback: lambda luck: luck.choice([*FAILED, PutDown(), PutDown(joined=True)]),
    OpenCase: lambda luck: luck.choice([TRACKING, None]),
    LookAtQueues: lambda luck: luck.choice(
        [{}, *({"support": QueueFacts(waiting=n, agents=2)} for n in (0, 2, 7))]
    ),
    FindPlace: lambda luck: Place(
        luck.choice([None, 0, 3, 2000]), luck.choice([None, *map(partial(wait_range, 4), (20, 99))])
    ),
    BeginSurvey: lambda luck: luck.choice(list(MayAsk)),
}
"""Every reply that there may be."""


NUMBERS: Final = (
    *("0", "*", "1234", "111111", TRACKING, "14051201", "24112026"),
    *("09351112233", "00442079460958"),
)
"""What is keyed where any digits may be an answer."""


def keyed(luck: Random, asked: Collect) -> Reply:
    """What any caller may key: an answer more often than not."""
    wanted = asked.input
    if wanted.choices:
        answers = (*sorted(wanted.choices), "0", "*")
    elif wanted.has_point:
        answers = ("9*50", "12", "0", "*")
    else:
        answers = NUMBERS
    nonsense = "".join(luck.choices("0123456789*#", k=luck.randrange(25)))
    keys = luck.choice([luck.choice(answers), luck.choice(answers), nonsense])
    return Keyed(keys) if keys and luck.random() < 0.9 else NoInput()


def walk(
    course: Course, going: Generator[Effect, Reply, T], luck: Random, patience: int
) -> tuple[list[Effect], T | None]:
    """Everything that was asked for, and what came of it; None if it was stopped.

    The caller hangs up at the question or word number `patience`, if the call lasts so long.
    """
    effects: list[Effect] = []
    reply: Reply = None
    try:
        while True:
            effects.append(going.send(reply))
            check_effect(course, effects[-1])
            if len(effects) > patience:
                going.throw(HangUpError())
            tell = WORLD.get(type(effects[-1]))
            reply = None if tell is None else tell(luck)
            if isinstance(effects[-1], Collect):
                reply = keyed(luck, effects[-1])
    except StopIteration as end:
        result: T = end.value
        return effects, result
    except (HangUpError, WentInCirclesError):
        return effects, None


def check_effect(course: Course, effect: Effect) -> None:
    """Something is said, and all of it is in the catalogue in the language of the call."""
    if not isinstance(effect, Say | Collect):
        return
    assert effect.prompts
    language = course.facts.language
    silent = [each for each in effect.prompts if course.book.catalogue.text(each, language) is None]
    assert not silent


SEEDS: Final = st.integers(0, 2**32)
HANG_UPS: Final = st.sampled_from([10**6, 10**6, 3, 20])
CALLS: Final = st.builds(
    lambda number, language, proven, owner: replace(
        FACTS,
        caller=replace(FACTS.caller, number=number),
        language=language,
        proven=proven,
        customer=CustomerFacts(CustomerStatus.KNOWN, last_agent="mina", owner=owner),
    ),
    st.sampled_from(["+989121234567", "+442079460958", None]),
    st.sampled_from(LANGUAGES),
    st.booleans(),
    st.sampled_from([None, "sara", "gone"]),
)


@given(CALLS, SEEDS, HANG_UPS)
def test_every_call_ends_at_a_destination_within_its_ceiling(
    facts: Facts, seed: int, patience: int
) -> None:
    """Or is stopped after `MOST_MOVES`; with no other exception. From everywhere.

    A call asks at most `MOST_MOVES` times as many questions as the longest dialogue and a new
    tracking number do together.
    """
    luck = Random(seed)  # noqa: S311  rules and callers, no secrets
    policy = Making(luck).policy()
    book = Rulebook.of(policy)
    for start in WAYS_ON:
        course = Course(book, facts)
        effects, ending = walk(course, course.follow(Route(start)), luck, patience)
        assert ending is None or ending in ARRIVALS
        questions = sum(isinstance(effect, Collect) for effect in effects)
        assert questions <= MOST_MOVES * (most_questions(policy) + CASE)
        assert len(effects) <= EFFECTS_PER_QUESTION * questions + EFFECTS_PER_MOVE * MOST_MOVES
        moves = sum(isinstance(effect, Decided | Left | TurnAway) for effect in effects)
        assert moves <= MOST_MOVES
        check_keyed(course)


def check_keyed(course: Course) -> None:
    """Rules see what was keyed into menus and entries, and no secret."""
    entries = course.book.policy.entries.values()
    secret = {entry.id for entry in entries if entry.secret}
    assert set(course.facts.keyed) <= {*MENUS, *ENTRIES} - secret


@given(CALLS, SEEDS)
def test_no_dialogue_asks_for_ever(facts: Facts, seed: int) -> None:
    """From one move to the next there are as many questions as the longest dialogue has."""
    luck = Random(seed)  # noqa: S311  rules and callers, no secrets
    policy = Making(luck).policy()
    book = Rulebook.of(policy)
    for start in WAYS_ON:
        course, asked = Course(book, facts), [0]
        going = _counted(course.follow(Route(start)), asked)
        walk(course, going, luck, 10**6)
        assert max(asked) <= most_questions(policy) + CASE


def _counted(going: Generator[Effect, Reply, T], asked: list[int]) -> Generator[Effect, Reply, T]:
    """The same, but that the questions of each move are counted."""
    reply: Reply = None
    while True:
        try:
            effect = going.send(reply)
        except StopIteration as end:
            result: T = end.value
            return result
        if isinstance(effect, Decided | Left | TurnAway):
            asked.append(0)
        asked[-1] += isinstance(effect, Collect)
        reply = yield effect


@given(CALLS, SEEDS, HANG_UPS)
def test_every_survey_ends_within_its_ceiling(facts: Facts, seed: int, patience: int) -> None:
    """Whatever is answered, and whether or not."""
    luck = Random(seed)  # noqa: S311  rules and callers, no secrets
    policy = Making(luck).policy()
    course = Course(Rulebook.of(policy), facts)
    effects, _ = walk(course, course.survey("satisfaction"), luck, patience)
    questions = sum(isinstance(effect, Collect) for effect in effects)
    assert questions <= most_in_survey(policy.surveys["satisfaction"])
    assert course.facts.keyed == {}
