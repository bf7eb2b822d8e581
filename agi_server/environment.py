"""The environment: what Asterisk says of a call before the first command.

Source: res_agi.c of Asterisk 16 to 22, `launch_netscript` and `setup_env`.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

MAX_ENVIRONMENT_BYTES: Final = 64 * 1024
"""A real environment is under 2 KiB; a dialplan that passes long arguments stays far below this,
and a peer that never ends its environment holds no more than this."""

MAX_ENVIRONMENT_LINES: Final = 1_024
"""Asterisk sends 22 and at most 127 arguments; the rest is room for newlines that callers send in
their numbers. Lines are objects here, and cost more than their bytes."""

LINE_LIMIT: Final = 2_047
"""Bytes of a command with its newline that every Asterisk reads whole (AGI_BUF_LEN - 1). The rest
of a longer line would be run as a command of its own."""

LONG_LINE_LIMIT: Final = 8_191
"""The same since 20.16, 21.11, 22.6 and 23.0."""

_LONG_LINES_SINCE: Final = {20: 16, 21: 11, 22: 6}
_VERSION: Final = re.compile(r"(\d{1,3})\.(\d{1,3})(?!\d)", re.ASCII)

_PREAMBLE: Final = b"agi_network: yes\n"
"""What FastAGI starts with (launch_netscript): who says anything else is no Asterisk."""
_LAST: Final = b"\nagi_threadid: "
_END: Final = b"\n\n"

_ORDER: Final = {
    name: rank
    for rank, name in enumerate(
        (
            "agi_network",
            "agi_network_script",
            "agi_request",
            "agi_channel",
            "agi_language",
            "agi_type",
            "agi_uniqueid",
            "agi_version",
            "agi_callerid",
            "agi_calleridname",
            "agi_callingpres",
            "agi_callingani2",
            "agi_callington",
            "agi_callingtns",
            "agi_dnid",
            "agi_rdnis",
            "agi_context",
            "agi_extension",
            "agi_priority",
            "agi_enhanced",
            "agi_accountcode",
            "agi_threadid",
        )
    )
}
_USUAL: Final = re.compile(
    "\n".join(f"{name}: ([^\n]*)" for name in _ORDER) + r"((?:\nagi_arg_[0-9]+: [^\n]*)*)"
)
"""The environment of nearly every session, read at a quarter of the cost."""
_ENVIRONMENT_LINE: Final = re.compile(r"agi_[a-z0-9_]+: ?", re.ASCII)
_ARGUMENT: Final = re.compile(r"agi_arg_([1-9]\d{0,4})", re.ASCII)
_FIRST_ARGUMENT: Final = len(_ORDER)


class NoEnvironmentError(Exception):
    """What the peer has sent is not, and cannot become, an environment; the message says why."""


class Read(NamedTuple):
    """A complete environment: its values under their full names, and its size in bytes."""

    values: Mapping[str, str]
    size: int


class EnvironmentReader:
    """Reads one environment, however many pieces it comes in; no byte is searched twice."""

    __slots__ = ("_at", "_wanted")

    def __init__(self) -> None:
        self._wanted = _LAST
        self._at = len(_PREAMBLE) - 1
        """Where to go on looking for it."""

    def read(self, received: bytearray) -> Read | None:
        """The environment that `received` begins with; None while it is not complete.

        It ends at the first empty line behind `agi_threadid`, which comes last but for the
        arguments: a caller's number can hold an empty line of its own (SIP: `sip:98%0a%0a@...`).

        Args:
            received: All that has come so far, each time.

        Raises:
            NoEnvironmentError: the peer is no Asterisk, or something in a value forges lines.
        """
        if not received.startswith(_PREAMBLE) and not _PREAMBLE.startswith(received):
            raise NoEnvironmentError("not FastAGI: the peer does not begin with agi_network")
        end = self._find_end(received)
        if max(end, len(received) - len(_END) if end < 0 else 0) > MAX_ENVIRONMENT_BYTES:
            raise NoEnvironmentError(f"an environment of more than {MAX_ENVIRONMENT_BYTES} bytes")
        if end < 0:
            return None
        if received.count(b"\n", 0, end) >= MAX_ENVIRONMENT_LINES:
            raise NoEnvironmentError(f"an environment of more than {MAX_ENVIRONMENT_LINES} lines")
        text = received[:end].decode("utf-8", "surrogateescape")
        return Read(_parse_usual(text) or _parse_unusual(text), end + len(_END))

    def _find_end(self, received: bytearray) -> int:
        """Where the environment's last line ends; -1 while it has not."""
        found = received.find(self._wanted, self._at)
        if found >= 0 and self._wanted is _LAST:
            self._wanted, self._at = _END, found
            found = received.find(_END, found)
        if found < 0:
            self._at = max(self._at, len(received) - len(self._wanted) + 1)
        return found


@lru_cache(maxsize=64)
def line_limit(version: str) -> int:
    """The longest command line in bytes, newline included, for an `agi_version`.

    An unknown version (a certified or self-built one) gets the shorter limit.
    """
    match = _VERSION.match(version)
    if match is None:
        return LINE_LIMIT
    branch, minor = int(match[1]), int(match[2])
    since = _LONG_LINES_SINCE.get(branch)
    is_long = branch > max(_LONG_LINES_SINCE) if since is None else minor >= since
    return LONG_LINE_LIMIT if is_long else LINE_LIMIT


def _parse_usual(text: str) -> dict[str, str] | None:
    """The values of an environment without any peculiarity; None if it has one."""
    usual = _USUAL.fullmatch(text)
    if usual is None:
        return None
    # The last group, which has no name in `_ORDER`, is the arguments.
    values = dict(zip(_ORDER, usual.groups(), strict=False))
    for number, line in enumerate(usual[_FIRST_ARGUMENT + 1].split("\n")[1:], start=1):
        name, _, value = line.partition(": ")
        if name != f"agi_arg_{number}":
            return None
        values[name] = value
    return values


def _parse_unusual(text: str) -> dict[str, str]:
    values: dict[str, list[str]] = {}
    lines: list[str] = []
    highest = -1
    for line in text.split("\n"):
        match = _ENVIRONMENT_LINE.match(line)
        if match is None:
            # Asterisk does not escape: this value holds a newline, and goes on here.
            lines.append(line)
            continue
        name = line[: line.index(":")]
        rank = _rank(name)
        if name in values or (rank is not None and rank < highest):
            raise NoEnvironmentError(f"{name} repeated or out of order: a value forges lines")
        highest = highest if rank is None else rank
        values[name] = lines = [line[match.end() :]]
    return {name: "\n".join(lines) for name, lines in values.items()}


def _rank(name: str) -> int | None:
    """The place of a line among the others; None for one that no Asterisk up to 22 sends."""
    rank = _ORDER.get(name)
    if rank is not None:
        return rank
    match = _ARGUMENT.fullmatch(name)
    return None if match is None else _FIRST_ARGUMENT + int(match[1])
