"""Every revision that came into force is in the database."""

import asyncio
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from agi_server.revisions import FINISH_SECONDS, RevisionKeeper, record_revision
from agi_server.settings import Settings, load_settings
from crm.records import LoadedRevision
from crm.stores import open_store
from routing.rules_text import RulesText
from tests.conversations.sessions import until

AT = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
RULES = RulesText("rules.yaml", "name: پارس\n", {"more.yaml": "queues: {}\n"})
OTHER = RulesText("rules.yaml", "name: Pars\n")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """With a database of their own, which the workers have made."""
    settings = load_settings({"RAHYAB_HOME": str(tmp_path)})
    open_store(settings.store).close()
    return settings


def kept(settings: Settings) -> Sequence[LoadedRevision]:
    """What the database has."""
    with closing(open_store(settings.store)) as store:
        return store.revisions()


def test_rules_come_back_as_they_were(settings: Settings) -> None:
    """With the files that they included."""
    asyncio.run(record_revision(settings, RULES, AT))
    with closing(open_store(settings.store)) as store:
        found = store.revision(RULES.revision)
    assert found is not None
    assert RulesText.unbundled(found.bundle) == RULES
    assert found.loaded_at == AT


def test_rules_that_come_again_are_kept_once(settings: Settings) -> None:
    """As after a rollback: with the last time."""
    later = AT + timedelta(minutes=1)
    for rules, at in ((RULES, AT), (OTHER, AT), (RULES, later)):
        asyncio.run(record_revision(settings, rules, at))
    assert kept(settings) == [
        LoadedRevision(RULES.revision, later),
        LoadedRevision(OTHER.revision, AT),
    ]


def test_a_database_that_fails_is_told_with_a_cure(settings: Settings) -> None:
    """And nothing is raised: no reload stops for it."""
    settings.home.joinpath("rahyab.db").write_text("this is no database")
    with capture_logs() as log:
        asyncio.run(record_revision(settings, RULES, AT))
    (line,) = log
    assert (line["log_level"], line["revision"]) == ("error", RULES.revision)
    assert "not an SQLite database" in line["reason"]
    assert line["cure"]


def test_the_end_waits_for_what_is_being_written(settings: Settings) -> None:
    """A reload just before the end is kept too."""

    async def keep() -> None:
        keeper = RevisionKeeper(settings)
        await keeper.finish()
        keeper.keep(RULES, AT)
        keeper.keep(OTHER, AT)
        await keeper.finish()

    asyncio.run(keep())
    assert {each.name for each in kept(settings)} == {RULES.revision, OTHER.revision}


def test_a_store_that_is_away_is_asked_again(settings: Settings) -> None:
    """The rules are kept once it is back; and it is not made anew meanwhile."""
    database = settings.home / "rahyab.db"

    async def keep() -> None:
        database.rename(settings.home / "aside.db")
        keeper = RevisionKeeper(settings, retry_seconds=0.01)
        with capture_logs() as log:
            keeper.keep(RULES, AT)
            await until(lambda: len(log) > 1)
            assert not database.exists()
            (settings.home / "aside.db").rename(database)
            await until(lambda: kept(settings))
            await keeper.finish()

    asyncio.run(keep())
    assert kept(settings) == [LoadedRevision(RULES.revision, AT)]


def test_the_end_does_not_wait_for_a_store_that_is_away(settings: Settings) -> None:
    """The next start keeps the rules."""
    (settings.home / "rahyab.db").unlink()

    async def keep() -> None:
        keeper = RevisionKeeper(settings, retry_seconds=3_600)
        with capture_logs() as log:
            keeper.keep(RULES, AT)
            await until(lambda: log)
            async with asyncio.timeout(FINISH_SECONDS / 2):
                await keeper.finish()

    asyncio.run(keep())
