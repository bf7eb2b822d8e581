"""What a dialplan that asks several servers relies on: when a request counts as begun."""

import asyncio
from pathlib import Path

from agi_server.testing import FakeChannel, Silence
from agi_server.testing.callers import Action, Asked
from dialplan import contract
from dialplan.contract import QueueStatus, Script
from tests.conversations.site import GOLD_CUSTOMER, MAIN_NUMBER, serving


def test_a_request_is_begun_before_the_caller_hears_a_word(tmp_path: Path) -> None:
    """Else a second server could begin the same conversation again."""
    begun: list[str | None] = []

    async def listens(asked: Asked, /) -> Action:
        del asked
        begun.append(channel.variables.get(contract.BEGUN))
        return Silence()

    channel = FakeChannel(number=GOLD_CUSTOMER, dialled=MAIN_NUMBER, caller=listens)

    async def call() -> None:
        async with serving(tmp_path) as site:
            await site.request(channel, Script.INCOMING)

    asyncio.run(call())
    assert begun
    assert set(begun) == {Script.INCOMING}


def test_what_cannot_be_begun_is_left_to_another_server(tmp_path: Path) -> None:
    """This one cannot know which survey was meant: perhaps another can."""
    channel = FakeChannel(dialled=MAIN_NUMBER)

    async def call() -> str:
        async with serving(tmp_path) as site:
            asked = site.request(
                channel, Script.SURVEY, visit=2, status=QueueStatus.CONTINUE, agent="sara"
            )
            return (await asked).status

    assert asyncio.run(call()) == "FAILURE"
    assert channel.variables.get(contract.BEGUN) is None


def test_an_end_that_is_told_twice_is_written_once(tmp_path: Path) -> None:
    """The first server died before it could say that it had written it."""
    channel = FakeChannel(number=GOLD_CUSTOMER, dialled=MAIN_NUMBER)

    async def call() -> list[str]:
        async with serving(tmp_path) as site:
            await site.request(channel, Script.INCOMING)
            for _ in range(2):
                await site.request(channel, Script.ENDED, visit=2)
            return [event.kind for event in site.story().timeline]

    assert asyncio.run(call()).count("ended") == 1
