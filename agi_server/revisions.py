"""Keeping every revision of the rules that came into force, so that past calls can be explained."""

import asyncio
from contextlib import closing
from datetime import datetime
from typing import Final

import structlog

from agi_server.settings import Settings
from crm.ports import StoreError
from crm.records import Revision
from crm.stores import open_store
from routing.rules_text import RulesText

FINISH_SECONDS: Final = 5.0
"""How long the end of the service waits for what is still being written: as long as the store
itself waits for another process's lock."""

RETRY_SECONDS: Final = 10.0
"""Between two attempts to keep a revision in a store that is away."""

log = structlog.get_logger(__name__)


async def record_revision(settings: Settings, rules: RulesText, at: datetime) -> bool:
    """Keep rules that came into force.

    The store is opened for this moment alone, in a thread: rules change seldom, and the supervisor
    needs it for nothing else. A store that fails is told in the log: calls are served all the same,
    and journals say which rules they went by.

    Args:
        settings: Where the store is.
        rules: What came into force.
        at: When, in UTC.

    Returns:
        Whether they are kept.
    """
    try:
        await asyncio.to_thread(_keep, settings, Revision(rules.revision, rules.bundled(), at))
    except StoreError as error:
        log.error(
            "these rules are not kept yet: past calls cannot be explained by them",
            revision=rules.revision,
            reason=str(error),
            cure=f"mend what the reason says; it is tried again every {RETRY_SECONDS:g} s",
        )
        return False
    log.debug("rules kept", revision=rules.revision)
    return True


def _keep(settings: Settings, revision: Revision) -> None:
    with closing(open_store(settings.store, create=False)) as store:
        store.keep_revision(revision)


class RevisionKeeper:
    """Keeps revisions beside what else goes on: no reload waits for a disk.

    Args:
        settings: Where the store is.
        retry_seconds: Between two attempts.
    """

    def __init__(self, settings: Settings, retry_seconds: float = RETRY_SECONDS) -> None:
        self._settings = settings
        self._retry_seconds = retry_seconds
        self._tasks: set[asyncio.Task[None]] = set()
        self._finishing = asyncio.Event()

    def keep(self, rules: RulesText, at: datetime) -> None:
        """See to it that these rules, in force since `at` (UTC), are kept, now or later."""
        task = asyncio.create_task(self._keep(rules, at))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """Wait for what is still being written, but not for ever, nor for a store that is away."""
        self._finishing.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=FINISH_SECONDS)

    async def _keep(self, rules: RulesText, at: datetime) -> None:
        while not await record_revision(self._settings, rules, at):
            try:
                async with asyncio.timeout(self._retry_seconds):
                    await self._finishing.wait()
            except TimeoutError:
                continue
            return
