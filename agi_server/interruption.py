"""Work that can be interrupted by an exception of our choice, wherever it waits.

asyncio can only cancel a task. A handler should meet a hang-up as what it is, a `HungUpError` that
it can catch, also while it waits for a database; so the cancellation is turned into that exception
on its way to the handler. What it meets is a `CancelledError` besides: task groups, semaphores and
`wait_for` put things in order only when they see one.
"""

import asyncio
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from typing import Any


class InterruptibleWork:
    """A coroutine, to be awaited once, that `interrupt` can raise an exception in."""

    __slots__ = ("_cancelling", "_error", "_is_held", "_protections", "_task", "_work")

    def __init__(
        self, work: Coroutine[Any, Any, None], is_held: Callable[[], bool] = lambda: False
    ) -> None:
        """Make it of a coroutine.

        Args:
            work: What to run.
            is_held: Whether an interruption must wait for now; call `retry` when that is over.
        """
        self._work = work
        self._is_held = is_held
        self._task: asyncio.Task[Any] | None = None
        self._protections = 0
        self._error: Exception | None = None
        """To be raised in the work, and not raised yet."""
        self._cancelling = False
        """Whether the cancellation that carries the error is on its way."""

    def interrupt(self, error: Exception) -> None:
        """Raise `error` in the work where it waits, or when it next waits without protection.

        It happens a turn of the event loop later, so that a reply which has just come for the work
        is not lost. Without effect on work that is over, and while another is due.
        """
        if self._error is None:
            self._error = error
            self.retry()

    def withdraw(self) -> None:
        """Let go of an interruption that has not taken place: the work knows already.

        Without effect when called from another task than the work's own, which may still wait.
        """
        if not self._cancelling and asyncio.current_task() is self._task:
            self._error = None

    def retry(self) -> None:
        """Interrupt now what could not be interrupted at the time, if it is still due."""
        if self._error is not None:
            asyncio.get_running_loop().call_soon(self._try)

    @contextmanager
    def protected(self) -> Iterator[None]:
        """Hold interruptions of the whole work off; one that is due comes at the next wait after.

        It does not matter which of the work's tasks is in here.
        """
        self._protections += 1
        try:
            yield
        finally:
            self._protections -= 1
            if not self._protections:
                self.retry()

    def __await__(self) -> Generator[Any, Any, None]:
        """Run the work to its end, between the work and the task that awaits this."""
        self._task = asyncio.current_task()
        resume, value = self._work.send, None
        try:
            while True:
                awaited = resume(value)
                try:
                    value = yield awaited
                    resume = self._work.send
                    self._notice_swallowed()
                except BaseException as error:  # noqa: BLE001  the work must see whatever it is
                    resume, value = self._work.throw, self._meaning(error)
        except StopIteration:
            return
        finally:
            self._task = None

    def _try(self) -> None:
        if self._error is None or self._task is None or self._cancelling:
            return
        if not self._protections and not self._is_held():
            self._cancelling = True
            self._task.cancel()

    def _meaning(self, error: BaseException) -> BaseException:
        """The exception for the work: the interruption, if it was that which cancelled us."""
        if not isinstance(error, asyncio.CancelledError):
            self._notice_swallowed()
            return error
        if not self._cancelling:
            return error
        self._cancelling = False
        is_cancelled_too = self._task is not None and self._task.uncancel() > 0
        if is_cancelled_too or self._error is None:
            self.retry()
            return error
        interruption, self._error = self._error, None
        return _cancelling_kind(type(interruption))(*interruption.args)

    def _notice_swallowed(self) -> None:
        """Try again, if what the work waited for has not let the cancellation through."""
        if self._cancelling:
            self._cancelling = False
            if self._task is not None:
                self._task.uncancel()
            self.retry()


def _cancelling_kind(kind: type[Exception]) -> type[BaseException]:
    """The same exception as a cancellation."""
    parents: tuple[type[BaseException], ...] = (kind, asyncio.CancelledError)
    return type(kind.__name__, parents, {"__doc__": kind.__doc__})
