"""Which commands there are, and which of them a dead channel takes."""

import re

import pytest

from tests.live.protocol.commands import ALL, FOR_THE_LIVING, USABLE_WHEN_DEAD
from tests.live.protocol.real import RealAsterisk

pytestmark = pytest.mark.live

DEAD = b"511 Command Not Permitted on a dead channel or intercept routine"

NEEDS_NOTHING = {
    "answer",
    "asyncagi break",
    "channel status",
    "noop",
    "set callerid",
    "speech create",
    "speech destroy",
}
"""Without arguments the others answer 520; HANGUP, which needs none either, is left out."""


def test_asterisk_names_these_47(real_asterisk: RealAsterisk):
    """And says of 13 of them that they run dead."""
    rows = real_asterisk.asterisk.rx("agi show commands").splitlines()
    found = [re.match(r"\s*(Yes|No)\s\s+(\S+(?: \S+)*?)\s{3}", row) for row in rows]
    known = {match[2]: match[1] == "Yes" for match in found if match}

    assert len(ALL) == 47
    assert set(known) == ALL
    assert {name for name, dead in known.items() if dead} == USABLE_WHEN_DEAD


def test_a_dead_channel_takes_13_of_them(real_asterisk: RealAsterisk):
    """The others are refused before their arguments are looked at."""
    session = real_asterisk.call(context="agi-lab-dead").session()
    replies = {name: session.command(name.upper()) for name in sorted(ALL)}

    assert {name for name, reply in replies.items() if reply == DEAD} == FOR_THE_LIVING
    assert len(USABLE_WHEN_DEAD) == 13


def test_every_command_has_a_usage(real_asterisk: RealAsterisk):
    """So with documentation installed, 520 is always a block."""
    session = real_asterisk.call().session()
    replies = {name: session.command(name.upper()) for name in sorted(ALL - {"hangup"})}

    refused = {name: reply for name, reply in replies.items() if not reply.startswith(b"200 ")}
    assert set(replies) - set(refused) == NEEDS_NOTHING
    for name, reply in refused.items():
        assert reply.startswith(b"520-Invalid command syntax.  Proper usage follows:\n"), name
        assert reply.endswith(b"\n520 End of proper usage."), name
