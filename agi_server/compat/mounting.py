"""Serving a script written for pyst2: in a thread of its own, one for each call."""

import asyncio
import inspect
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeAlias

import structlog

from agi_server.channel import Channel, HungUpError, SessionEndedError
from agi_server.commands import SetVariable
from agi_server.compat.agi import AGI
from agi_server.compat.pyst2 import AGIHangup, AGISIGPIPEHangup
from agi_server.compat.session import ScriptSession
from agi_server.session import Handler
from agi_server.session_errors import BadRequestError, OverloadError
from dialplan import contract

Script: TypeAlias = Callable[[AGI], object]
"""A script: a plain function. What it returns is ignored."""

MOST_SCRIPTS: Final = 200
"""Scripts that run at once in one process. A thread costs some 100 KB and its share of one
processor; a site with more calls in scripts than this has more workers."""

AFTER_HANG_UP_SECONDS: Final = 5.0
"""How long a script may go on after its caller has left, before the session ends without it.
Asterisk keeps the dead channel that long."""

log = structlog.get_logger(__name__)


class ScriptThreads:
    """The threads that scripts run in, up to a limit: nobody waits for one, who gets none is told.

    They do not hold up the end of the process.
    """

    def __init__(self, limit: int = MOST_SCRIPTS) -> None:
        self._limit = limit
        self._running = 0
        self._lock = threading.Lock()

    @property
    def running(self) -> int:
        """Scripts that have not returned yet, those without a session included."""
        return self._running

    def start(self, work: Callable[[], None], finished: Callable[[], None], name: str) -> None:
        """Run `work` in a thread, and then, once there is room for another, `finished`.

        Raises:
            OverloadError: all threads are taken, or the system gives no more.
        """
        with self._lock:
            if self._running >= self._limit:
                raise OverloadError(f"{self._limit} scripts are running, which is the limit")
            self._running += 1
        try:
            threading.Thread(
                target=self._run, args=(work, finished), name=name, daemon=True
            ).start()
        except RuntimeError as error:
            self._release()
            raise OverloadError(f"no thread for a script: {error}") from None

    def _run(self, work: Callable[[], None], finished: Callable[[], None]) -> None:
        try:
            work()
        finally:
            self._release()
            finished()

    def _release(self) -> None:
        with self._lock:
            self._running -= 1


class _Run:
    """One run of a script, and what it raised."""

    def __init__(self, script: Script, session: ScriptSession) -> None:
        self._script = script
        self._session = session
        self._loop = asyncio.get_running_loop()
        self.over = asyncio.Event()
        self.error: BaseException | None = None

    def run(self) -> None:
        """In the thread: run the script."""
        try:
            self._script(AGI(self._session))
        except BaseException as error:  # noqa: BLE001  the event loop's side judges all of them
            self.error = error

    def finished(self) -> None:
        """In the thread: tell the event loop."""
        with suppress(RuntimeError):  # it is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self.over.set)


def mount(script: Script, threads: ScriptThreads | None = None) -> Handler:
    """The handler that serves each session by running `script` in a thread.

    The session ends well when the script returns or calls `sys.exit()`; the last command sets
    `RAHYAB_DONE`. It ends in failure when the script raises anything but a hang-up, or calls
    `sys.exit` with anything but 0: so Asterisk judges a process. A script whose caller has left
    meets AGIHangup at its next command. One that asks for none goes on for as long as it likes, in
    its thread, which stays taken; its session is over after `AFTER_HANG_UP_SECONDS`.

    Args:
        script: What to run.
        threads: Where it runs; None: in as many threads of its own as `MOST_SCRIPTS`.

    Raises:
        TypeError: `script` is asynchronous.
    """
    if inspect.iscoroutinefunction(script):
        raise TypeError(f"{script!r} is asynchronous: it is a handler already, and no script")
    pool = ScriptThreads() if threads is None else threads

    async def handle(channel: Channel) -> None:
        session = ScriptSession(channel, asyncio.get_running_loop())
        run = _Run(script, session)
        name = channel.environment.get("agi_network_script", "").partition("?")[0]
        pool.start(run.run, run.finished, f"script {name}")
        try:
            await _serve(channel, session, run, name)
        finally:
            session.close()
        await channel.send(SetVariable(contract.DONE, name))

    return handle


async def _serve(channel: Channel, session: ScriptSession, run: _Run, name: str) -> None:
    """Wait until the script is over.

    Raises:
        HungUpError, SessionEndedError, BadRequestError, Exception: as its session shall end.
    """
    try:
        await run.over.wait()
    except (HungUpError, SessionEndedError) as ending:
        if isinstance(ending, HungUpError):
            session.leave()
        else:
            session.close()
        with channel.protected():
            await _wait_for_the_rest(channel, run, name)
        _judge(run.error)
        raise ending from None
    _judge(run.error)
    if session.has_left:
        raise HungUpError(f"{name}: the caller has hung up")


async def _wait_for_the_rest(channel: Channel, run: _Run, name: str) -> None:
    try:
        async with asyncio.timeout(AFTER_HANG_UP_SECONDS):
            await run.over.wait()
    except TimeoutError:
        log.warning(
            "a script goes on without its caller: its thread stays taken until it returns",
            script=name,
            uniqueid=channel.environment.get("agi_uniqueid"),
            seconds=AFTER_HANG_UP_SECONDS,
        )


def _judge(error: BaseException | None) -> None:
    """Raise what the end of a script means for its session."""
    if error is None:
        return
    if isinstance(error, SystemExit):
        if error.code not in (None, 0):
            raise BadRequestError(f"the script ended by sys.exit({error.code!r})")
        return
    if isinstance(error, AGISIGPIPEHangup):
        raise SessionEndedError(str(error))
    if isinstance(error, AGIHangup):
        raise HungUpError(str(error))
    if isinstance(error, Exception):
        raise error
    # KeyboardInterrupt and the like would end the server.
    raise RuntimeError(f"the script raised {error!r}") from error
