"""The link is held, lost and found again, and the log says each once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from ami import reconnecting
from ami.access import Access
from ami.reconnecting import Link
from ami.session import Session
from ami.testing import fake_manager

Logs = list[MutableMapping[str, Any]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are short."""
    monkeypatch.setattr(reconnecting, "PAUSES_SECONDS", (0.01, 0.02))


async def follow(session: Session) -> None:
    """Take all events, until the connection is lost."""
    while True:
        await session.next_event()


async def until(seen: Callable[[], bool]) -> None:
    """Return when something is so; fails after a minute."""
    async with asyncio.timeout(60):
        while not seen():  # noqa: ASYNC110  there is no event to wait for
            await asyncio.sleep(0.005)


def told(logs: Logs) -> list[str]:
    """What whoever reads the log is told of."""
    return [line["event"] for line in logs if line["log_level"] != "debug"]


def tries(logs: Logs) -> int:
    """How often it was tried in vain behind the first time."""
    return sum(line["event"] == "manager link still down" for line in logs)


@asynccontextmanager
async def held(access: Access, serve: Callable[[Session], Awaitable[None]]) -> AsyncIterator[None]:
    """A link is held meanwhile."""
    task = asyncio.create_task(Link(access, serve).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait((task,))


def test_a_link_that_is_lost_is_found_again() -> None:
    """An outage is one line of the log however often it is tried, and its end another."""

    async def story(logs: Logs) -> None:
        async with AsyncExitStack() as asterisk, AsyncExitStack() as ours:
            first = await asterisk.enter_async_context(fake_manager())
            await ours.enter_async_context(held(first.access, follow))
            await until(lambda: first.logins == 1)
            await asterisk.aclose()
            await until(lambda: tries(logs) >= 3)
            again = await asterisk.enter_async_context(fake_manager(port=first.access.port))
            await until(lambda: again.logins == 1 and told(logs)[2:] == ["manager link up"])

    with capture_logs() as logs:
        asyncio.run(story(logs))
    assert told(logs) == [
        *("manager link up", "manager link down; it is tried again", "manager link up")
    ]


def test_a_wrong_secret_is_told_once_and_never_shown() -> None:
    """With where to look; a PBX that was away before does not hide it."""

    async def story(logs: Logs) -> None:
        async with fake_manager() as gone:
            access = replace(gone.access, secret="top-secret")
        async with held(access, follow):
            await until(lambda: tries(logs) >= 1)
            async with fake_manager(port=access.port) as manager:
                await until(lambda: len(told(logs)) == 2)
                before = tries(logs)
                await until(lambda: tries(logs) >= before + 2)
                assert manager.logins == 0

    with capture_logs() as logs:
        asyncio.run(story(logs))
    assert told(logs) == ["manager link down; it is tried again"] * 2
    shown = str(logs)
    assert "compare RAHYAB_AMI_USER and RAHYAB_AMI_SECRET" in shown
    assert "top-secret" not in shown


def test_a_bug_of_ours_does_not_end_it() -> None:
    """It stands in the log with its traceback, and the link is held again."""
    served = 0

    async def stumble(session: Session) -> None:
        nonlocal served
        served += 1
        if served == 1:
            raise LookupError("odd")
        await follow(session)

    async def story() -> None:
        async with fake_manager() as manager, held(manager.access, stumble):
            await until(lambda: served == 2)

    with capture_logs() as logs:
        asyncio.run(story())
    assert told(logs) == [
        *("manager link up", "what was done over the manager link has failed", "manager link up")
    ]
