"""How late an event loop's timers come, and stores that show why.

Beside the real store there are two that keep nothing, on the same threads: one whose group only
waits for the disk, and one that also keeps a core busy for as long as a real call does, outside the
interpreter's lock. What the loop is late beyond the first is the store's doing; beyond the second,
the lock's.
"""

import asyncio
import hashlib
import os
import tempfile
import time
from collections.abc import Collection, Generator
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

TICK_SECONDS: Final = 0.001
_CALIBRATING: Final = 20_000


class LagMeter:
    """A timer of 1 ms that says how late it comes, for as long as the block runs."""

    def __init__(self) -> None:
        self.lags: list[float] = []
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        """Begin."""
        self._set()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """End; what is overdue counts."""
        if self._timer is not None:
            self._timer.cancel()
        self.lags.append(max(0.0, time.perf_counter() - self._due))

    def _set(self) -> None:
        self._due = time.perf_counter() + TICK_SECONDS
        self._timer = asyncio.get_running_loop().call_later(TICK_SECONDS, self._come)

    def _come(self) -> None:
        self.lags.append(max(0.0, time.perf_counter() - self._due))
        self._set()


class WaitingStore:
    """Keeps nothing: a transaction waits for the disk, once."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  closed with the store
        self._depth = 0

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Its end is synced, unless it is nested."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
        if not self._depth:
            os.write(self._file.fileno(), bytes(4096))
            os.fdatasync(self._file.fileno())

    def await_turns(self, turns: Collection[str]) -> None:
        """Nobody else writes here."""

    def close(self) -> None:
        """Give up the file."""
        self._file.close()


def rounds_a_second() -> float:
    """How much of `busy` this machine does in a second."""
    begin = time.thread_time()
    busy(_CALIBRATING)
    return _CALIBRATING / (time.thread_time() - begin)


def busy(rounds: int) -> None:
    """Keep a core busy without the interpreter's lock, which hashlib gives up for this."""
    hashlib.pbkdf2_hmac("sha256", b"", b"", rounds)
