"""A fake Asterisk: plays the other side of AGI over a real TCP connection, in no time.

It is for testing handlers and whole servers without telephony: a `FakeChannel` is one call, `agi`
does what the dialplan application AGI() does with it. No real time passes while prompts play or
time limits run: a clock of the channel's own goes forward instead. The answers are those of
Asterisk 22, tried against it.

    caller = ScriptedCaller(Press("1"), Press("10#"))
    channel = FakeChannel(number="+37120000000", caller=caller)
    result = await agi(channel, "agi://127.0.0.1:4573/incoming")
    assert result.status == "SUCCESS"
    assert channel.variables.get("RAHYAB_QUEUE") == "support"
    assert [heard.file for heard in channel.heard] == ["welcome", "main-menu"]

The caller is any awaitable callback: at each prompt and recording it gets an `Asked` and returns
`Press`, `Silence` or `HangUp`. A terminal can answer as well as a script. `channel.hang_up()` may
also be called from outside at any time.

Like the real one: one file in STREAM FILE and GET DATA; the `HANGUP` notice when the caller
leaves, and again at every end; 511 for what needs a live channel, once it is dead; the line
`failure`; `AGISTATUS` SUCCESS when a server merely closes. Not modelled: audio, commands outside
`agi_server.commands` (they get 510), and `$[…]` expressions.
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
