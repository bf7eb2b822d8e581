"""Work that may never come back, and the end of the process that does not wait for it."""

import asyncio
import subprocess
import sys
from threading import Event

import pytest

from agi_server.daemon_threads import in_daemon_thread

HANGS = """
import asyncio, threading
from agi_server.daemon_threads import in_daemon_thread

try:
    asyncio.run(in_daemon_thread(threading.Event().wait, 0.05))
except TimeoutError:
    print("given up")
"""


def test_what_the_work_returns_or_raises_comes_back() -> None:
    """As if it had been called."""
    assert asyncio.run(in_daemon_thread(lambda: 7)) == 7
    with pytest.raises(ZeroDivisionError):
        asyncio.run(in_daemon_thread(lambda: 1 // 0))


def test_a_process_ends_although_a_thread_hangs() -> None:
    """As one does that reads from a mount whose server is gone."""
    run = [sys.executable, "-c", HANGS]
    done = subprocess.run(run, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "given up\n", "")


def test_work_that_is_given_up_may_end_later() -> None:
    """Nobody is told, and nothing breaks."""
    go_on, ended = Event(), Event()

    def work() -> None:
        go_on.wait()
        ended.set()

    async def give_up() -> bool:
        with pytest.raises(TimeoutError):
            await in_daemon_thread(work, 0.05)
        go_on.set()
        return await asyncio.to_thread(ended.wait, 60)

    assert asyncio.run(give_up())
