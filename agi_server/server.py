"""The FastAGI server: who is let in, which handler serves, and how a session ends.

A session ends honestly. Asterisk says `AGISTATUS=SUCCESS` whenever a server merely closes, even
one that crashed; so whatever keeps a handler from doing its work ends in the line `failure`, after
a word of explanation in the variable `RAHYAB_REASON`, and the dialplan's fallback takes the call.
"""

import asyncio
import errno
import os
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final, TypeAlias

import structlog

from agi_server.channel import (
    Channel,
    CommandRefusedError,
    HungUpError,
    Link,
    SessionEndedError,
)
from agi_server.commands import SetVariable
from agi_server.measurements import Measurements
from dialplan import contract

Handler: TypeAlias = Callable[[Channel], Awaitable[None]]
"""Serves one session. When it returns, the session ends well; when it raises, in failure.

`HungUpError` is no failure: a handler may leave it to the server.
"""

Network: TypeAlias = IPv4Network | IPv6Network
LOOPBACK: Final[Sequence[Network]] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
"""Peers on this machine: AGI has no encryption and no password, so others must be named."""

LISTEN_BACKLOG: Final = 65_535
"""As many waiting connections as the kernel allows (it lowers this to net.core.somaxconn): a lost
SYN is sent again after 1 s, and Asterisk gives up after 2."""

SWEEP_SECONDS: Final = 0.25
"""How often the deadlines of all links are looked at."""

REASON_SECONDS: Final = 0.03
"""How long setting the reason may hold up the line `failure`."""

_KEEPALIVE: Final = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
)
"""An Asterisk that vanished without a word is found out within a minute. Set on the listening
socket: Linux hands these on to the accepted ones, which saves four calls a session."""


class ListenError(Exception):
    """The server cannot listen; the message says why, and what to do."""


class Refusal(StrEnum):
    """Why a session ended in failure: the value of `RAHYAB_REASON`."""

    OVERLOAD = "overload"
    DRAIN = "drain"
    UNKNOWN_SCRIPT = "unknown-script"
    BUG = "internal-error"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much the server takes on."""

    sessions: int = 4_000
    """Sessions at once; one more is refused at once, not left in silence."""
    sessions_of_peer: int = 4_000
    """The same, from one address: with several PBXs, one that runs wild leaves room to the rest."""
    environment_seconds: float = 5.0
    """From the connection to its complete environment, which Asterisk sends without waiting."""
    session_seconds: float = 4 * 3600.0
    """A session ends in failure after so long, whatever it does. Callers wait in queues without a
    session; only an EXEC of a site's own script could last long."""


