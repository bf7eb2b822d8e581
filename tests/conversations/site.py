"""A whole server on a free port, over a real database, for the fake Asterisk to call."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agi_server.alerts import Alerts
from agi_server.app import keeping, make_stores
from agi_server.call import Calls
from agi_server.clock import Clock, utc_now
from agi_server.listening import listen
from agi_server.measurements import Measurements
from agi_server.policy import RulesInForce, read_rules
from agi_server.records import Records
from agi_server.server import AgiServer
from agi_server.spooling import Spooling
from agi_server.store_threads import StoreThreads
from agi_server.testing import AgiResult, FakeChannel, agi
from crm.importing import import_customers
from crm.records import CallStory
from crm.sample import SAMPLE_FILE
from crm.sqlite_store import SqliteStore
from crm.stores import PostgresServer, SqliteFile, StorePlace, open_store
from dialplan.contract import Argument, Script
from tests.conversations.sessions import until

RULES = Path(__file__).parents[2] / "routing_rules.yaml"
NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
"""Tuesday, ten o'clock in Tehran: the office is open."""

CALL_ID = "1795500000.1-123456"
MAIN_NUMBER = "+982191000000"
GOLD_CUSTOMER = "+989121234567"
CONTRACT_ENDED = "+989127654321"


@dataclass
class Site:
    """A server that listens, and its database."""

    address: tuple[str, int]
    database: Path
    rules: RulesInForce

    async def request(
        self, channel: FakeChannel, script: Script, visit: int = 1, **arguments: str
    ) -> AgiResult:
        """One AGI request, as the dialplan makes it."""
        host, port = self.address
        handed = {
            Argument.CALL: CALL_ID,
            Argument.VISIT: str(visit),
            Argument.DIALLED: channel.dialled,
            **{Argument(name.replace("_", "-")): value for name, value in arguments.items()},
        }
        words = (f"{name}={value}" for name, value in handed.items())
        return await agi(channel, f"agi://{host}:{port}/{script}", *words)

    def story(self) -> CallStory:
        """The call, as the journal has it."""
        with closing(open_store(self.place)) as store:
            story = store.call_story(CALL_ID)
        assert story is not None
        return story

    @property
    def place(self) -> StorePlace:
        """Where the store is."""
        return SqliteFile(self.database)


@dataclass
class ServedSite(Site):
    """One whose server runs in this process, with all that it keeps records by.

    With `settles`, a request is over when the store has everything of it: on a busy machine some of
    it may have gone to the spool first.
    """

    records: Records
    postgres: str
    measurements: Measurements
    settles: bool = False

    async def request(
        self, channel: FakeChannel, script: Script, visit: int = 1, **arguments: str
    ) -> AgiResult:
        """One AGI request, as the dialplan makes it."""
        result = await super().request(channel, script, visit, **arguments)
        if self.settles:
            await self.emptied()
        return result

    @property
    def place(self) -> StorePlace:
        """Where the store is."""
        return PostgresServer(self.postgres) if self.postgres else super().place

    async def emptied(self) -> None:
        """The spool has been written to the store, and is gone."""
        await until(lambda: not list(self.records.spool.folder.glob("*.spool")))


@asynccontextmanager
async def serving(  # noqa: PLR0913, PLR0917  each is something that one test wants otherwise
    folder: Path,
    kind: type[SqliteStore] = SqliteStore,
    rules_file: Path = RULES,
    clock: Clock = lambda: NOW,
    postgres: str = "",
    spool: Path | None = None,
    alerts: Alerts | None = None,
) -> AsyncIterator[ServedSite]:
    """Start a server with the sample customers, over SQLite of this kind, or over PostgreSQL."""
    database = folder / "rahyab.db"
    place: StorePlace = PostgresServer(postgres) if postgres else SqliteFile(database)
    with closing(open_store(place)) as store:
        import_customers(store, SAMPLE_FILE, country="IR")
    rules = RulesInForce(read_rules(rules_file))
    threads = StoreThreads(lambda: kind(database), lambda: kind(database, create=False))
    if postgres:
        threads = make_stores(place)
    spooling = Spooling(spool or folder / "spool", utc_now)
    async with keeping(threads, spooling, clock=clock) as records:
        measurements = Measurements()
        told = alerts or Alerts(measurements=measurements)
        messages = str(folder / "messages")
        calls = Calls(rules, records, clock, messages, alerts=told, measurements=measurements)
        server = AgiServer(calls.handlers(), measurements=measurements)
        address = await server.start(listen(port=0))
        try:
            yield ServedSite(address, database, rules, records, postgres, measurements)
        finally:
            await server.stop()
            await told.close()
