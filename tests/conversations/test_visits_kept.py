"""What a request of a call remembers of visits to queues is written with its journal."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agi_server.app import keeping
from agi_server.channel import Channel
from agi_server.journal import Journal
from agi_server.records import Records
from agi_server.spooling import Spooling
from agi_server.store_threads import StoreThreads
from crm.memory_store import MemoryDatabase, MemoryStore
from crm.ports import Store, StoreUnavailableError
from crm.records import Disposition, NewCall, QueueVisit
from crm.writes import Write
from tests.conversations.sessions import Run, play

AT = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)
CALL = NewCall("call-1", AT, "", "", None, "1", None, "fa", None, "r", {})
WAITING = QueueVisit("call-1", 1, "support", "fa", "rahyab-support-fa", AT, AT)
ENDED = replace(WAITING, disposition=Disposition.TIMEOUT, left_at=AT + timedelta(minutes=5))


def now() -> datetime:
    """The same moment for all."""
    return AT


async def write_visits(records: Records, *visits: QueueVisit) -> None:
    """A session of a call that is begun, each of whose visits is written before the next."""

    async def handler(channel: Channel) -> None:
        journal = Journal("call-1", 1, records, now, channel, new_call=CALL)
        for visit in visits:
            journal.note("queued", queue=visit.queue)
            journal.visit_queue(visit)
            await journal.flush()

    await play(handler)


async def kept_by(
    open_store: Callable[[], Store], folder: Path, *visits: QueueVisit
) -> tuple[Write, ...]:
    """Write visits with such a store; what is in the spool then."""
    stores, spool = StoreThreads(open_store), Spooling(folder, now)
    async with keeping(stores, spool, clock=now) as records:
        await write_visits(records, *visits)
        return tuple(await spool.writes_of("call-1"))


def test_visits_go_to_the_store(run: Run, tmp_path: Path) -> None:
    """Behind the call that they belong to; the end completes the beginning."""
    database = MemoryDatabase()
    spooled = run(kept_by(lambda: MemoryStore(database), tmp_path, WAITING, ENDED))
    assert list(MemoryStore(database).queue_visits()) == [ENDED]
    assert spooled == ()


def test_without_the_store_visits_go_to_the_spool(run: Run, tmp_path: Path) -> None:
    """Each once, with what else the request wrote."""

    def away() -> Store:
        raise StoreUnavailableError("away")

    spooled = run(kept_by(away, tmp_path, WAITING, ENDED))
    assert [each for each in spooled if isinstance(each, QueueVisit)] == [WAITING, ENDED]
    assert CALL in spooled
