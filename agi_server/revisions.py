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

log = structlog.get_logger(__name__)


async def record_revision(settings: Settings, rules: RulesText, at: datetime) -> None:
    """Keep rules that came into force.

    The database is opened for this moment alone, in a thread: rules change seldom, and the
    supervisor needs it for nothing else. A database that fails is told in the log: calls are served
    all the same, and journals say which rules they went by.

    Args:
        settings: Where the database is.
        rules: What came into force.
        at: When, in UTC.
    """
    try:
        await asyncio.to_thread(_keep, settings, Revision(rules.revision, rules.bundled(), at))
    except StoreError as error:
        log.error(
            "these rules are not kept: past calls cannot be explained by them",
            revision=rules.revision,
            reason=str(error),
            cure="mend what the reason says; the next start or reload that brings them keeps them",
        )
    else:
        log.debug("rules kept", revision=rules.revision)


def _keep(settings: Settings, revision: Revision) -> None:
    with closing(open_store(settings.store)) as store:
        store.keep_revision(revision)


class RevisionKeeper:
    """Keeps revisions beside what else goes on: no reload waits for a disk.

    Args:
        settings: Where the database is.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tasks: set[asyncio.Task[None]] = set()

    def keep(self, rules: RulesText, at: datetime) -> None:
        """See to it that these rules, in force since `at` (UTC), are kept."""
        task = asyncio.create_task(record_revision(self._settings, rules, at))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """Wait for what is still being written, but not for ever."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=FINISH_SECONDS)
