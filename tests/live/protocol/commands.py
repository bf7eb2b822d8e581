"""The 47 commands of Asterisk 16 and 22."""

from typing import Final

USABLE_WHEN_DEAD: Final = frozenset(
    {
        "asyncagi break",
        "database del",
        "database deltree",
        "database get",
        "database put",
        "exec",
        "get full variable",
        "get variable",
        "noop",
        "set variable",
        "speech destroy",
        "speech unload grammar",
        "verbose",
    }
)

FOR_THE_LIVING: Final = frozenset(
    {
        "answer",
        "channel status",
        "control stream file",
        "get data",
        "get option",
        "gosub",
        "hangup",
        "receive char",
        "receive text",
        "record file",
        "say alpha",
        "say date",
        "say datetime",
        "say digits",
        "say number",
        "say phonetic",
        "say time",
        "send image",
        "send text",
        "set autohangup",
        "set callerid",
        "set context",
        "set extension",
        "set music",
        "set priority",
        "speech activate grammar",
        "speech create",
        "speech deactivate grammar",
        "speech load grammar",
        "speech recognize",
        "speech set",
        "stream file",
        "tdd mode",
        "wait for digit",
    }
)
"""The others: 511 on a dead channel."""

ALL: Final = USABLE_WHEN_DEAD | FOR_THE_LIVING
