"""A rehearsed call goes exactly as a served one: random rules, callers, queues and keys."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
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
from agi_server.trial import ScriptedAnswers, TrialCaller
from crm.asking_records import Pin
from crm.hashed_secrets import digest, new_salt
from crm.memory_store import MemoryDatabase, MemoryStore
from crm.records import (
    Callback,
    CallChange,
    CallStory,
    Case,
    CaseState,
    ContractRecord,
    Customer,
    NewCall,
    TimelineEvent,
)
from dialplan import contract
from dialplan.contract import Argument, Go, QueueStatus, Script
from dialplan.queues import asterisk_queue_name
from ivr.prompts import builtin_prompts
from ivr.rulebook import Rulebook
from rehearsal.account import Account, SurveyBegun
from rehearsal.account_data import account_to_data
from rehearsal.judging import run_test
from rehearsal.recorded import KINDS, read_call
from rehearsal.rehearse import rehearse
from rehearsal.replay import replay
from rehearsal.waiting import ImpossibleVisitError
from rehearsal.writing import as_test
from routing.call_test_loading import load_tests
from routing.call_tests import GivenRequest, ScriptedCall, Visit, VisitEnd
from routing.entrances import read_caller
from routing.facts import CustomerFacts, CustomerStatus, QueueFacts
from routing.key_script import read_script
from routing.rules import Policy
from routing.waits import Place
from tests.property.rehearsed_policies import NUMBER, TALKATIVE, generous, policies
from tests.property.rehearsed_worlds import (
    CODE,
    CUSTOMER,
    JOINED,
    KNOWN_REQUEST,
    PHRASES,
    PIN,
    STRANGER,
    World,
    worlds,
)
from tests.sample import OFFICE_TIME, TEHRAN

pytestmark = pytest.mark.slow

CALL_ID = "1795500000.1-123456"

PATIENCE = 60.0
"""Seconds for every look-up: on a busy machine one that is late would be a fact of its own."""


@settings(max_examples=100)
@given(policies(), worlds())
def test_what_is_rehearsed_is_what_is_served(policy: Policy, world: World) -> None:
    """The same prompts, keys, decisions, endings and variables, in the same order."""
    _check(policy, world)


def test_every_dialogue_is_rehearsed_as_it_is_served() -> None:
    """Callers who know what they want, or nearly, at each; nothing is left out."""
    visits = (Visit(VisitEnd.GAVE_UP), Visit(VisitEnd.ANSWERED, 20, "mina"))
    callers = [
        World(number, NUMBER, OFFICE_TIME, keys, visits, 2, "")
        for number in (CUSTOMER, STRANGER, "")
        for keys in PHRASES
    ]
    seen = [_check(generous(to), world) for to in TALKATIVE for world in callers]
    kinds = {kind for rows in seen for kind, _ in rows}
    assert kinds == COMPARED.keys() - {"failed", "decided"}


def test_every_dialogue_is_written_as_a_test_that_passes() -> None:
    """With all that was given for the call, and all that came of it."""
    visits = (Visit(VisitEnd.GAVE_UP), Visit(VisitEnd.ANSWERED, 20, "mina"))
    for to, keys in product(TALKATIVE, PHRASES):
        book = Rulebook.of(generous(to))
        with closing(MemoryStore(_database())) as store:
            world = World(CUSTOMER, NUMBER, OFFICE_TIME, keys, visits, 2, "")
            call = _scripted(book.policy, world, store)
        text = as_test(book.policy, call, rehearse(book, call), "a call")
        (test,) = load_tests(book.policy, "a.test.yaml", text, known_prompts=builtin_prompts())
        assert run_test(book, test).misses == (), text


def _check(policy: Policy, world: World) -> Sequence["Row"]:
    """See that a call goes the same way, rehearsed and served; returns it."""
    book, database = Rulebook.of(policy), _database()
    with closing(MemoryStore(database)) as store:
        try:
            account = rehearse(book, _scripted(policy, world, store))
        except ImpossibleVisitError:  # an agent who is rung alone has no keys, and is never full
            return []
        if _asks_twice_at_once(account):
            return []
        with capture_logs(), pytest.MonkeyPatch.context() as patch:  # logs: tracebacks of circles
            patch.setattr("agi_server.codes.secrets.randbelow", lambda _most: int(CODE))
            patch.setattr("agi_server.queue_facts.LOOKUP_BUDGET_SECONDS", PATIENCE)
            asyncio.run(_serve(book, database, world))
        story = store.call_story(CALL_ID)
    served = [] if story is None else list(_served(story.timeline))
    rehearsed = list(_rehearsed(book, account))
    assert rehearsed == served
    if story is not None:
        _check_past(book, story)
    return rehearsed


def _check_past(book: Rulebook, story: CallStory) -> None:
    """See that the same rules would lead a call of the journal where it went, by the same way."""
    call = read_call(story.call.facts, [each for each in story.timeline if each.kind in KINDS])
    if call is not None:
        now = replay(book, call)
        assert (now.end, now.turns) == (call.end, call.turns)


def _asks_twice_at_once(account: Account) -> bool:
    """Whether a survey is begun twice in one moment: prompts take no time here, others do."""
    begun = [step.after for step in account.steps if isinstance(step.event, SurveyBegun)]
    return len(set(begun)) < len(begun)


@cache
def _pin() -> Pin:
    """That of the customer; a digest takes time on purpose."""
    salt = new_salt()
    return Pin(1, salt, digest(PIN, salt), datetime(2025, 12, 1, tzinfo=TEHRAN))


def _database() -> MemoryDatabase:
    database = MemoryDatabase()
    held = ContractRecord("gold", date(2026, 1, 1), date(2026, 9, 1), grace_days=30)
    at = datetime(2025, 12, 1, tzinfo=TEHRAN)
    with closing(MemoryStore(database)) as store:
        store.put_customers(
            [
                Customer(
                    "Sara",
                    segment="gold",
                    numbers=(CUSTOMER,),
                    contracts=(held,),
                    preferences={"agent": "sara"},
                )
            ]
        )
        store.set_pin(_pin())
        store.begin_call(NewCall("earlier", at, "", "", None, NUMBER, None, "fa", 1, "0", {}))
        store.change_call("earlier", CallChange(agent="mina"))
        request = Case(KNOWN_REQUEST, CaseState.WAITING, "support", at, 1, "earlier")
        store.open_case(request, join=False)
        store.ask_callback(Callback("earlier", JOINED, at, None, None, "fa"))
    return database


def _scripted(policy: Policy, world: World, store: MemoryStore) -> ScriptedCall:
    caller = read_caller(world.number, "", "IR")
    known = CustomerFacts(CustomerStatus.WITHHELD)
    if caller.number is not None:
        known = customer_facts(store.look_up_caller(caller.number))
    standing = QueueFacts(world.waiting, None if world.waiting else 0, world.agents, 30)
    place = Place(0 if world.agents is None else world.waiting)
    return ScriptedCall(
        call_id=CALL_ID,
        at=world.at,
        caller=caller,
        dialled=world.dialled,
        customer=known,
        keys=read_script(world.keys),
        queues={} if world.agents is None else dict.fromkeys(policy.queues, (standing,)),
        places=dict.fromkeys(policy.queues, (place,)),
        variables={"region": world.region} if world.region else {},
        requests={KNOWN_REQUEST: _request(known)},
        code=CODE,
        callbacks=(JOINED,),
        visits=world.visits,
    )


def _request(known: CustomerFacts) -> GivenRequest:
    """The request of the customer, about which Mina has spoken with them."""
    return GivenRequest("waiting", is_callers=known.id is not None, agent="mina", pin=PIN)


def _channel(book: Rulebook, world: World) -> FakeChannel:
    policy = book.policy
    members = [QueueMember(f"PJSIP/{place}") for place in range(world.agents or 0)]
    callers: list[Mapping[str, str]] = [{}] * world.waiting
    standing = Queue(callers, members, hold_time=30, completed=1)
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
    async with keeping(stores, spool, PATIENCE, clock=lambda: world.at) as records:
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
        visit = next(visits, None) if told(contract.GO) in {Go.QUEUE, Go.AGENT} else None
        if visit is None or visit.end is VisitEnd.HUNG_UP:
            return
        script, arguments = Script.AFTER_QUEUE, _waited(channel, visit)


STATUS = {
    VisitEnd.ANSWERED: QueueStatus.CONTINUE,
    VisitEnd.GAVE_UP: QueueStatus.TIMEOUT,
    VisitEnd.REFUSED: QueueStatus.JOINEMPTY,
    VisitEnd.FULL: QueueStatus.FULL,
    VisitEnd.LEFT: "",
}


def _waited(channel: FakeChannel, visit: Visit) -> Mapping[str, str]:
    seconds = visit.after if visit.end in {VisitEnd.ANSWERED, VisitEnd.LEFT} else 0
    if visit.end is VisitEnd.GAVE_UP:
        is_queue = channel.variables.get(contract.GO) == Go.QUEUE
        limit = contract.QUEUE_TIMEOUT if is_queue else contract.RING
        seconds = int(channel.variables.get(limit) or 0)
    channel.timeline.pass_until(channel.clock + seconds)
    return {
        Argument.STATUS: STATUS[visit.end],
        Argument.HOLD: str(seconds),
        Argument.KEY: visit.key,
    }


COMPARED = {
    "heard": ("prompts", "language"),
    "pressed": ("dialogue", "question", "keys"),
    "silence": ("dialogue", "question"),
    "left": ("dialogue", "why", "then"),
    "decided": ("rules", "rule", "then", "tests", "earlier", "revision"),
    "looked-up": ("tracking", "found"),
    "pin-checked": ("tracking", "right"),
    "code-drawn": ("kept",),
    "code-checked": ("right",),
    "code-void": (),
    "text-queued": (),
    "callback-asked": ("number", "joined", "earliest", "latest"),
    "recorded": ("place",),
    "case-opened": (),
    "survey": ("survey", "outcome"),
    "answered": ("question", "value"),
    "alert": ("survey", "answers"),
    "place": ("queue", "ahead", "wait"),
    "turned-away": ("queue", "why", "then"),
    "preferred": ("queue", "agent", "whom"),
    "sent": ("variables",),
    "hung-up": ("stage",),
    "failed": (),
}
"""What must be the same of each kind of step."""

Row = tuple[str, list[object]]


def _rehearsed(book: Rulebook, account: Account) -> Iterator[Row]:
    for data in account_to_data(book, account):
        kind = data["kind"]
        # Who leaves a queue, or an agent who is rung, tells the server nothing.
        unseen = kind == "hung-up" and data["stage"].startswith(("queue ", "agent "))
        if kind in COMPARED and not unseen:
            yield _row(kind, data)


def _served(timeline: tuple[TimelineEvent, ...]) -> Iterator[Row]:
    for event in timeline:
        nothing = event.kind == "heard" and not event.data["prompts"]
        if event.kind in COMPARED and not nothing:
            yield _row(event.kind, {"variables": event.data, **event.data})


def _row(kind: str, data: Mapping[str, Any]) -> Row:
    found = json.loads(json.dumps([data.get(name) for name in COMPARED[kind]]))
    if kind == "heard" and "tracking-number-is" in found[0]:
        # The digits of a tracking number differ from call to call.
        found[0] = [prompt for prompt in found[0] if not prompt.startswith("digit-")]
    return kind, found
