"""Who hangs up on the way to a queue was never in it, at whatever command that is."""

import asyncio
from contextlib import closing
from pathlib import Path

import pytest

from agi_server.testing import FakeChannel
from crm.records import CallStory, Disposition, Outcome
from crm.stores import open_store
from dialplan import contract
from dialplan.contract import Go, QueueStatus, Script
from tests.conversations.site import MAIN_NUMBER, ServedSite, serving
from tests.conversations.test_queueing import EPOCH, RECEPTION, RULES, STRANGER

pytestmark = pytest.mark.slow

MOST_COMMANDS = 40
"""More than either request makes."""

TWO_QUEUES = MAIN_NUMBER
"""Its queue gives up to another one."""


def caller(dialled: str, leaves_after: int | None = None, queued_at: str = "") -> FakeChannel:
    """A caller who hangs up after so many commands."""
    known = {contract.QUEUED_AT: queued_at}
    return FakeChannel(
        number=STRANGER, dialled=dialled, leaves_after=leaves_after, known=known, epoch=EPOCH
    )


async def end(
    site: ServedSite, call: str, channel: FakeChannel, visit: int, status: str = ""
) -> CallStory:
    """The end of the call, as the extension `h` tells it: with what the channel's variables are."""
    last = channel.variables.get(contract.QUEUED_AT) or ""
    channel.hang_up()
    await site.request(channel, Script.ENDED, visit, call=call, status=status, queued=last)
    with closing(open_store(site.place)) as store:
        story = store.call_story(call)
    assert story is not None
    return story


def ends(story: CallStory) -> list[Disposition]:
    """How the visits of the call ended."""
    return [each.disposition for each in story.queue_visits]


def test_the_first_queue(tmp_path: Path) -> None:
    """The request may have ended, too: the dialplan had not come to the queue."""

    async def story() -> None:
        async with serving(tmp_path, rules_file=RULES) as site:
            for commands in range(1, MOST_COMMANDS):
                call, channel = f"{commands}.1-1", caller(RECEPTION, commands)
                await site.request(channel, Script.INCOMING, call=call)
                told = await end(site, call, channel, 2)
                assert ends(told) in ([], [Disposition.NOT_ENTERED]), commands
                assert told.call.outcome is Outcome.LEFT_IN_MENU, commands
        assert ends(told) == [Disposition.NOT_ENTERED]

    asyncio.run(story())


def test_the_next_queue(tmp_path: Path) -> None:
    """What the dialplan still holds of the queue before is not taken for this one's."""

    async def story() -> None:
        timeout = {"status": QueueStatus.TIMEOUT, "queued": str(EPOCH - 60)}
        async with serving(tmp_path, rules_file=RULES) as site:
            for commands in range(1, MOST_COMMANDS):
                call = f"{commands}.1-1"
                await site.request(caller(TWO_QUEUES), Script.INCOMING, call=call)
                channel = caller(TWO_QUEUES, commands, timeout["queued"])
                await site.request(channel, Script.AFTER_QUEUE, 2, call=call, **timeout)
                told = await end(site, call, channel, 3, QueueStatus.TIMEOUT)
                first, *second = ends(told)
                assert first is Disposition.TIMEOUT, commands
                assert second in ([], [Disposition.NOT_ENTERED]), commands
        assert channel.variables.get(contract.GO) == Go.QUEUE
        assert second == [Disposition.NOT_ENTERED]

    asyncio.run(story())