class AgiServer:
    """Serves FastAGI sessions with handlers, by the name of the script.

    `agi://host/incoming?x=y` is served by `handlers["incoming"]`.
    """

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        limits: Limits | None = None,
        peers: Sequence[Network] = LOOPBACK,
        secret: str = "",
    ) -> None:
        """Make a server.

        Args:
            handlers: Who serves which script.
            limits: How much to take on.
            peers: Who may connect; anybody else is cut off without a word.
            secret: What a peer must know (see `agi_server.challenge`); empty: nothing.
        """
        self._handlers = handlers
        self._limits = Limits() if limits is None else limits
        self._peers = peers
        self._secret = secret
        self.measurements = Measurements()
        self._log = structlog.stdlib.get_logger(__name__)
        self._loop: asyncio.AbstractEventLoop
        self._server: asyncio.Server | None = None
        self._sweeper: asyncio.TimerHandle | None = None
        self._links: set[Link] = set()
        self._sessions: dict[Link, asyncio.Task[None]] = {}
        self._serving = 0
        self._draining = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def sessions(self) -> int:
        """How many sessions are with a handler now."""
        return self._serving

    async def start(self, listener: socket.socket) -> tuple[str, int]:
        """Accept calls on `listener` (see `listen`), which is closed with the server.

        Returns:
            The address it listens on.
        """
        self._loop = asyncio.get_running_loop()
        self._server = await self._loop.create_server(
            self.connection, sock=listener, backlog=LISTEN_BACKLOG
        )
        self._sweep()
        address: tuple[str, int] = listener.getsockname()[:2]
        return address

    def connection(self) -> Link:
        """The server's end of one more connection, for a transport that is made elsewhere.

        Listening uses it, and tests without a network (`agi_server.testing.agi_in_process`), for
        which the server need not have been started; its deadlines are looked at only if it was.
        """
        self._loop = asyncio.get_running_loop()
        return Link(self, self._loop, self._limits.environment_seconds)

    async def drain(self, deadline: float) -> int:
        """Refuse new sessions, let running ones finish for `deadline` seconds, then stop.

        Returns:
            How many sessions had to be cut.
        """
        self._draining = True
        try:
            async with asyncio.timeout(deadline):
                await self._idle.wait()
        except TimeoutError:
            self._log.warning("sessions cut at the end of the drain", sessions=self._serving)
        return await self.stop()

    async def stop(self) -> int:
        """Stop listening, cut every session with `failure`; how many handlers that ended."""
        self._draining = True
        cut = self._serving
        if self._server is not None:
            self._server.close()
        tasks = list(self._sessions.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for link in list(self._links):
            link.abort_unless_closing()
        await self._empty.wait()
        if self._sweeper is not None:
            self._sweeper.cancel()
        return cut

    def opened(self, link: Link) -> None:
        """A peer has connected (called by its link)."""
        self._links.add(link)
        self._empty.clear()

    def ready(self, link: Link, environment: Mapping[str, str]) -> None:
        """A session begins (called by its link)."""
        task = self._loop.create_task(self._serve(link, Channel(link, environment)))
        self._sessions[link] = task

    def rejected(self, link: Link, why: str) -> None:
        """A peer never came to a session (called by its link)."""
        self._log.debug("connection ended before a session", peer=link.peer, why=why)

    def out_of_step(self, link: Link, why: str) -> None:
        """A session was given up (called by its link)."""
        self._log.error("session out of step, ended with failure", peer=link.peer, why=why)

    def closed(self, link: Link) -> None:
        """A connection is gone (called by its link)."""
        self._links.discard(link)
        if not self._links:
            self._empty.set()

    async def _serve(self, link: Link, channel: Channel) -> None:
        script = channel.environment.get("agi_network_script", "").partition("?")[0]
        try:
            refusal = self._refusal(script)
            if refusal is None:
                await self._handle(link, channel, self._handlers[script])
            else:
                await self._refuse(link, channel, script, refusal)
        finally:
            # Also when this task is cancelled: without effect if the session has ended already.
            link.fail()
            del self._sessions[link]

    def _refusal(self, script: str) -> Refusal | None:
        if self._draining:
            return Refusal.DRAIN
        if self._serving >= self._limits.sessions:
            return Refusal.OVERLOAD
        return None if script in self._handlers else Refusal.UNKNOWN_SCRIPT

    async def _refuse(self, link: Link, channel: Channel, script: str, why: Refusal) -> None:
        uniqueid = channel.environment.get("agi_uniqueid")
        self._log.warning("session refused", reason=why, script=script, uniqueid=uniqueid)
        await _fail(link, channel, why)

    async def _handle(self, link: Link, channel: Channel, handler: Handler) -> None:
        self._serving += 1
        self._idle.clear()
        try:
            await handler(channel)
            if link.busy:
                await link.settled()
            link.finish()
        except HungUpError:
            link.finish()
        except SessionEndedError as error:
            uniqueid = channel.environment.get("agi_uniqueid")
            self._log.info("session ended early", uniqueid=uniqueid, why=str(error))
        except Exception:  # noqa: BLE001  whatever it is, the caller must not pay for it
            uniqueid = channel.environment.get("agi_uniqueid")
            self._log.exception("a handler failed", uniqueid=uniqueid)
            await _fail(link, channel, Refusal.BUG)
        finally:
            self._serving -= 1
            if not self._serving:
                self._idle.set()

    def _sweep(self) -> None:
        """Look at every link's deadline, now and then again."""
        now = self._loop.time()
        for link in [link for link in self._links if link.deadline <= now]:
            link.expire()
        self._sweeper = self._loop.call_later(SWEEP_SECONDS, self._sweep)


async def _fail(link: Link, channel: Channel, reason: Refusal) -> None:
    """Tell the dialplan why, if that can be done in step and at once; then the `failure` line."""
    if not link.busy:
        try:
            async with asyncio.timeout(REASON_SECONDS):
                await channel.send(SetVariable(contract.REASON, reason.value))
        except (TimeoutError, HungUpError, SessionEndedError, CommandRefusedError):
            # The line below says what matters; the reason is only for the Asterisk log.
            pass
    link.fail()


def listen(host: str = "127.0.0.1", port: int = 4573) -> socket.socket:
    """A socket that listens on `host` and `port` (0: any free port), for `AgiServer.start`.

    Several processes may accept on it: none of the calls that wait in it is lost with one of them.

    Raises:
        ListenError: it cannot be opened.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=LISTEN_BACKLOG)
    except OSError as error:
        raise ListenError(_cure(host, port, error)) from error
    for option in _KEEPALIVE:
        listener.setsockopt(*option)
    return listener


def _cure(host: str, port: int, error: OSError) -> str:
    where = f"port {port} on {host}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{where} is in use: stop the program that listens there "
            f"(`ss -ltnp sport = :{port}` names it), or choose another port"
        )
    if error.errno == errno.EACCES:
        return f"{where} may not be opened by this user: choose a port above 1023"
    # What create_server raises ends in the address as Python shows it; the number tells the cause.
    if error.errno == socket.EAI_NONAME:
        return f"cannot listen at {where}: there is no such host; write an address of this machine"
    reason = os.strerror(error.errno) if error.errno else str(error)
    return f"cannot listen at {where}: {reason}; choose an address of this machine"
