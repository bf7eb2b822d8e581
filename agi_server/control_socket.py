"""The UNIX socket in the home folder by which an operator speaks to a running server.

A socket's address has 108 bytes at most (sun_path in unix(7)), and a home folder may have a longer
name. So the folder is opened, and the socket is reached through `/proc/self/fd`: that name is short
whatever the folder's is, needs no change of the working folder, which all threads would share, and
leads to the folder that was opened even if another one is put in its place. Every home goes this
way, so that it is always tested; it is Linux's own, as the figures of workers from /proc are.
"""

import asyncio
import errno
import fcntl
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Final

import structlog

from agi_server.control import (
    LONGEST_ANSWER,
    LONGEST_REQUEST,
    SOCKET_NAME,
    Answer,
    Failed,
    MisunderstoodError,
    Request,
    decode_answer,
    decode_request,
    encode,
)

REQUEST_SECONDS: Final = 5.0
"""For a request to come whole: ours are written at once."""

MOST_CLIENTS: Final = 16
"""At once. More have something else in mind than to operate the server."""

_OWNER_ALONE: Final = 0o600
_NOBODY: Final = (errno.ENOENT, errno.ECONNREFUSED)
_CHUNK: Final = 64 * 1024

log = structlog.get_logger(__name__)


class ControlError(Exception):
    """The control socket cannot be opened; the message says why, and what to do."""


class NoServerError(Exception):
    """No server answers; the message says where none does, and what to do."""


class ControlServer:
    """Answers operators.

    Args:
        answer: Does what is asked.
    """

    def __init__(self, answer: Callable[[Request], Awaitable[Answer]]) -> None:
        self._answer = answer
        self._clients = 0

    @asynccontextmanager
    async def listening(self, listener: socket.socket) -> AsyncIterator[None]:
        """Answer requests that come to `listener`, which is closed afterwards."""
        server = await asyncio.start_unix_server(
            self._converse, sock=listener, limit=LONGEST_REQUEST, backlog=MOST_CLIENTS
        )
        try:
            yield
        finally:
            server.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        self._clients += 1
        try:
            writer.write(encode(await self._answer_to(reader)))
            async with asyncio.timeout(REQUEST_SECONDS):
                await writer.drain()
        except (TimeoutError, ConnectionError):
            # Who asked does not want to know any more.
            writer.transport.abort()
        finally:
            self._clients -= 1
            writer.close()

    async def _answer_to(self, reader: asyncio.StreamReader) -> Answer:
        if self._clients > MOST_CLIENTS:
            return Failed(f"{MOST_CLIENTS} commands are being answered: try again in a moment")
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                line = await reader.readline()
            request = decode_request(line)
        except TimeoutError:
            return Failed(f"no request has come within {REQUEST_SECONDS:.0f} s")
        except (MisunderstoodError, ValueError) as error:
            return Failed(f"this server does not know such a request: {error}")
        try:
            return await self._answer(request)
        except Exception:
            log.exception("a command failed", command=request.kind)
            return Failed("a bug: see the server's log, and tell the makers")


@contextmanager
def opened_control(home: Path) -> Iterator[socket.socket]:
    """The control socket of the one server of a home, bound and listening.

    It has the rights of its owner alone from its first moment, and is taken away at the end. What a
    killed server left behind is replaced.

    Raises:
        ControlError: Another server has this home, or nothing can be made in it.
    """
    folder = _locked_folder(home)
    try:
        if _answers(folder):
            raise ControlError(_taken(home))
        with _bound(home, folder) as listener:
            try:
                yield listener
            finally:
                _take_away(folder)
    finally:
        os.close(folder)


def ask(home: Path, request: Request, seconds: float) -> Answer:
    """Ask the server of a home.

    Args:
        home: Its home folder.
        request: What to ask.
        seconds: How long to wait for the answer.

    Raises:
        NoServerError: No server answers there, or none that can be understood.
    """
    deadline = time.monotonic() + seconds
    try:
        with _connected(home, seconds) as connection:
            connection.sendall(encode(request))
            return decode_answer(_read_line(connection, deadline))
    except TimeoutError:
        raise NoServerError(
            f"the server of {_shown(home)} has not answered within {seconds:.0f} s; what was asked"
            " may still be done: see its log, and `rahyab status`"
        ) from None
    except MisunderstoodError as error:
        raise NoServerError(
            f"the server of {_shown(home)} gives an answer that this command does not know"
            f" ({error}): restart it if the program was changed beneath it"
        ) from None
    except OSError as error:
        raise NoServerError(_why_none(home, error)) from None


