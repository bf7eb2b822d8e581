"""Calls while the store is away: they go on, promises are kept, and nothing is lost or doubled."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from agi_server.testing import FakeChannel, HangUp, Press, ScriptedCaller
from crm.records import CallStory, Outcome
from crm.sqlite_store import SqliteStore
from dialplan import contract
from dialplan.contract import Go, QueueStatus, Script
from ivr.spoken import digits
from tests.conversations.sessions import until
from tests.conversations.site import CALL_ID, GOLD_CUSTOMER, MAIN_NUMBER, ServedSite, serving
from tests.postgres import PostgresServer, postgres_server

QUEUE = {"agent": "sara", "hold": "7", "queued": "1795501800"}


@pytest.fixture(scope="module")
def mortal_postgres() -> Iterator[PostgresServer]:
    """A server of our own, to be stopped and killed."""
    with postgres_server(durable=True) as server:
        yield server


def play(folder: Path, story: Callable[[ServedSite], Awaitable[None]], postgres: str = "") -> None:
    """Run one story against a server of its own."""

    async def whole() -> None:
        async with asyncio.timeout(60), serving(folder, postgres=postgres) as site:
            await until(lambda: site.records.trackings.held)
            await story(site)

    asyncio.run(whole())


def caller(*actions: Press | HangUp) -> FakeChannel:
    """A customer who calls the main number."""
    return FakeChannel(number=GOLD_CUSTOMER, dialled=MAIN_NUMBER, caller=ScriptedCaller(*actions))


async def whole_call(site: ServedSite) -> str:
    """All four requests of a call; the tracking number that the caller has heard."""
    channel = caller(Press("1"), Press("10"), Press("1"))
    await site.request(channel, Script.INCOMING)
    assert channel.variables.get(contract.DONE) == Script.INCOMING
    assert channel.variables.get(contract.QUEUE) == "support-fa"
    heard = [one.file for one in channel.heard]
    await site.request(channel, Script.AFTER_QUEUE, 2, status=QueueStatus.CONTINUE, **QUEUE)
    assert channel.variables.get(contract.GO) == Go.SURVEY
    await site.request(channel, Script.SURVEY, 3)
    assert channel.variables.get(contract.DONE) == Script.SURVEY
    channel.hang_up()
    await site.request(channel, Script.ENDED, 4, **QUEUE)
    assert channel.variables.get(contract.DONE) == Script.ENDED
    return spoken_number(heard)


def spoken_number(heard: list[str]) -> str:
    """The digits behind the words that announce a number."""
    sounds = {f"rahyab/fa/{digits(str(digit), 'fa')[0]}": str(digit) for digit in range(10)}
    start = heard.index("rahyab/fa/tracking-number-is")
    return "".join(sounds.get(sound, "") for sound in heard[start + 1 :])


def check_kept(story: CallStory, number: str) -> None:
    """Everything that the call was, once."""
    assert story.call.outcome is Outcome.ANSWERED
    assert story.call.agent == "sara"
    assert [case.tracking for case in story.cases] == [number]
    answers = [(each.question, each.value, each.tracking) for each in story.answers]
    assert answers == [("score", "10", number), ("solved", "yes", number)]
    assert {event.visit for event in story.timeline} == {1, 2, 3, 4}
    assert [event.kind for event in story.timeline].count("came-in") == 1


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process writes to the database, and does not stop."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def set_aside(path: Path) -> Iterator[None]:
    """The database is not where it was; nobody makes another one meanwhile."""
    aside = path.with_name("aside.db")
    path.rename(aside)
    yield
    assert not path.exists()
    aside.rename(path)


def test_a_call_goes_on_while_the_database_is_locked(tmp_path: Path) -> None:
    """It can be read, and not written: promises go to the spool, and from there into the file."""

    async def story(site: ServedSite) -> None:
        with locked(site.database):
            number = await whole_call(site)
            assert site.records.spool.waiting
        await site.emptied()
        check_kept(site.story(), number)
        assert site.story().call.facts["customer"]["status"] == "known"

    play(tmp_path, story)


def test_a_call_goes_on_while_the_database_is_gone(tmp_path: Path) -> None:
    """It is not made anew in silence; when it is put back, everything comes into it."""

    async def story(site: ServedSite) -> None:
        with set_aside(site.database):
            number = await whole_call(site)
        await site.emptied()
        check_kept(site.story(), number)

    play(tmp_path, story)


def test_the_facts_are_unavailable_when_the_server_of_the_store_is_down(
    tmp_path: Path, mortal_postgres: PostgresServer
) -> None:
    """A PostgreSQL that is killed, and started again."""

    async def story(site: ServedSite) -> None:
        mortal_postgres.kill()
        try:
            number = await whole_call(site)
        finally:
            mortal_postgres.start()
        await site.emptied()
        check_kept(site.story(), number)
        assert site.story().call.facts["customer"]["status"] == "unavailable"

    play(tmp_path, story, mortal_postgres.new_database())


def test_a_server_of_the_store_that_stands_still_is_not_waited_for(
    tmp_path: Path, mortal_postgres: PostgresServer
) -> None:
    """A PostgreSQL whose processes are all stopped (SIGSTOP), and go on later."""

    async def story(site: ServedSite) -> None:
        with stopped(mortal_postgres):
            loop = asyncio.get_running_loop()
            began = loop.time()
            number = await whole_call(site)
            assert loop.time() - began < 10
        await site.emptied()
        check_kept(site.story(), number)
        assert site.story().call.facts["customer"]["status"] == "unavailable"

    play(tmp_path, story, mortal_postgres.new_database())


@contextmanager
def stopped(server: PostgresServer) -> Iterator[None]:
    """All processes of the server stand still."""
    parent = server.pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    processes = (parent, *map(int, children))
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def test_what_began_before_goes_on_without_the_store(tmp_path: Path) -> None:
    """From what this process remembers of the call."""

    async def story(site: ServedSite) -> None:
        channel = caller(Press("1"), Press("10"), Press("1"))
        await site.request(channel, Script.INCOMING)
        (case,) = site.story().cases
        with set_aside(site.database):
            await site.request(channel, Script.AFTER_QUEUE, 2, status=QueueStatus.CONTINUE, **QUEUE)
            await site.request(channel, Script.SURVEY, 3)
        assert channel.variables.get(contract.DONE) == Script.SURVEY
        await site.emptied()
        assert [each.tracking for each in site.story().answers] == [case.tracking] * 2

    play(tmp_path, story)


def test_a_call_of_another_process_is_found_in_its_spool(tmp_path: Path) -> None:
    """The later requests of a call may reach any process of the machine."""

    async def story(site: ServedSite) -> None:
        channel = caller(Press("1"), Press("10"), Press("1"))
        with set_aside(site.database):
            async with serving(tmp_path / "other", spool=site.records.spool.folder) as other:
                await until(lambda: other.records.trackings.held)
                other.database.unlink()
                await other.request(channel, Script.INCOMING)
            await site.request(channel, Script.AFTER_QUEUE, 2, status=QueueStatus.CONTINUE, **QUEUE)
        assert channel.variables.get(contract.GO) == Go.SURVEY
        await site.emptied()
        assert site.story().call.queue == "support"

    (tmp_path / "other").mkdir()
    play(tmp_path, story)


def test_what_one_server_has_put_off_the_next_one_writes(tmp_path: Path) -> None:
    """The spool outlives the process, like the promises."""

    async def story() -> None:
        async with asyncio.timeout(60):
            with ExitStack() as held:
                async with serving(tmp_path) as site:
                    await until(lambda: site.records.trackings.held)
                    held.enter_context(locked(site.database))
                    number = await whole_call(site)
            async with serving(tmp_path) as site:
                await site.emptied()
                check_kept(site.story(), number)

    asyncio.run(story())


@pytest.mark.parametrize(
    ("status", "go"), [(QueueStatus.CONTINUE, Go.SURVEY), (QueueStatus.TIMEOUT, Go.HANGUP)]
)
def test_a_call_that_nobody_remembers_is_begun_anew(
    tmp_path: Path, status: QueueStatus, go: Go
) -> None:
    """By the queue that the channel names: nobody is dropped because the store is away."""

    async def story(site: ServedSite) -> None:
        script, known = ScriptedCaller(Press("#")), {contract.QUEUE: "support-fa"}
        channel = FakeChannel(number=GOLD_CUSTOMER, dialled=MAIN_NUMBER, caller=script, known=known)
        with set_aside(site.database):
            await site.request(channel, Script.AFTER_QUEUE, 2, status=status, **QUEUE)
            assert channel.variables.get(contract.DONE) == Script.AFTER_QUEUE
            assert channel.variables.get(contract.GO) == go
            channel.hang_up()
            await site.request(channel, Script.ENDED, 3)
        await site.emptied()
        assert site.story().call.queue == "support"
        assert site.story().call.ended_at is not None

    play(tmp_path, story)


def test_a_repeated_call_joins_the_open_case(tmp_path: Path) -> None:
    """The caller hears the number that they know."""

    async def story(site: ServedSite) -> None:
        first, second = caller(Press("1")), caller(Press("1"))
        await site.request(first, Script.INCOMING)
        await site.request(second, Script.INCOMING, call="1795500001.1-123456")
        numbers = {spoken_number([one.file for one in each.heard]) for each in (first, second)}
        with closing(SqliteStore(site.database)) as store:
            file = store.case_file(numbers.pop())
            joined = store.call_story("1795500001.1-123456")
        assert not numbers
        assert [call.id for call in file.calls] == [CALL_ID, "1795500001.1-123456"]
        assert joined is not None
        assert "case-joined" in [event.kind for event in joined.timeline]

    play(tmp_path, story)


def test_a_trial_joins_nothing(tmp_path: Path) -> None:
    """Whoever tries the rules out adds nothing to a real case."""

    async def story(site: ServedSite) -> None:
        first, trial = caller(Press("1")), caller(Press("1"))
        await site.request(first, Script.INCOMING)
        await site.request(trial, Script.INCOMING, call="try-1", trial="yes")
        numbers = {spoken_number([one.file for one in each.heard]) for each in (first, trial)}
        assert len(numbers) == 2

    play(tmp_path, story)
