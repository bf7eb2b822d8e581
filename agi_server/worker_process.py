"""One worker, as the supervisor sees it: a process, and what it says over a socket pair."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from agi_server.measurements import Measurements
from agi_server.service_state import Phase
from agi_server.worker_messages import (
    LONGEST_MESSAGE,
    Answer,
    Begin,
    Commit,
    Committed,
    Drained,
    Failed,
    Message,
    Order,
    Prepare,
    Prepared,
    Ready,
    Refused,
    Report,
    encode,
    receive,
)
from routing.rules_text import RulesText

EXIT_SECONDS: Final = 5.0
"""How long a worker may take to end after its last word: it has closed everything by then."""

_LEFT_TO_THE_SUPERVISOR: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class WorkerFailedError(Exception):
    """A worker could not start; the message is for the administrator."""


class WorkerGoneError(Exception):
    """A worker ended before it answered."""


class WorkerProcess:
    """A worker that has been started.

    Attributes:
        number: From 1; a replacement gets the number of the one that died.
        pid: Of the process.
        started_at: Unix time.
        ready: Done when it takes calls; fails with WorkerFailedError when it never will.
        phase: Where it is in its life.
        revision: Of the rules that it serves by; empty until it is ready.
        report: Its last report.
        reported_at: When that came, by `time.monotonic`; None before the first.
    """

    def __init__(
        self,
        number: int,
        process: subprocess.Popen[bytes],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.number = number
        self.pid = process.pid
        self.started_at = time.time()
        self.phase = Phase.STARTING
        self.revision = ""
        self.report = Report(Measurements().to_data(), 0.0, 0)
        self.reported_at: float | None = None
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._process = process
        self._reader = reader
        self._writer = writer
        self._questions: dict[int, asyncio.Future[Answer]] = {}
        self._drained: Drained | None = None
        self._listening = asyncio.create_task(self._listen())

    @property
    def cut(self) -> int:
        """Sessions that ended with it: what it said, or all that it had if it never could."""
        if self._drained is not None:
            return self._drained.cut
        open_sessions: int = self.report.measurements["open_sessions"]
        return open_sessions

    @property
    def age(self) -> float:
        """Seconds since it was started."""
        return time.time() - self.started_at

    def send(self, order: Order) -> None:
        """Tell it; without effect if it is gone."""
        self._writer.write(encode(order))

    async def ask(self, order: Prepare | Commit) -> Answer:
        """Tell it, and await its answer.

        Raises:
            WorkerGoneError: It ended before it answered.
        """
        if self._listening.done():
            raise WorkerGoneError
        question: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._questions[order.attempt] = question
        self.send(order)
        try:
            return await question
        finally:
            del self._questions[order.attempt]

    def kill(self) -> None:
        """End it by force."""
        self._process.kill()

    async def end(self) -> int:
        """Await its end; its exit status, negative for the signal that killed it."""
        await asyncio.wait((self._listening,))
        self._writer.close()
        return await asyncio.to_thread(self._reap)

    def _reap(self) -> int:
        try:
            return self._process.wait(EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    async def _listen(self) -> None:
        try:
            while (message := await receive(self._reader)) is not None:
                self._note(message)
        finally:
            self._gone()

    def _note(self, message: Message) -> None:
        match message:
            case Ready(revision):
                self.phase, self.revision = Phase.SERVING, revision
                if not self.ready.done():
                    self.ready.set_result(None)
            case Failed(reason):
                self._fail(reason)
            case Report():
                self.report, self.reported_at = message, time.monotonic()
            case Prepared() | Refused() | Committed():
                self._answered(message)
            case Drained():
                self._drained = message
            case _:
                raise ValueError(f"a worker does not say {message}")

    def _answered(self, answer: Answer) -> None:
        if isinstance(answer, Committed):
            self.revision = answer.revision
        # An answer that comes after the question was given up belongs to nobody.
        question = self._questions.get(answer.attempt)
        if question is not None and not question.done():
            question.set_result(answer)

    def _fail(self, reason: str) -> None:
        if not self.ready.done():
            self.ready.set_exception(WorkerFailedError(reason))
            self.ready.exception()  # seen: whoever awaits it may have given up

    def _gone(self) -> None:
        self._fail("a worker ended before it took calls: see the log above, and tell the makers")
        for question in self._questions.values():
            if not question.done():
                question.set_exception(WorkerGoneError())


async def start_worker(
    number: int, listener: socket.socket, rules: RulesText, *, replaces: bool
) -> WorkerProcess:
    """Start worker `number`, which `replaces` another or not, as a fresh interpreter.

    A running event loop is not to be forked: the copy would share its epoll and its threads' locks.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        process = _spawn(number, theirs, listener)
    reader, writer = await asyncio.open_unix_connection(sock=ours, limit=LONGEST_MESSAGE)
    worker = WorkerProcess(number, process, reader, writer)
    worker.send(Begin(rules.bundled(), replaces))
    return worker


def _spawn(number: int, control: socket.socket, listener: socket.socket) -> subprocess.Popen[bytes]:
    descriptors = (control.fileno(), listener.fileno())
    with _signals_blocked():
        return subprocess.Popen(
            # -P: the folder we are started in must not give a worker other modules than ours.
            [sys.executable, "-P", "-m", "agi_server.worker", *map(str, (number, *descriptors))],
            stdin=subprocess.DEVNULL,
            pass_fds=descriptors,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """A process that is started within has these signals blocked, until it ignores them itself.

    Otherwise Ctrl-C in its first moments, while it imports, would end it with a traceback.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _LEFT_TO_THE_SUPERVISOR)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
