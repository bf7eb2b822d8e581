"""All connections of a server: how many there may be, and who makes room."""

import asyncio
import resource
from typing import Final

from agi_server.link import Link

RESERVED_DESCRIPTORS: Final = 128
"""File descriptors that are not for connections: the store, the log, rules that are read again.
With none left, each accepted connection would be closed at once, which Asterisk takes for
success."""

RESERVED_FOR_REFUSALS: Final = 32
"""Connections beyond the sessions: to hear who calls, and to refuse in so many words."""


class Connections:
    """The open connections of one server."""

    def __init__(self, limit: int | None = None) -> None:
        """Make it empty.

        Args:
            limit: How many there may be; None: what the process's file descriptors allow.
        """
        descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        allowed = max(RESERVED_FOR_REFUSALS + 1, descriptors - RESERVED_DESCRIPTORS)
        self._limit = allowed if limit is None else min(limit, allowed)
        self._links: set[Link] = set()
        self._silent: dict[Link, None] = {}
        """Those whose environment has not come yet, the oldest first."""
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def most_sessions(self) -> int:
        """How many of them may be sessions."""
        return max(1, self._limit - RESERVED_FOR_REFUSALS)

    def all(self) -> list[Link]:
        """The links of all connections."""
        return list(self._links)

    def add(self, link: Link) -> Link | None:
        """Take in a new connection; the one that must go for it, if there are too many."""
        self._links.add(link)
        self._silent[link] = None
        self._empty.clear()
        if len(self._links) <= self._limit:
            return None
        oldest = next(iter(self._silent))
        del self._silent[oldest]
        return oldest

    def has_spoken(self, link: Link) -> None:
        """The environment of a connection has come."""
        self._silent.pop(link, None)

    def remove(self, link: Link) -> None:
        """A connection is gone."""
        self._links.discard(link)
        self._silent.pop(link, None)
        if not self._links:
            self._empty.set()

    async def none_left(self) -> None:
        """Wait until there is none."""
        await self._empty.wait()

    def overdue(self, now: float) -> list[Link]:
        """Those whose deadline has passed, on the monotonic clock."""
        return [link for link in self._links if link.deadline <= now]
