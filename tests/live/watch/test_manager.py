"""A real Asterisk keeps the contract that our fake manager interface is held to."""

import asyncio

import pytest

from agi_server.lab.telephony import Telephony
from tests.ami.manager_contract import PROMISES, Promise, name_of

pytestmark = [pytest.mark.live, pytest.mark.every_asterisk]


@pytest.mark.parametrize("promise", PROMISES, ids=name_of)
def test_asterisk_keeps_the_contract(promise: Promise, telephony: Telephony) -> None:
    """Each promise by itself."""

    async def story() -> None:
        assert telephony.asterisk.manager is not None
        await promise(telephony.asterisk.manager)

    asyncio.run(story())