def _locked_folder(home: Path) -> int:
    """The opened home folder. The lock goes with the process, however that ends."""
    try:
        folder = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise ControlError(
            f"RAHYAB_HOME: {_shown(home)} cannot be opened ({error.strerror}): make it"
            f" (mkdir -p {home}), or name another folder"
        ) from None
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(folder)
        if error.errno == errno.EWOULDBLOCK:
            raise ControlError(_taken(home)) from None
        raise ControlError(
            f"RAHYAB_HOME: {_shown(home)} cannot be locked ({error.strerror}): choose a folder on a"
            " disk of this machine"
        ) from None
    return folder


def _bound(home: Path, folder: int) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    try:
        # The file that bind makes gets the rights that the socket has by then (unix_bind_bsd in
        # Linux), less the umask, which would be that of all threads.
        os.fchmod(listener.fileno(), _OWNER_ALONE)
        _take_away(folder)
        listener.bind(_address(folder))
        listener.listen(MOST_CLIENTS)
    except OSError as error:
        listener.close()
        raise ControlError(
            f"RAHYAB_HOME: {_shown(home) / SOCKET_NAME} cannot be made ({error.strerror}): let this"
            " user write in the folder, or name another one on a disk of this machine"
        ) from None
    return listener


def _answers(folder: int) -> bool:
    """Whether somebody may listen on the socket there, who does not know of the lock."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.setblocking(False)  # noqa: FBT003  the method has no other form
        return probe.connect_ex(_address(folder)) not in _NOBODY


def _take_away(folder: int) -> None:
    with suppress(FileNotFoundError):
        os.unlink(SOCKET_NAME, dir_fd=folder)


def _address(folder: int) -> str:
    return f"/proc/self/fd/{folder}/{SOCKET_NAME}"


def _taken(home: Path) -> str:
    return (
        f"RAHYAB_HOME: another `rahyab serve` has {_shown(home)} (`rahyab status` shows it):"
        " stop it, or give this one a home of its own and the same RAHYAB_DATABASE"
    )


@contextmanager
def _connected(home: Path, seconds: float) -> Iterator[socket.socket]:
    # O_PATH: to go through the folder, nobody needs the right to list it.
    folder = os.open(home, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(seconds)
            connection.connect(_address(folder))
            yield connection
    finally:
        os.close(folder)


def _read_line(connection: socket.socket, deadline: float) -> bytes:
    """The answer. Raises TimeoutError, MisunderstoodError, OSError."""
    chunks = []
    size = 0
    while chunk := _read(connection, deadline):
        chunks.append(chunk)
        size += len(chunk)
        if chunk.endswith(b"\n"):
            return b"".join(chunks)
        if size > LONGEST_ANSWER:
            raise MisunderstoodError(f"more than {LONGEST_ANSWER} bytes")
    raise ConnectionResetError(errno.ECONNRESET, "it ended before it had answered")


def _read(connection: socket.socket, deadline: float) -> bytes:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    connection.settimeout(left)
    return connection.recv(_CHUNK)


def _why_none(home: Path, error: OSError) -> str:
    where = _shown(home)
    if isinstance(error, PermissionError):
        return f"{where / SOCKET_NAME} belongs to another user: run this as the server's user"
    if isinstance(error, FileNotFoundError | ConnectionRefusedError):
        return (
            f"no server runs with {where} as RAHYAB_HOME: start one with `rahyab serve`, or set"
            " RAHYAB_HOME to its folder"
        )
    return f"the server of {where} does not answer: {error.strerror}; see its log"


def _shown(home: Path) -> Path:
    """The folder's whole name: a relative one means something else in each folder."""
    return home.absolute()
