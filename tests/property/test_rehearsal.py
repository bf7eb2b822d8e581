"""A rehearsed call goes exactly as a served one: random rules, callers, queues and keys."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from agi_server.app import keeping
from agi_server.call import Calls
from agi_server.clock import utc_now
from agi_server.gather import customer_facts
from agi_server.policy import RulesInForce
from agi_server.server import AgiServer
from agi_server.spooling import Spooling
from agi_server.store_threads import StoreThreads
from agi_server.testing import FakeChannel, agi_in_process
from agi_server.testing.queues import Queue, QueueMember
from agi_server.trial import TrialCaller, ScriptedAnswers
from crm.memory_store import MemoryDatabase, MemoryStore
from crm.records import Case, CaseState, ContractRecord, Customer, NewCall, TimelineEvent
from dialplan import contract
from dialplan.contract import Argument, Go, QueueStatus, Script
from dialplan.queues import asterisk_queue_name
from ivr.rulebook import Rulebook
from rehearsal.account import Account
from rehearsal.account_data import account_to_data
from rehearsal.rehearse import rehearse
from routing.call_tests import GivenRequest, ScriptedCall, Visit, VisitEnd
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
from routing.entrances import read_caller
from routing.facts import CustomerFacts, CustomerStatus, QueueFacts
from routing.indexing import index_rules
from routing.key_script import read_script
from routing.rules import DialledNumber, Policy, Rule, RuleList, Variable
from tests.sample import POLICY, TEHRAN

pytestmark = pytest.mark.slow

KNOWN_REQUEST = "111111111"
CALL_ID = "1795500000.1-123456"
CUSTOMER = "+989121234567"
STRANGER = "+989351112233"
NUMBER = "+982191000000"

DESTINATIONS: list[Destination] = [
    ToQueue("support"),
    ToQueue("reception"),
    ToMenu("first"),
    ToMenu("second"),
    ToRules("early"),
    ToRules("late"),
    ToTracking(),
    ToTracking(),
    ToVoicemail("messages"),
    ToCallback(),
    ToSurvey("satisfaction"),
    ToExtension("201"),
    ToNumber("+442079460000"),
    ToHangup(),
    ToHangup(17),
]


def routes() -> st.SearchStrategy[Route]:
    """Any route of the language."""
    return st.builds(
        Route,
        to=st.sampled_from(DESTINATIONS),
        language=st.sampled_from([None, None, "fa", "en"]),
        say=st.sampled_from([(), (), ("hello",), ("hello", "not-a-choice")]),
        open_case=st.sampled_from([False, False, True]),
        priority=st.sampled_from([None, Priority(7), Priority(5, rise=5, every=30, highest=40)]),
        music=st.sampled_from([None, None, "jazz"]),
        variables=st.sampled_from([(), (("SITE_REGION", "north"),)]),
    )


def patience() -> st.SearchStrategy[Patience]:
    """What a silent caller gets."""
    return st.builds(Patience, st.integers(0, 2), routes())


def menus(id_: str) -> st.SearchStrategy[Menu]:
    """A menu with some keys."""
    keys = st.lists(st.sampled_from(["1", "2", "12", "*"]), min_size=1, max_size=3, unique=True)
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
    )


CONDITIONS = [
    Condition("hours", "office", ("open",)),
    Condition("customer", None, ("known",)),
    Condition("customer.segment", None, ("gold", "unavailable")),
    Condition("contract", None, ("running",)),
    Condition("case.open", None, ("true",)),
    Condition("language", None, ("en",)),
    Condition("caller.country", None, ("IR",)),
    Condition("keyed", "first", ("1", "12")),
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


def policies() -> st.SearchStrategy[Policy]:
    """Rules of any kind, over the queues and surveys of the sample."""
    return st.builds(
        _policy,
        routes(),
        routes(),
        st.tuples(menus("first"), menus("second")),
        st.tuples(rule_lists("early"), rule_lists("late")),
        st.builds(Tracking, st.integers(1, 3), routes(), routes()),
        st.tuples(routes(), routes()),
    )


def _policy(  # noqa: PLR0913, PLR0917  the parts of a policy that are random
    start: Route,
    unlisted: Route,
    menus_: tuple[Menu, ...],
    lists: tuple[RuleList, ...],
    tracking: Tracking,
    given_up: tuple[Route, Route],
) -> Policy:
    queues = {
        name: replace(queue, give_up_then=route)
        for (name, queue), route in zip(POLICY.queues.items(), given_up, strict=True)
    }
    return replace(
        POLICY,
        numbers={NUMBER: DialledNumber(NUMBER, start, "website", "en")},
        unlisted=unlisted,
        queues=queues,
        menus={menu.id: menu for menu in menus_},
        rules={each.id: each for each in lists},
        tracking=tracking,
        variables={"region": Variable("region", "SITE_REGION_IN", None, ())},
    )


@dataclass(frozen=True, slots=True)
class World:
    """What a call meets."""

    number: str
    dialled: str
    at: datetime
    keys: str
    visits: tuple[Visit, ...]
    agents: int | None
    region: str


WORDS = [
    "1",
    "2",
    "12",
    KNOWN_REQUEST,
    "*",
    "#",
    "1#",
    "19",
    "wait",
    "hangup",
    KNOWN_REQUEST,
    "09121112233",
    "5#",
]


def worlds() -> st.SearchStrategy[World]:
    """Any caller at any time, with any luck."""
    visit = st.sampled_from(
        [
            Visit(VisitEnd.ANSWERED, 20),
            Visit(VisitEnd.GAVE_UP),
            Visit(VisitEnd.REFUSED),
            Visit(VisitEnd.HUNG_UP, 40),
        ]
    )
    return st.builds(
        World,
        number=st.sampled_from([CUSTOMER, STRANGER, "", "anonymous"]),
        dialled=st.sampled_from([NUMBER, "02191000000", "201"]),
        at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(_in_tehran),  # noqa: DTZ001
        keys=st.lists(st.sampled_from(WORDS), max_size=10).map(" ".join),
        visits=st.lists(visit, max_size=3).map(tuple),
        agents=st.sampled_from([None, 0, 2]),
        region=st.sampled_from(["", "north"]),
    )


def _in_tehran(at: datetime) -> datetime:
    return at.replace(microsecond=0, tzinfo=TEHRAN)


@settings(max_examples=100)
@given(policies(), worlds())
def test_what_is_rehearsed_is_what_is_served(policy: Policy, world: World) -> None:
    """The same prompts, keys, decisions, endings and variables, in the same order."""
    book, database = Rulebook.of(policy), _database()
    with closing(MemoryStore(database)) as store:
        call = _scripted(policy, world, store)
        account = rehearse(book, call)
        with capture_logs():  # the traceback of rules in a circle is long, and not looked at
            asyncio.run(_serve(book, database, world))
        story = store.call_story(CALL_ID)
    served = [] if story is None else list(_served(story.timeline))
    assert list(_rehearsed(book, account)) == served


def _database() -> MemoryDatabase:
    database = MemoryDatabase()
    held = ContractRecord("gold", date(2026, 1, 1), date(2026, 9, 1), grace_days=30)
    at = datetime(2025, 12, 1, tzinfo=TEHRAN)
    with closing(MemoryStore(database)) as store:
        store.put_customers(
            [Customer("Sara", segment="gold", numbers=(CUSTOMER,), contracts=(held,))]
        )
        store.begin_call(NewCall("earlier", at, "", "", None, NUMBER, None, "fa", 1, "0", {}))
        request = Case(KNOWN_REQUEST, CaseState.WAITING, "support", at, 1, "earlier")
        store.open_case(request, join=False)
    return database


def _scripted(policy: Policy, world: World, store: MemoryStore) -> ScriptedCall:
    caller = read_caller(world.number, "", "IR")
    known = CustomerFacts(CustomerStatus.WITHHELD)
    if caller.number is not None:
        known = customer_facts(store.look_up_caller(caller.number))
    standing = QueueFacts(0, 0, world.agents, 30)
    return ScriptedCall(
        call_id=CALL_ID,
        at=world.at,
        caller=caller,
        dialled=world.dialled,
        customer=known,
        keys=read_script(world.keys),
        queues={} if world.agents is None else dict.fromkeys(policy.queues, (standing,)),
        variables={"region": world.region} if world.region else {},
        requests={KNOWN_REQUEST: _request(known)},
        visits=world.visits,
    )


def _request(known: CustomerFacts) -> GivenRequest:
    """The request of the customer, about whom nobody has spoken yet."""
    return GivenRequest("waiting", is_callers=known.id is not None)


def _channel(book: Rulebook, world: World) -> FakeChannel:
    policy = book.policy
    members = [QueueMember(f"PJSIP/{place}") for place in range(world.agents or 0)]
    standing = Queue(members=members, hold_time=30, completed=1)
    names = {
        asterisk_queue_name(queue, language, policy)
        for queue in policy.queues.values()
        for language in policy.business.languages
    }
    return FakeChannel(
        number=world.number,
        dialled=world.dialled,
        caller=TrialCaller(book.catalogue, str, ScriptedAnswers(world.keys)),
        known={"SITE_REGION_IN": world.region} if world.region else {},
        queues={} if world.agents is None else dict.fromkeys(names, standing),
        sounds=_no_length,
    )


def _no_length(file: str, language: str) -> float:
    """Prompts take no time in a rehearsal."""
    del file, language
    return 0.0


async def _serve(book: Rulebook, database: MemoryDatabase, world: World) -> None:
    """Play the dialplan's part, as dialplan/extensions.conf has it."""
    channel = _channel(book, world)
    stores, spool = StoreThreads(lambda: MemoryStore(database)), Spooling(Path("none"), utc_now)
    async with keeping(stores, spool) as records:
        calls = Calls(
            _in_force(book),
            records,
            lambda: world.at + timedelta(seconds=channel.clock),
            "messages",
        )
        await _play(channel, AgiServer(calls.handlers()), world)


