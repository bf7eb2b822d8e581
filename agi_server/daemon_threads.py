"""Work that may never come back, such as reading from a network mount that hangs.

The event loop's own threads are joined when the process ends: one that hangs would keep it alive.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


async def in_daemon_thread(work: Callable[[], T], seconds: float | None = None) -> T:
    """Do blocking work in a thread of its own, which the end of the process does not wait for.

    Args:
        work: What to do.
        seconds: How long to wait for it; None waits as long as it takes. Work that is given up goes
            on, and nobody learns what comes of it.

    Returns:
        What the work returns; what it raises is raised here.

    Raises:
        TimeoutError: It has not come to an end in time.
    """
    done: Future[T] = Future()
    # From now on nobody can cancel it, so the thread may always say how it ended.
    done.set_running_or_notify_cancel()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001  it belongs to whoever awaits the work
            done.set_exception(error)

    threading.Thread(target=run, name="reading", daemon=True).start()
    async with asyncio.timeout(seconds):
        return await asyncio.wrap_future(done)
