"""Where the lines of each call stand in the spools of a folder.

A call's next request may reach a process that has put nothing of it off, or not all of it. It looks
the call up here: the spools only grow, so each look reads what is new in them, and no more.
"""

import json
import os
import re
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import BinaryIO, Final

from crm.spool import Batch, DamagedLineError, read_batch
from crm.spool_reading import spool_names
from crm.writes import Write, call_of

MOST_FOLLOWED: Final = 64 * 2**20
"""Bytes of some six thousand calls: who is still in a queue began after them. Reading them takes a
fraction of a second, once, after a start in the midst of a long outage."""

_CALL: Final = re.compile(rb'"(?:call_)?id":("(?:[^"\\]|\\.)*")')
"""The first of these in a line names its call: a line holds the writes of one call, and a quotation
mark in a text before it has a backslash."""


@dataclass(slots=True)
class _Followed:
    """A spool that has been read up to `end`; by call, where its lines begin and their length."""

    end: int
    places: defaultdict[str, list[tuple[int, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )


class SpoolIndex:
    """Follows the spools of a folder; any thread may ask.

    Args:
        folder: The folder.
        most_followed: Bytes of a spool, from its end, that are read when it is first seen.
    """

    def __init__(self, folder: Path, *, most_followed: int = MOST_FOLLOWED) -> None:
        self._folder = folder
        self._most_followed = most_followed
        self._spools: dict[str, _Followed] = {}
        self._lock = Lock()

    def writes_of(self, call_id: str) -> tuple[Write, ...]:
        """What is in the spools of one call, in the order of time. Raises OSError."""
        with self._lock:
            batches = [batch for name in self._names() for batch in self._follow(name, call_id)]
        batches.sort(key=_moment)
        return tuple(
            write for batch in batches for write in batch.writes if call_of(write) == call_id
        )

    def _names(self) -> list[str]:
        """The spools that there are; what was known of others is forgotten."""
        names = list(spool_names(self._folder))
        self._spools = {name: each for name, each in self._spools.items() if name in names}
        return names

    def _follow(self, name: str, call_id: str) -> list[Batch]:
        """Read what is new in a spool; then what it has of a call."""
        # It may be in the store by now, and gone.
        with suppress(FileNotFoundError), (self._folder / name).open("rb") as file:
            spool = self._spools.get(name) or _Followed(_beginning(file, self._most_followed))
            self._spools[name] = spool
            _read_on(file, spool)
            return _batches(file, spool.places.get(call_id, ()))
        return []


def _beginning(file: BinaryIO, most: int) -> int:
    """Where the first line begins that is followed."""
    size = file.seek(0, os.SEEK_END)
    if size <= most:
        return 0
    file.seek(size - most)
    file.readline()
    return file.tell()


def _read_on(file: BinaryIO, spool: _Followed) -> None:
    file.seek(spool.end)
    for line in file:
        if not line.endswith(b"\n"):
            return
        found = _CALL.search(line)
        if found is not None:
            spool.places[json.loads(found[1])].append((spool.end, len(line)))
        spool.end += len(line)


def _batches(file: BinaryIO, places: Sequence[tuple[int, int]]) -> list[Batch]:
    """The batches at these places, without those that are damaged."""
    batches = []
    for start, length in places:
        file.seek(start)
        with suppress(DamagedLineError):
            batches.append(read_batch(file.read(length).removesuffix(b"\n")))
    return batches


def _moment(batch: Batch) -> datetime:
    return batch.at
