"""Random rules of every kind, for calls that are rehearsed and served."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from hypothesis import strategies as st

from routing.conditions import Condition, Range
from routing.destinations import (
    Destination,
    Priority,
    Route,
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
from routing.rules import (
    Announcements,
    DialledNumber,
    Gate,
    Policy,
    Preference,
    Queue,
    Rule,
    RuleList,
    Variable,
)
from tests.sample import POLICY

NUMBER: Final = "+982191000000"
"""The number of the business."""

QUEUE_KEY: Final = "1"
"""By which callers may leave every queue."""

DESTINATIONS: list[Destination] = [
    ToQueue("support"),
    ToQueue("reception"),
    ToMenu("first"),
    ToMenu("second"),
    ToRules("early"),
    ToRules("late"),
    ToTracking(),
    ToTracking(),
    ToEntry("account"),
    ToEntry("secret"),
    ToEntry("payment"),
    ToProof(),
    ToVoicemail("messages"),
    ToVoicemail("messages"),
    ToCallback(),
    ToCallback(),
    ToSurvey("satisfaction"),
    ToExtension("201"),
    ToNumber("+442079460000"),
    ToHangup(),
    ToHangup(17),
]


TALKATIVE: Final[list[Destination]] = [
    ToTracking(),
    ToEntry("account"),
    ToEntry("secret"),
    ToEntry("payment"),
    ToProof(),
    ToVoicemail("messages"),
    ToCallback(),
    ToSurvey("satisfaction"),
]
"""Destinations at which callers are asked something."""


def routes(destinations: list[Destination] = DESTINATIONS) -> st.SearchStrategy[Route]:
    """Any route of the language."""
    return st.builds(
        Route,
        to=st.sampled_from(destinations),
        language=st.sampled_from([None, None, "fa", "en"]),
        say=st.sampled_from([(), (), ("hello",), ("hello", "not-a-choice")]),
        open_case=st.sampled_from([False, False, True]),
        priority=st.sampled_from([None, Priority(7), Priority(5, rise=5, every=30, highest=40)]),
        music=st.sampled_from([None, None, "jazz"]),
        variables=st.sampled_from([(), (("SITE_REGION", "north"),)]),
        pace=st.sampled_from([None, None, "normal", "slow"]),
    )


def patience() -> st.SearchStrategy[Patience]:
    """What a silent caller gets."""
    return st.builds(
        Patience, st.integers(0, 2), routes(), st.sampled_from([(), ("hello",), ("not-a-choice",)])
    )


def menus(id_: str) -> st.SearchStrategy[Menu]:
    """A menu with some keys."""
    keys = st.lists(
        st.sampled_from(["1", "2", "12", "*", "0"]), min_size=1, max_size=3, unique=True
    )
    choices = keys.flatmap(
        lambda chosen: st.tuples(
            *(st.builds(KeyChoice, st.just(key), st.just(None), routes()) for key in chosen)
        )
    )
    return st.builds(
        Menu,
        id=st.just(id_),
        say=st.sampled_from([("hello",), ("hello", "not-a-choice")]),
        keys=choices,
        silence=patience(),
        wrong_key=patience(),
        first_key_seconds=st.just(4.0),
        between_keys_seconds=st.just(2.0),
        early_keys=st.booleans(),
    )


CONDITIONS = [
    Condition("hours", "office", ("open",)),
    Condition("customer", None, ("known",)),
    Condition("customer.segment", None, ("gold", "unavailable")),
    Condition("contract", None, ("running",)),
    Condition("case.open", None, ("true",)),
    Condition("language", None, ("en",)),
    Condition("caller.country", None, ("IR",)),
    Condition("caller.proven", None, ("true",)),
    Condition("keyed", "first", ("1", "12")),
    Condition("keyed", "account", ("1111",)),
    Condition("queue.agents", "support", (Range(1, None, ">0"),)),
    Condition("queue.waiting", "reception", ("unavailable",)),
    Condition("share", "trial", (Range(0, 4999, "50%"),)),
    Condition("variable", "region", ("north",)),
]


def rule_lists(id_: str) -> st.SearchStrategy[RuleList]:
    """Some rules, and one for everyone."""
    whens = st.lists(
        st.tuples(
            st.lists(st.sampled_from(CONDITIONS), min_size=1, max_size=2, unique=True), routes()
        ),
        max_size=4,
    )
    return st.builds(lambda given, last: _rule_list(id_, given, last), whens, routes())


def _rule_list(id_: str, given: list[tuple[list[Condition], Route]], last: Route) -> RuleList:
    rows = [*given, ([], last)]
    rules = [
        Rule(f"rule-{place}", tuple(when), then, "rules.yaml", place)
        for place, (when, then) in enumerate(rows)
    ]
    asked = [each for when, _ in rows for each in when if each.fact.startswith("queue.")]
    queues = dict.fromkeys(each.argument for each in asked if each.argument is not None)
    return RuleList(id_, tuple(rules), index_rules([each.when for each in rules]), tuple(queues))


def entries() -> st.SearchStrategy[tuple[Entry, ...]]:
    """An account, a secret and an amount."""
    return st.tuples(
        _entry("account", EntryKind.DIGITS),
        _entry("secret", EntryKind.DIGITS),
        _entry("payment", EntryKind.AMOUNT),
    )


def _entry(id_: str, kind: EntryKind) -> st.SearchStrategy[Entry]:
    is_amount, is_secret = kind is EntryKind.AMOUNT, id_ == "secret"
    return st.builds(
        Entry,
        id=st.just(id_),
        say=st.just(("hello",)),
        kind=st.just(kind),
        shortest=st.just(1 if is_amount else 4),
        longest=st.just(6),
        checksum=st.just(None),
        least=st.just(Decimal(2)) if is_amount else st.none(),
        most=st.none(),
        currency=st.just("EUR") if is_amount else st.none(),
        secret=st.just(is_secret),
        confirm=st.booleans().map(lambda confirmed: confirmed and not is_secret),
        tries=st.integers(1, 3),
        variable=st.sampled_from([None, "SITE_KEYED"]),
        then=routes(),
        otherwise=routes(),
        first_key_seconds=st.just(4.0),
        between_keys_seconds=st.just(2.0),
    )


LONGEST_RING: Final = 45


def trackings() -> st.SearchStrategy[Tracking]:
    """Look-ups that offer this or that."""
    return st.builds(
        Tracking,
        tries=st.integers(1, 3),
        found_then=routes(),
        not_found_then=routes(),
        identified=st.booleans(),
        agent_ring=st.sampled_from([None, LONGEST_RING]),
        agent_otherwise=routes(),
        note=st.sampled_from([None, 30]),
        sms=st.booleans(),
    )


def callbacks() -> st.SearchStrategy[Callbacks]:
    """Callbacks with times to choose from, or without."""
    return st.builds(
        Callbacks,
        countries=st.sampled_from([("IR",), ("IR", "GB")]),
        premium=st.booleans(),
        hours=st.sampled_from([None, "office", "night"]),
        window=st.sampled_from([3600, 7200]),
        days=st.integers(1, 3),
        tries=st.integers(1, 3),
        then=routes(),
        otherwise=routes(),
    )


def proofs() -> st.SearchStrategy[Proof]:
    """One-time codes of six digits."""
    return st.builds(
        Proof,
        digits=st.just(6),
        valid=st.sampled_from([60, 600]),
        tries=st.integers(1, 3),
        per_number=st.integers(1, 3),
        per_day=st.just(500),
        proven=routes(),
        otherwise=routes(),
    )


def surveys() -> st.SearchStrategy[Survey]:
    """A mark, a choice, and a word about bad marks."""
    low = AnswerCondition("score", (Range(None, 4, "<=4"),))
    questions = (
        SurveyQuestion("score", "hello", (0, 10), {}),
        SurveyQuestion("solved", "hello", None, {"1": "yes", "2": "no"}),
        SurveyQuestion("comment", "hello", None, {}, record=30, when=(low,)),
    )
    return st.builds(
        Survey,
        id=st.just("satisfaction"),
        questions=st.sampled_from([questions, questions[:2]]),
        repeat=st.integers(0, 1),
        first_key_seconds=st.just(4.0),
        between_keys_seconds=st.just(2.0),
        consent=st.sampled_from([None, "hello"]),
        again_after_days=st.sampled_from([None, 30]),
        alert=st.sampled_from([(), (low,)]),
    )


def mailboxes() -> st.SearchStrategy[Mailbox]:
    """A mailbox whose messages may be heard again, or not."""
    say = st.sampled_from([(), ("hello",), ("hello", "not-a-choice")])
    return st.builds(Mailbox, st.just("messages"), say, st.just(60), st.none(), st.booleans())


def queues(id_: str) -> st.SearchStrategy[Queue]:
    """A queue of the sample, with or without a gate, an agent whom callers know, and words."""
    gate = st.builds(
        Gate,
        hours=st.sampled_from([None, "office"]),
        waiting=st.sampled_from([None, 1, 2]),
        per_agent=st.sampled_from([None, 1]),
        wait=st.sampled_from([None, 300]),
        then=routes(),
    )
    prefer = st.sampled_from([("owner",), ("last",), ("owner", "last")])
    return st.builds(
        replace,
        st.just(POLICY.queues[id_]),
        give_up_then=routes(),
        gate=st.none() | gate,
        prefer=st.none() | st.builds(Preference, prefer, st.just(60)),
        say=st.builds(Announcements, st.booleans(), st.booleans(), st.just(()), st.just(60)),
        keys=routes().map(lambda route: {QUEUE_KEY: route}),
    )


def policies() -> st.SearchStrategy[Policy]:
    """Rules of any kind, over the queues of the sample."""
    return st.builds(
        _policy,
        st.one_of(routes(), routes(TALKATIVE), routes(TALKATIVE)),
        st.tuples(menus("first"), menus("second")),
        st.tuples(rule_lists("early"), rule_lists("late")),
        entries(),
        st.tuples(*map(queues, POLICY.queues)),
        st.fixed_dictionaries(
            {
                "unlisted": routes(),
                "person": routes(),
                "tracking": trackings(),
                "callbacks": callbacks(),
                "proof": proofs(),
                "uninterrupted": st.sampled_from([frozenset(), frozenset({"hello"})]),
                "surveys": surveys().map(lambda survey: {survey.id: survey}),
                "mailboxes": mailboxes().map(lambda mailbox: {mailbox.id: mailbox}),
            }
        ),
    )


def _policy(  # noqa: PLR0913, PLR0917  the parts of a policy that are random
    start: Route,
    menus_: tuple[Menu, ...],
    lists: tuple[RuleList, ...],
    entries_: tuple[Entry, ...],
    queues_: tuple[Queue, ...],
    others: dict[str, object],
) -> Policy:
    policy = replace(
        POLICY,
        numbers={NUMBER: DialledNumber(NUMBER, start, "website", "en")},
        queues={queue.id: queue for queue in queues_},
        menus={menu.id: menu for menu in menus_},
        rules={each.id: each for each in lists},
        entries={each.id: each for each in entries_},
        variables={"region": Variable("region", "SITE_REGION_IN", None, ())},
    )
    return replace(policy, **others)  # type: ignore[arg-type]  each by its own strategy


def generous(start: Destination) -> Policy:
    """Rules that offer and ask all that there is, at one destination, after a request is opened."""
    on, end = Route(ToQueue("reception")), Route(ToHangup())
    low = AnswerCondition("score", (Range(None, 4, "<=4"),))
    comment = SurveyQuestion("comment", "hello", None, {}, record=30, when=(low,))
    marks = (SurveyQuestion("score", "hello", (0, 10), {}), comment)
    entry = Entry(
        *("account", ("hello",), EntryKind.DIGITS, 4, 6, None, None, None, None),
        secret=False,
        confirm=True,
        tries=2,
        variable="SITE_KEYED",
        then=on,
        otherwise=end,
        first_key_seconds=4.0,
        between_keys_seconds=2.0,
    )
    payment = replace(entry, id="payment", kind=EntryKind.AMOUNT, shortest=1, currency="EUR")
    secret = replace(entry, id="secret", secret=True, confirm=False)
    support = replace(
        POLICY.queues["support"],
        prefer=Preference(("last", "owner"), 60),
        say=Announcements(place=True, wait=True, prompts=(), every=60),
    )
    by_night = Gate("night", None, None, None, Route(ToQueue("support")))
    reception = replace(POLICY.queues["reception"], gate=by_night)
    return replace(
        POLICY,
        numbers={NUMBER: DialledNumber(NUMBER, Route(start, open_case=True), "website", "en")},
        queues={"support": support, "reception": reception},
        entries={each.id: each for each in (entry, payment, secret)},
        tracking=Tracking(
            *(3, end, end),
            identified=True,
            agent_ring=LONGEST_RING,
            agent_otherwise=on,
            note=30,
            sms=True,
        ),
        callbacks=Callbacks(
            ("IR",),
            premium=False,
            hours="office",
            window=7200,
            days=2,
            tries=3,
            then=end,
            otherwise=on,
        ),
        proof=Proof(6, 60, 3, 2, 500, on, end),
        surveys={"satisfaction": Survey("satisfaction", marks, 1, 4.0, 2.0, "hello", 30, (low,))},
        mailboxes={"messages": Mailbox("messages", ("hello",), 60, review=True)},
        variables={"region": Variable("region", "SITE_REGION_IN", None, ())},
    )
