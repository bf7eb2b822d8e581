"""Who calls: from the customer file, and from another program where that does not know."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest
import structlog

from agi_server.app import opened_lookup
from agi_server.channel import Channel
from agi_server.gather import gather_customer, gather_variables
from agi_server.listening import listen
from agi_server.server import AgiServer
from agi_server.settings import SettingsError, load_settings
from agi_server.store_threads import StoreThreads
from agi_server.testing import FakeChannel, agi
from crm.memory_store import MemoryDatabase, MemoryStore
from crm.people import Restriction
from crm.ports import StoreUnavailableError
from crm.records import BlockedNumber, Customer
from routing.destinations import Route, ToHangup
from routing.dialogues import Entry, EntryKind
from routing.facts import CustomerFacts, CustomerStatus
from routing.rules import Variable
from tests.crm.http_lookup.directory import NUMBER, Directory
from tests.crm.links.standing_in import answers
from tests.sample import POLICY

SARA = CustomerFacts(CustomerStatus.KNOWN, name="Sāra")
UNKNOWN = CustomerFacts(CustomerStatus.UNKNOWN)
UNAVAILABLE = CustomerFacts(CustomerStatus.UNAVAILABLE)


class _Down(MemoryStore):
    """A customer file that cannot be asked."""

    def look_up_caller(self, number: str) -> NoReturn:
        raise StoreUnavailableError(f"{number}: the disk is gone")


@pytest.fixture
def directory() -> Iterator[Directory]:
    """Another program that knows one person."""
    stand_in = Directory()
    with stand_in.serving():
        yield stand_in
        stand_in.open.set()


@dataclass
class Desk:
    """Gathers facts, with a customer file of its own."""

    file: Path
    store: MemoryStore
    open_store: Callable[[], MemoryStore]
    lines: list[str] = field(default_factory=list)

    def gather(self, number: str | None) -> CustomerFacts:
        """What is known of a caller."""
        self.file.write_text("\n".join(self.lines))
        return asyncio.run(self._gather(number))

    async def _gather(self, number: str | None) -> CustomerFacts:
        stores = StoreThreads(self.open_store)
        await stores.start()
        try:
            async with opened_lookup(load_settings({"RAHYAB_LOOKUP": str(self.file)})) as lookup:
                return await gather_customer(stores, number, lookup)
        finally:
            await stores.close()


@pytest.fixture
def desk(directory: Directory, tmp_path: Path) -> Desk:
    """One whose look-up is the directory."""
    database = MemoryDatabase()
    lines = [
        f"url: {directory.url}/callers/{{number}}",
        "customer: {name: name}",
        "budget_ms: 2000",
    ]
    return Desk(
        tmp_path / "lookup.yaml", MemoryStore(database), lambda: MemoryStore(database), lines
    )


def test_a_stranger_is_asked_for_elsewhere(desk: Desk, directory: Directory) -> None:
    """Known there, known; unknown there too, unknown."""
    assert desk.gather(NUMBER) == SARA
    assert desk.gather("+37120000009") == UNKNOWN
    assert len(directory.requests) == 2


def test_whom_the_file_knows_is_nobody_else_s_business(desk: Desk, directory: Directory) -> None:
    """One customer or several, a blocked number, and none at all."""
    desk.store.put_customers([Customer("Here", numbers=(NUMBER,))])
    assert desk.gather(NUMBER).name == "Here"
    desk.store.put_customers([Customer("Here too", numbers=(NUMBER,))])
    assert desk.gather(NUMBER).status is CustomerStatus.AMBIGUOUS
    desk.store.block_number(BlockedNumber("+37120000009", datetime.now(UTC), "nuisance"))
    assert desk.gather("+37120000009") == CustomerFacts(CustomerStatus.UNKNOWN, blocked=True)
    assert desk.gather(None).status is CustomerStatus.WITHHELD
    assert not directory.requests


def test_a_restricted_customer_is_nobody_else_s_business(desk: Desk, directory: Directory) -> None:
    """Neither is the number handed on, nor do they come back known."""
    desk.store.put_customers([Customer("Objects", reference="C-1", numbers=(NUMBER,))])
    restricted = desk.store.find_customer("C-1")
    assert restricted is not None
    desk.store.restrict(Restriction(restricted.id or 0, datetime.now(UTC), "objected"))
    assert desk.gather(NUMBER) == UNKNOWN
    assert not directory.requests


def test_it_helps_while_the_file_is_down(desk: Desk) -> None:
    """Whom it does not know stays unavailable: never taken for unknown."""
    desk.open_store = _Down

    assert desk.gather(NUMBER) == SARA
    assert desk.gather("+37120000009") == UNAVAILABLE


def test_a_broken_look_up_leaves_the_facts_as_they_were(desk: Desk, directory: Directory) -> None:
    """In one line of the log."""
    directory.faults.append(answers(500))
    with structlog.testing.capture_logs() as lines:
        assert desk.gather(NUMBER) == UNKNOWN
    assert [line["event"] for line in lines] == ["http look-up failed"]


def test_a_late_look_up_leaves_the_facts_as_they_were(desk: Desk, directory: Directory) -> None:
    """The caller hears the greeting."""
    directory.open.clear()
    directory.faults.append(directory.waits)
    desk.lines[-1] = "budget_ms: 20"

    with structlog.testing.capture_logs() as lines:
        assert desk.gather(NUMBER) == UNKNOWN
    assert [line.get("reason") for line in lines] == ["no answer within 20 ms"]


def test_without_one_nobody_is_asked(desk: Desk, directory: Directory) -> None:
    """As from the beginning."""

    async def gather() -> CustomerFacts:
        stores = StoreThreads(desk.open_store)
        await stores.start()
        async with opened_lookup(load_settings({})) as lookup:
            assert lookup is None
            facts = await gather_customer(stores, NUMBER, lookup)
        await stores.close()
        return facts

    assert asyncio.run(gather()) == UNKNOWN
    assert not directory.requests


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("budget_ms: soon", r"RAHYAB_LOOKUP: .*lookup\.yaml:3:12: budget_ms: this should be"),
        ('headers: {A: "${RAHYAB_NO_SUCH}"}', "RAHYAB_LOOKUP: .*RAHYAB_NO_SUCH"),
    ],
)
def test_a_declaration_that_cannot_be_used_is_told(desk: Desk, line: str, message: str) -> None:
    """Before any call comes."""
    desk.lines[-1] = line

    with pytest.raises(SettingsError, match=message):
        desk.gather(NUMBER)


def test_what_is_keyed_secretly_is_read_by_nobody() -> None:
    """A call that comes in again has it on its channel: facts are written down, and rules see them.

    `rahyab check` refuses such rules; a call must not depend on who checked them.
    """
    hang_up = Route(ToHangup())
    pin = Entry(
        *("pin", (), EntryKind.DIGITS, 4, 4, None, None, None, None),
        secret=True,
        confirm=False,
        tries=3,
        variable="SITE_PIN",
        then=hang_up,
        otherwise=hang_up,
        first_key_seconds=5.0,
        between_keys_seconds=3.0,
    )
    declared = {
        "pin": Variable("pin", "SITE_PIN", None, ()),
        "region": Variable("region", "SITE_REGION", None, ()),
    }
    policy = replace(POLICY, entries={"pin": pin}, variables=declared)
    read: list[Mapping[str, str]] = []

    async def handler(channel: Channel) -> None:
        read.append(await gather_variables(channel, policy))

    async def call() -> None:
        server = AgiServer({"incoming": handler})
        host, port = await server.start(listen(port=0))
        channel = FakeChannel(known={"SITE_PIN": "4711", "SITE_REGION": "north"})
        await agi(channel, f"agi://{host}:{port}/incoming")
        await server.stop()

    asyncio.run(call())
    assert read == [{"region": "north"}]
