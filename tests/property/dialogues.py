"""Random menus, rules and dialogues, and how many questions each may ask at most."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from decimal import Decimal
from typing import Final

from hypothesis import strategies as st

from ivr.machine import MOST_REPEATS
from ivr.recording import MOST_TAKES
from routing.conditions import Condition, Range
from routing.currencies import CURRENCIES
from routing.destinations import (
    Destination,
    Priority,
    Route,
    ToAgent,
    ToCallback,
    ToEntry,
    ToExtension,
    ToHangup,
    ToMenu,
    ToNumber,
    ToProof,
    ToQueue,
    ToRules,
    ToSurvey,
    ToTracking,
    ToVoicemail,
)
from routing.dialogues import (
    AnswerCondition,
    Callbacks,
    Entry,
    EntryKind,
    KeyChoice,
    Mailbox,
    Menu,
    Patience,
    Proof,
    Survey,
    SurveyQuestion,
    Tracking,
)
from routing.indexing import index_rules
from routing.rules import Hours, OpenSpan, Policy, Rule, RuleList, Variable
from tests.sample import POLICY, TEHRAN

MENUS: Final = ("one", "two", "tracking")
ENTRIES: Final = ("account", "case")
LISTS: Final = ("first", "second")
KEYS: Final = ("0", "1", "2", "12", "123", "*")
LANGUAGES: Final = ("fa", "en", "lv")

ENDINGS: Final[tuple[Destination, ...]] = (
    ToQueue("support"),
    ToVoicemail("messages"),
    ToSurvey("satisfaction"),
    ToExtension("201"),
    ToNumber("+442079460000"),
    ToHangup(),
)
WAYS_ON: Final[tuple[Destination, ...]] = (
    *(ToMenu(menu) for menu in MENUS),
    *(ToRules(rules) for rules in LISTS),
    *(ToEntry(entry) for entry in ENTRIES),
    ToTracking(),
    ToCallback(),
    ToProof(),
)

SAYS: Final = st.lists(st.just("hello"), max_size=1).map(tuple)
TRIES: Final = st.integers(1, 4)
SECONDS: Final = st.sampled_from([0.5, 6.0])

ROUTES: Final = st.builds(
    Route,
    st.sampled_from(WAYS_ON + ENDINGS),
    language=st.sampled_from([None, None, *LANGUAGES]),
    say=SAYS,
    open_case=st.booleans(),
    priority=st.none() | st.builds(Priority, st.integers(0, 9)),
    music=st.sampled_from([None, "jazz"]),
    variables=st.lists(st.just(("SITE_A", "1")), max_size=1).map(tuple),
    pace=st.sampled_from([None, "slow", "normal"]),
)
"""Ways on more often than ends, so that calls wander."""

PATIENCE: Final = st.builds(Patience, st.integers(0, 3), ROUTES, SAYS)
CHOICES: Final = st.lists(st.sampled_from(KEYS), min_size=1, unique=True).flatmap(
    lambda keys: st.tuples(
        *(st.builds(KeyChoice, st.just(key), st.none() | st.just("hello"), ROUTES) for key in keys)
    )
)


def _menus(id_: str) -> st.SearchStrategy[Menu]:
    say = st.just(("hello",))
    timing = (SECONDS, SECONDS, st.booleans())
    return st.builds(Menu, st.just(id_), say, CHOICES, PATIENCE, PATIENCE, *timing)


def _entries(id_: str) -> st.SearchStrategy[Entry]:
    return st.builds(
        Entry,
        id=st.just(id_),
        say=st.just(("hello",)),
        kind=st.sampled_from(EntryKind),
        shortest=st.integers(1, 4),
        longest=st.integers(5, 20),
        checksum=st.sampled_from([None, "damm", "luhn", "verhoeff", "iso7064"]),
        least=st.none() | st.just(Decimal(1)),
        most=st.none() | st.just(Decimal("9.5")),
        currency=st.none() | st.sampled_from(CURRENCIES),
        secret=st.booleans(),
        confirm=st.booleans(),
        tries=TRIES,
        variable=st.sampled_from([None, "SITE_A"]),
        then=ROUTES,
        otherwise=ROUTES,
        first_key_seconds=SECONDS,
        between_keys_seconds=SECONDS,
    )


CONDITIONS: Final = st.sampled_from(
    [
        *(Condition("keyed", menu, (key,)) for menu in MENUS for key in (*KEYS, "none")),
        *(Condition("language", None, (language,)) for language in LANGUAGES),
        Condition("queue.waiting", "support", (Range(5, None, ">=5"), "unavailable")),
        Condition("variable", "a", ("1",)),
    ]
)


def rule_list(id_: str, rules: Sequence[tuple[Sequence[Condition], Route]]) -> RuleList:
    """A list of these rules; all of it may look at the queue `support`."""
    made = tuple(
        Rule(f"rule-{place}", tuple(when), then, "f", place)
        for place, (when, then) in enumerate(rules)
    )
    return RuleList(id_, made, index_rules([rule.when for rule in made]), ("support",))


def _rule_lists(id_: str) -> st.SearchStrategy[RuleList]:
    some = st.lists(st.tuples(st.tuples(CONDITIONS), ROUTES), max_size=4)
    return st.builds(lambda rules, last: rule_list(id_, [*rules, ((), last)]), some, ROUTES)


LOW: Final = AnswerCondition("score", (Range(None, 5, "..5"),))
QUESTIONS: Final = st.tuples(
    st.builds(
        SurveyQuestion,
        st.just("score"),
        st.just("hello"),
        st.tuples(st.integers(0, 1), st.integers(2, 10)),
        st.just({}),
    ),
    st.builds(
        SurveyQuestion,
        st.just("why"),
        st.just("hello"),
        st.none(),
        st.just({"1": "price", "12": "time"}),
        when=st.sampled_from([(), (LOW,)]),
    ),
    st.builds(
        SurveyQuestion,
        st.just("comment"),
        st.just("hello"),
        st.none(),
        st.just({}),
        record=st.just(60),
    ),
)
SURVEYS: Final = st.builds(
    Survey,
    st.just("satisfaction"),
    QUESTIONS,
    st.integers(0, 3),
    SECONDS,
    SECONDS,
    consent=st.none() | st.just("hello"),
    again_after_days=st.none() | st.just(30),
    alert=st.sampled_from([(), (LOW,)]),
)
MAILBOXES: Final = st.builds(
    Mailbox, st.just("messages"), SAYS, st.just(60), st.none() | st.just(5), st.booleans()
)
TRACKINGS: Final = st.builds(
    Tracking,
    TRIES,
    ROUTES,
    ROUTES,
    identified=st.booleans(),
    agent_ring=st.none() | st.just(20),
    agent_otherwise=ROUTES,
    note=st.none() | st.just(60),
    sms=st.booleans(),
)
CALLBACKS: Final = st.builds(
    Callbacks,
    st.sampled_from([("IR",), ("IR", "GB", "LV", "US")]),
    st.booleans(),
    st.none() | st.just("always"),
    st.sampled_from([900, 7200]),
    st.integers(1, 7),
    TRIES,
    ROUTES,
    ROUTES,
)
PROOFS: Final = st.builds(
    Proof,
    st.integers(4, 8),
    st.just(300),
    TRIES,
    st.just(3),
    st.just(100),
    ROUTES,
    ROUTES,
)

_ALWAYS: Final = Hours("always", ((OpenSpan(time(), time()),),) * 7, None, (), TEHRAN)
_BUSINESS: Final = replace(POLICY.business, languages=LANGUAGES)

POLICIES: Final = st.builds(
    replace,
    st.just(
        replace(
            POLICY,
            business=_BUSINESS,
            hours={"always": _ALWAYS},
            prompts={"hello": dict.fromkeys(LANGUAGES, "x")},
            variables={"a": Variable("a", "SITE_A", None, ())},
        )
    ),
    menus=st.fixed_dictionaries({id_: _menus(id_) for id_ in MENUS}),
    entries=st.fixed_dictionaries({id_: _entries(id_) for id_ in ENTRIES}),
    rules=st.fixed_dictionaries({id_: _rule_lists(id_) for id_ in LISTS}),
    surveys=st.fixed_dictionaries({"satisfaction": SURVEYS}),
    mailboxes=st.fixed_dictionaries({"messages": MAILBOXES}),
    tracking=TRACKINGS,
    callbacks=CALLBACKS,
    proof=PROOFS,
    person=ROUTES,
)
"""Any policy, also one that the checks would refuse for its loops."""

ARRIVALS: Final = (*ENDINGS, ToAgent("sara"))
"""Where calls may end: the look-up leads to an agent besides."""

_CHOICE: Final = 3 + MOST_REPEATS
"""A question of the program's own, repeated once for silence and once for a wrong key."""

REVIEWS: Final = MOST_TAKES * MOST_TAKES * _CHOICE
"""Of one recording: each take may be heard so often."""

CASE: Final = 1 + MOST_REPEATS
"""A new tracking number, told once and again."""


def most_questions(policy: Policy) -> int:
    """How many questions the longest dialogue of a policy may ask."""
    tracking, callbacks = policy.tracking, policy.callbacks
    menus = (
        m.silence.repeat + m.wrong_key.repeat + 1 + MOST_REPEATS for m in policy.menus.values()
    )
    entries = (e.tries * (e.tries + MOST_REPEATS + _CHOICE) for e in policy.entries.values())
    look_up = 2 * (tracking.tries + MOST_REPEATS) + CASE + REVIEWS
    number = callbacks.tries * (callbacks.tries + MOST_REPEATS + _CHOICE)
    callback = _CHOICE + number + _CHOICE + 5 + MOST_REPEATS
    return max(*menus, *entries, look_up, callback, policy.proof.tries + MOST_REPEATS, REVIEWS)


def most_in_survey(survey: Survey) -> int:
    """How many questions a survey may ask."""
    return _CHOICE + len(survey.questions) * (survey.repeat + 1 + MOST_REPEATS)
