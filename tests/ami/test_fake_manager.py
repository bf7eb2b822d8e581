"""The fake is held to what a real Asterisk does."""

import asyncio

import pytest

from ami.testing import fake_manager
from tests.ami.manager_contract import PROMISES, Promise, name_of


@pytest.mark.parametrize("promise", PROMISES, ids=name_of)
def test_the_fake_keeps_the_contract(promise: Promise) -> None:
    """Each promise by itself."""

    async def story() -> None:
        async with fake_manager() as manager:
            manager.queues |= {"support", "sales"}
            await promise(manager.access)

    asyncio.run(story())
