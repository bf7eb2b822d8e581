"""What the supervisor and its workers say to each other: one JSON object a line.

They go over a socket pair that only the two processes hold, so the other side is trusted to be of
this version; a line that cannot be read is a bug, and ends the worker.
"""

import asyncio
import json
from dataclasses import dataclass, fields
from typing import Any, Final, TypeAlias

LONGEST_MESSAGE: Final = 64 * 1024 * 1024
"""Bytes of one line: the text of the rules goes in one, and 2,000 rules are some 300 kB. JSON
spells each Persian letter with six bytes."""


@dataclass(frozen=True, slots=True)
class Begin:
    """To a worker, first of all: serve by these rules.

    `replaces`: whether it takes the place of one that died. Then the service has had its database,
    and one that is missing now must not be made anew, empty.
    """

    rules: str
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Prepare:
    """To a worker: load these rules, without using them yet. `attempt` numbers the reloads."""

    attempt: int
    rules: str


@dataclass(frozen=True, slots=True)
class Commit:
    """To a worker: use what was prepared for requests that begin from now on."""

    attempt: int


@dataclass(frozen=True, slots=True)
class Abort:
    """To a worker: forget what was prepared."""


@dataclass(frozen=True, slots=True)
class Drain:
    """To a worker: refuse new sessions, cut the running ones after `deadline` seconds, and end.

    One more of them shortens the deadline to nothing.
    """

    deadline: float


@dataclass(frozen=True, slots=True)
class Ready:
    """From a worker: it takes calls, by rules of this revision."""

    revision: str


@dataclass(frozen=True, slots=True)
class Failed:
    """From a worker that cannot start: why, in a sentence for the administrator."""

    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """From a worker, once a second.

    Attributes:
        measurements: `agi_server.measurements.Measurements.to_data`.
        cpu_seconds: What the process has used of the processors.
        memory_bytes: What it holds in memory.
    """

    measurements: dict[str, Any]
    cpu_seconds: float
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """From a worker: the rules of this attempt are loaded, and have this revision."""

    attempt: int
    revision: str


@dataclass(frozen=True, slots=True)
class Refused:
    """From a worker: the rules of this attempt cannot be used, and why."""

    attempt: int
    reason: str


@dataclass(frozen=True, slots=True)
class Committed:
    """From a worker: the rules of this attempt are in force."""

    attempt: int
    revision: str


@dataclass(frozen=True, slots=True)
class Drained:
    """From a worker, last of all: every session has ended, so many of them cut."""

    cut: int


Order: TypeAlias = Begin | Prepare | Commit | Abort | Drain
"""What the supervisor says."""

Answer: TypeAlias = Prepared | Refused | Committed
"""What a worker answers to an order that has an attempt."""

Message: TypeAlias = Order | Answer | Ready | Failed | Report | Drained

_KINDS: Final[dict[str, type[Message]]] = {
    kind.__name__: kind
    for kind in (
        *(Begin, Prepare, Commit, Abort, Drain),
        *(Ready, Failed, Report, Prepared, Refused, Committed, Drained),
    )
}


def encode(message: Message) -> bytes:
    """The line that says this."""
    said = {each.name: getattr(message, each.name) for each in fields(message)}
    return json.dumps([type(message).__name__, said], separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> Message:
    """What a line says."""
    name, said = json.loads(line)
    return _KINDS[name](**said)


async def receive(reader: asyncio.StreamReader) -> Message | None:
    """The next message; None when the other process is gone."""
    try:
        line = await reader.readline()
    except ConnectionError:
        return None
    return decode(line) if line.endswith(b"\n") else None
