"""What tests of dialogues share: a site of `dialogues.yaml`, its callers, and what came of it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from agi_server.alerts import Alerts
from agi_server.testing import Action, FakeChannel, ScriptedCaller
from crm.ports import Store
from crm.records import Case, CaseState
from crm.sqlite_store import SqliteStore
from dialplan import contract
from dialplan.contract import Script
from ivr.spoken import digits
from tests.conversations.sessions import until
from tests.conversations.site import NOW, ServedSite, Site, serving

DIALOGUES = Path(__file__).with_name("dialogues.yaml")

VOICEMAIL = "+982191000010"
TRACKING = "+982191000011"
CALLBACK = "+982191000012"
ACCOUNT = "+982191000013"
APPOINTMENT = "+982191000014"
PAYMENT = "+982191000015"
TELEPHONE = "+982191000016"
PASSWORD = "+982191000017"
PROOF = "+982191000018"
SURVEY = "+982191000019"
MENU = "+982191000020"
OPENING = "+982191000021"
SURVEY_EACH_TIME = "+982191000022"

STRANGER = "+989351112233"
"""A mobile telephone that is in nobody's file."""

T = TypeVar("T")


class Time:
    """A clock that goes on by itself, and that a test sets forward: no two moments are one."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """The moment."""
        self.now += timedelta(milliseconds=1)
        return self.now

    def pass_by(self, **time: float) -> None:
        """Let time pass: `minutes=5`."""
        self.now += timedelta(**time)


def play(
    folder: Path,
    conversation: Callable[[ServedSite], Awaitable[None]],
    clock: Time | None = None,
    alerts: Alerts | None = None,
) -> None:
    """Run one conversation against a server of its own."""

    async def whole() -> None:
        async with (
            asyncio.timeout(60),
            serving(folder, rules_file=DIALOGUES, clock=clock or Time(), alerts=alerts) as site,
        ):
            site.settles = True
            await until(lambda: site.records.trackings.held)
            await conversation(site)

    asyncio.run(whole())


def caller(
    dialled: str,
    *answers: Action,
    number: str = STRANGER,
    during: Mapping[int | str, Action] | None = None,
    sounds: Callable[[str, str], float | None] = lambda *_: 2.0,
) -> FakeChannel:
    """A caller, and what they do at each question."""
    script = ScriptedCaller(*answers, during=during)
    return FakeChannel(number=number, dialled=dialled, caller=script, sounds=sounds)


def heard(channel: FakeChannel) -> Sequence[str]:
    """The prompts that were played, without pauses; the Persian ones without their language."""
    files = (one.file.removeprefix("rahyab/").removeprefix("fa/") for one in channel.heard)
    return [file for file in files if file not in {"pause", "silence"}]


def read_out(number: str) -> Sequence[str]:
    """The digits of a number, as `heard` tells them."""
    return [prompt for prompt in digits(number, "fa") if prompt != "pause"]


def is_heard_in_order(channel: FakeChannel, *prompts: str) -> bool:
    """Whether these prompts were played in this order, with whatever between them."""
    rest = iter(heard(channel))
    return all(prompt in rest for prompt in prompts)


def went(channel: FakeChannel) -> Mapping[str, str | None]:
    """Where the dialplan was sent, and that the request was completed."""
    assert channel.variables.get(contract.DONE) is not None, "the request was not completed"
    names = (contract.GO, contract.QUEUE, contract.EXTENSION, contract.CAUSE)
    return {name: channel.variables.get(name) for name in names if channel.variables.get(name)}


def events(site: Site, kind: str) -> Sequence[Mapping[str, Any]]:
    """What the journal has of one kind."""
    return [event.data for event in site.story().timeline if event.kind == kind]


def in_store(site: Site, operation: Callable[[Store], T]) -> T:
    """What an operation on the store returns."""
    with closing(SqliteStore(site.database)) as store:
        return operation(store)


def put_case(site: Site, tracking: str, **more: Any) -> None:  # noqa: ANN401  any field of a case
    """Put a request into the store."""
    fields = {"customer_id": None, "call_id": None, **more}
    case = Case(tracking, CaseState.WAITING, "support", NOW - timedelta(days=1), **fields)
    in_store(site, lambda store: store.open_case(case, join=False))


async def end(site: Site, channel: FakeChannel, visit: int, **arguments: str) -> None:
    """The caller hangs up, and the dialplan tells the end of the call."""
    channel.hang_up()
    await site.request(channel, Script.ENDED, visit, **arguments)
