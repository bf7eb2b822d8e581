"""Watching the rules file: `rahyab serve --watch` takes a change up by itself.

The files are looked at once a second with stat(2): that works on every file system, sees what an
editor puts in the place of the old file, and costs some microseconds. A change is taken up when two
looks in a row see the same, so that a save that is under way is waited for.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from agi_server.changes import Changes, Found, look_at
from agi_server.daemon_threads import in_daemon_thread
from routing.rules_text import RulesText

LOOK_SECONDS: Final = 1.0
"""Between two looks: so long must the files be quiet before they are read."""

REST_LOOKS: Final = 30
"""Before good rules are tried again that the workers could not take."""

Seen: TypeAlias = Sequence[tuple[int, ...] | None]
"""What a look sees of each file; None where there is none."""


class Watch:
    """Follows a rules file and those that it includes.

    Args:
        path: The rules file.
        rules: What it held when the service began.
        changes: What takes a change up.
    """

    def __init__(self, path: Path, rules: RulesText, changes: Changes) -> None:
        self._path = path
        self._changes = changes
        self._files = _files_of(path, rules)
        self._seen: Seen = ()
        self._followed: Seen = ()
        self._resting = 0

    async def run(self, pause: Callable[[], Awaitable[None]]) -> None:
        """Look again and again.

        Args:
            pause: Awaited before each look.
        """
        while True:
            await pause()
            await self.look()

    async def look(self) -> None:
        """Look once; take up what has changed and is quiet again."""
        seen = await in_daemon_thread(partial(_look, self._files))
        quiet = seen == self._seen
        self._seen = seen
        self._resting = max(0, self._resting - 1)
        if not quiet or self._resting or seen == self._followed:
            return
        if await self._changes.follow(partial(self._read, seen)):
            self._followed = seen
        else:
            self._resting = REST_LOOKS

    def _read(self, seen: Seen) -> Found | None:
        """Read the files; None if one has changed since it was seen: the next looks will tell."""
        found = look_at(self._path)
        if _look(self._files) != seen:
            return None
        if isinstance(found, RulesText):
            self._files = _files_of(self._path, found)
        return found


async def one_second() -> None:
    """The pause between two looks."""
    await asyncio.sleep(LOOK_SECONDS)


def _files_of(path: Path, rules: RulesText) -> Sequence[Path]:
    """What rules were read from, with what could not be read: it may come to be."""
    return (path, *(path.parent / name for name in (*rules.included, *rules.unread)))


def _look(files: Sequence[Path]) -> Seen:
    return tuple(map(_look_at_one, files))


def _look_at_one(file: Path) -> tuple[int, ...] | None:
    try:
        found = file.stat()
    except (OSError, ValueError):
        # ValueError: no file can have such a name.
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