def _in_force(book: Rulebook) -> RulesInForce:
    """The rules of an example, which were never a file."""
    rules = RulesInForce.__new__(RulesInForce)
    rules._book, rules._earlier = book, []  # type: ignore[assignment]
    return rules


async def _play(channel: FakeChannel, server: AgiServer, world: World) -> None:
    visits, told = iter(world.visits), channel.variables.get
    script, arguments, number = Script.INCOMING, {}, 1
    while True:
        handed = {
            Argument.CALL: CALL_ID,
            Argument.VISIT: str(number),
            Argument.DIALLED: world.dialled,
            **arguments,
        }
        words = (f"{name}={value}" for name, value in handed.items())
        await agi_in_process(channel, server, *words, script=script)
        number += 1
        if channel.hung_up or told(contract.DONE) != script:
            return
        if told(contract.GO) == Go.SURVEY:
            script, arguments = Script.SURVEY, {}
            continue
        visit = next(visits, None) if told(contract.GO) == Go.QUEUE else None
        if visit is None or visit.end is VisitEnd.HUNG_UP:
            return
        script, arguments = Script.AFTER_QUEUE, _waited(channel, visit)


STATUS = {
    VisitEnd.ANSWERED: QueueStatus.CONTINUE,
    VisitEnd.GAVE_UP: QueueStatus.TIMEOUT,
    VisitEnd.REFUSED: QueueStatus.JOINEMPTY,
}


