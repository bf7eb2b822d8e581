"""A circuit breaker: what fails again and again is left alone for a while.

Thirty lines of our own: the libraries for this wrap calls and count their exceptions, while here a
late answer is a failure for the caller and still an answer for the cache.
"""

from collections.abc import Callable


class Breaker:
    """Knows whether to ask. Failures count in a row; after a pause one question is let through.

    Args:
        failures: How many in a row open it.
        seconds: How long it then stays open.
        clock: Seconds that only grow.
    """

    def __init__(self, failures: int, seconds: float, clock: Callable[[], float]) -> None:
        self._most = failures
        self._seconds = seconds
        self._clock = clock
        self._failures = 0
        self._opened_at: float | None = None
        self._trying = False

    @property
    def is_open(self) -> bool:
        """Whether it leaves the other side alone, or only tries whether it answers again."""
        return self._opened_at is not None

    def allows(self) -> bool:
        """Whether to ask now; who asks must say afterwards what came of it."""
        if self._opened_at is None:
            return True
        if self._trying or self._clock() - self._opened_at < self._seconds:
            return False
        self._trying = True
        return True

    def succeeded(self) -> bool:
        """A question was answered in time; whether this has closed it."""
        was_open = self.is_open
        self._failures, self._opened_at, self._trying = 0, None, False
        return was_open

    def failed(self) -> bool:
        """A question was not answered in time; whether this has opened it, or opened it anew."""
        self._failures += 1
        if self._opened_at is None and self._failures < self._most:
            return False
        if self._opened_at is not None and not self._trying:
            return False  # the last of those that were asked before it opened
        self._opened_at, self._trying = self._clock(), False
        return True
