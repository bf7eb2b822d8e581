"""A fake Asterisk: plays the other side of AGI, in no time, without a network or over TCP.

It is for testing handlers and whole servers without telephony (docs/testing-your-scripts.md). A
`FakeChannel` is one call; `agi_in_process` and `agi` do what the dialplan application AGI() does
with it: the first with a handler or a server in this process, the second over TCP. No real time
passes while prompts play or time limits run: a clock of the channel's own goes forward instead.

    caller = ScriptedCaller(Press("1"), Press("10#", after=1.3))
    channel = FakeChannel(number="+37120000000", caller=caller)
    result = await agi_in_process(channel, handler)
    assert result.status == "SUCCESS"
    assert channel.variables["RAHYAB_QUEUE"] == "support"
    assert [heard.file for heard in channel.heard] == ["welcome", "main-menu"]

The caller is any awaitable callback: at each prompt and question it gets an `Asked` and returns an
`Action`. A terminal can answer as well as a script. `channel.hang_up()` and `channel.press()` may
also be called from outside at any time. `Faults` break the connection in many ways.

Like the real one, and held to it by transcripts recorded from Asterisk 22 and 16
(tests/transcripts): all 47 commands; how lines are read, cut and split; prompts that the server's
next command cancels; the `HANGUP` notice when the caller leaves, and again at every end; 511 on a
dead channel; AGISTATUS. Not modelled: audio, `$[…]` expressions, EAGI, most dialplan functions.
Queues stand still.
"""

from agi_server.testing.asterisk import agi, agi_in_process
from agi_server.testing.callers import (
    Action,
    Asked,
    Caller,
    HangUp,
    InTurn,
    Press,
    ScriptedCaller,
    Silence,
    Speak,
    Type,
    silent,
)
from agi_server.testing.channel import Application, FakeChannel, Heard, Location, Recording, Sounds
from agi_server.testing.database import Database
from agi_server.testing.faults import Faults, Usage
from agi_server.testing.queues import Queue, QueueMember
from agi_server.testing.session import AgiResult, Exchange
from agi_server.testing.variables import Variables
from agi_server.testing.words import split_words

__all__ = [
    "Action",
    "AgiResult",
    "Application",
    "Asked",
    "Caller",
    "Database",
    "Exchange",
    "FakeChannel",
    "Faults",
    "HangUp",
    "Heard",
    "InTurn",
    "Location",
    "Press",
    "Queue",
    "QueueMember",
    "Recording",
    "ScriptedCaller",
    "Silence",
    "Sounds",
    "Speak",
    "Type",
    "Usage",
    "Variables",
    "agi",
    "agi_in_process",
    "silent",
    "split_words",
]
