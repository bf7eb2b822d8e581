"""The AGI commands, each with its own encoding and its own reading of the reply.

The same bytes mean different things by command, so each class decodes its own replies, text first.
This is the only package that writes command lines: every argument is quoted, what cannot be quoted
is refused, and no free text gets near a place where Asterisk evaluates expressions.

Source: res_agi.c of Asterisk 16 to 22, `parse_args` for the quoting, `handle_*` for the replies.
"""

from agi_server.commands.applications import NO_SUCH_APPLICATION, Exec, Noop, Verbose
from agi_server.commands.base import LONGEST_PROMPT_SECONDS, Command
from agi_server.commands.channels import Answer, ChannelState, ChannelStatus, Hangup
from agi_server.commands.prompts import (
    ANY_KEY,
    DataFailed,
    Digits,
    GetData,
    Interrupted,
    Playback,
    Played,
    PlayFailed,
    StreamFile,
)
from agi_server.commands.recording import (
    NotRecorded,
    Recorded,
    RecordFile,
    RecordingEnd,
    RecordingFormat,
)
from agi_server.commands.variables import (
    COLON,
    CUT_AT_BYTES,
    GetFullVariable,
    GetUntrusted,
    GetVariable,
    SetVariable,
    VariableValue,
)

__all__ = [
    "ANY_KEY",
    "COLON",
    "CUT_AT_BYTES",
    "LONGEST_PROMPT_SECONDS",
    "NO_SUCH_APPLICATION",
    "Answer",
    "ChannelState",
    "ChannelStatus",
    "Command",
    "DataFailed",
    "Digits",
    "Exec",
    "GetData",
    "GetFullVariable",
    "GetUntrusted",
    "GetVariable",
    "Hangup",
    "Interrupted",
    "Noop",
    "NotRecorded",
    "PlayFailed",
    "Playback",
    "Played",
    "RecordFile",
    "Recorded",
    "RecordingEnd",
    "RecordingFormat",
    "SetVariable",
    "StreamFile",
    "VariableValue",
    "Verbose",
]