def _waited(channel: FakeChannel, visit: Visit) -> Mapping[str, str]:
    seconds = visit.after if visit.end is VisitEnd.ANSWERED else 0
    if visit.end is VisitEnd.GAVE_UP:
        seconds = int(channel.variables.get(contract.QUEUE_TIMEOUT) or 0)
    channel.timeline.pass_until(channel.clock + seconds)
    return {Argument.STATUS: STATUS[visit.end], Argument.HOLD: str(seconds)}


COMPARED = {
    "heard": ("prompts", "language"),
    "pressed": ("dialogue", "keys"),
    "silence": ("dialogue",),
    "left": ("dialogue", "why", "then"),
    "decided": ("rules", "rule", "then", "tests", "earlier", "revision"),
    "looked-up": ("tracking", "found"),
    "callback-asked": ("number",),
    "case-opened": (),
    "answered": ("question", "value"),
    "sent": ("variables",),
    "hung-up": ("stage",),
    "failed": (),
}
"""What must be the same of each kind of step."""

Row = tuple[str, list[object]]


def _rehearsed(book: Rulebook, account: Account) -> Iterator[Row]:
    for data in account_to_data(book, account):
        kind = data["kind"]
        unseen = kind == "callback-asked" and data["number"] is None
        # Who leaves a queue tells the server nothing.
        unseen |= kind == "hung-up" and data["stage"].startswith("queue ")
        if kind in COMPARED and not unseen:
            yield _row(kind, data)


def _served(timeline: tuple[TimelineEvent, ...]) -> Iterator[Row]:
    for event in timeline:
        nothing = event.kind == "heard" and not event.data["prompts"]
        if event.kind in COMPARED and not nothing:
            yield _row(event.kind, {"variables": event.data, **event.data})


def _row(kind: str, data: Mapping[str, Any]) -> Row:
    found = json.loads(json.dumps([data[name] for name in COMPARED[kind]]))
    if kind == "heard" and found[0][:1] == ["tracking-number-is"]:
        found[0] = found[0][:1]  # the digits of a tracking number differ from call to call
    return kind, found
