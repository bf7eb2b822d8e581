"""The FastAGI server: who is let in, and which handler serves."""

import asyncio
import socket
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from time import monotonic
from typing import Final, TypeAlias

import structlog

from agi_server.challenge import Prove
from agi_server.channel import Channel
from agi_server.connections import Connections
from agi_server.link import Link
from agi_server.listening import LISTEN_BACKLOG
from agi_server.measurements import SEPARATOR, Measurements
from agi_server.session import LOGGED_CHARACTERS, Handler, fail, run, uniqueid
from agi_server.session_errors import CommandRefusedError, HungUpError, SessionEndedError
from agi_server.verdicts import Outcome, Refusal, Rejection

Network: TypeAlias = IPv4Network | IPv6Network
LOOPBACK: Final[Sequence[Network]] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
"""Peers on this machine: AGI has no encryption and no password, so others must be named."""

SWEEP_SECONDS: Final = 0.25
"""How often the deadlines of all links are looked at."""

SWEEP_WORK_SECONDS: Final = 0.0005
"""What is done at once of what is due: thousands who came together are due together, and calls
should not wait behind all of them. What it leads to, closing sockets and ending handlers, takes
several times as long."""

SWEEP_REST_SECONDS: Final = 0.004
"""How long the rest of it waits then, so that calls come in between."""

STOP_SECONDS: Final = 3.0
"""How long handlers may take to end when their sessions are cut."""

PROOF_SECONDS: Final = 2.0
"""How long a peer has to prove who it is: Asterisk does it at once."""

UNKNOWN: Final = "unknown"
"""Stands in the measurements for scripts that nobody serves: a peer could invent any number."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much the server takes on."""

    sessions: int = 4_000
    """Sessions at once; one more is refused at once, not left in silence."""
    sessions_of_peer: int = 4_000
    """The same, from one address: with several PBXs, one that runs wild leaves room to the rest."""
    connections: int | None = None
    """Connections at once, sessions among them; None: as many as there are file descriptors, less
    some for the store and the log. When they run out, the peer that has been silent for longest
    makes room: an Asterisk says its environment at once."""
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
        measurements: Measurements | None = None,
    ) -> None:
        """Make a server.

        Args:
            handlers: Who serves which script.
            limits: How much to take on.
            peers: Who may connect; anybody else is cut off without a word.
            secret: What a peer must know (see `agi_server.challenge`); empty: nothing.
            measurements: Where it counts, beside others who do; None: in some of its own.
        """
        self._handlers = handlers
        self._limits = Limits() if limits is None else limits
        self._peers = peers
        self._secret = secret
        self.measurements = Measurements() if measurements is None else measurements
        self.session_seconds = self._limits.session_seconds
        self._log = structlog.stdlib.get_logger(__name__)
        self._loop: asyncio.AbstractEventLoop
        self._server: asyncio.Server | None = None
        self._sweeper: asyncio.TimerHandle | None = None
        self._connections = Connections(self._limits.connections)
        self._most_sessions = min(self._limits.sessions, self._connections.most_sessions)
        self._tasks: set[asyncio.Task[None]] = set()
        self._must_know_peers = False
        self._sessions_of: Counter[str] = Counter()
        self._serving = 0
        self._draining = False
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def sessions(self) -> int:
        """How many sessions are with a handler now."""
        return self._serving

    async def start(self, listener: socket.socket) -> tuple[str, int]:
        """Accept calls on `listener` (see `listening.listen`), which is closed with the server.

        Returns:
            The address it listens on.
        """
        self._loop = asyncio.get_running_loop()
        address: tuple[str, int] = listener.getsockname()[:2]
        has_own_cap = self._limits.sessions_of_peer < self._limits.sessions
        # On a loopback address nobody else can come: then nobody needs to be asked for a name.
        self._must_know_peers = has_own_cap or not (
            self._is_allowed(address[0]) and ip_address(address[0]).is_loopback
        )
        self._server = await self._loop.create_server(
            self.connection, sock=listener, backlog=LISTEN_BACKLOG
        )
        self._sweep()
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
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            _, stubborn = await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
            if stubborn:
                self._log.error("handlers that do not end are left behind", handlers=len(stubborn))
        for link in self._connections.all():
            link.abort_unless_closing()
        await self._connections.none_left()
        if self._sweeper is not None:
            self._sweeper.cancel()
        return cut

    def opened(self, link: Link) -> None:
        """A peer has connected (called by its link)."""
        self.measurements.open_connections += 1
        in_the_way = self._connections.add(link)
        if in_the_way is not None:
            in_the_way.reject(Rejection.CROWDED_OUT, "silent while others waited")
        if self._must_know_peers and not self._is_allowed(link.peer[0]):
            link.reject(Rejection.STRANGER, "not among RAHYAB_PEERS")

    def ready(self, link: Link, environment: Mapping[str, str]) -> None:
        """A session begins (called by its link)."""
        self._connections.has_spoken(link)
        task = self._loop.create_task(self._serve(link, Channel(link, environment)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def rejected(self, link: Link, why: Rejection, detail: str) -> None:
        """A peer never came to a session (called by its link)."""
        self.measurements.rejections[why] += 1
        self._log.debug("connection without a session", peer=link.peer, reason=why, why=detail)

    def given_up(self, link: Link, why: str) -> None:
        """A session was given up (called by its link)."""
        self._log.error("session given up, ended with failure", peer=link.peer, why=why)

    def closed(self, link: Link) -> None:
        """A connection is gone (called by its link)."""
        self.measurements.open_connections -= 1
        self._connections.remove(link)

    async def _serve(self, link: Link, channel: Channel) -> None:
        script = channel.environment.get("agi_network_script", "").partition("?")[0]
        link.script = script if script in self._handlers else UNKNOWN
        try:
            refusal = self._refusal(script)
            if refusal is None and self._secret:
                # While the peer proved itself, others may have come in.
                refusal = await self._doubt(channel) or self._refusal(script)
            if refusal is not None:
                await self._refuse(link, channel, script, refusal)
            elif self._must_know_peers:
                await self._handle_for_peer(link, channel, self._handlers[script])
            else:
                await self._handle(link, channel, self._handlers[script])
        finally:
            # Also when this task is cancelled: without effect if the session has ended already.
            link.fail()
            # It holds the link, and the link it: a session should not wait for the collector.
            link.work = None

    def _refusal(self, script: str) -> Refusal | None:
        if self._draining:
            return Refusal.DRAIN
        if self._serving >= self._most_sessions:
            return Refusal.OVERLOAD
        return None if script in self._handlers else Refusal.UNKNOWN_SCRIPT

    async def _doubt(self, channel: Channel) -> Refusal | None:
        """The refusal of a peer that does not know the secret."""
        try:
            async with asyncio.timeout(PROOF_SECONDS):
                is_ours = await channel.send(Prove(self._secret))
        except (TimeoutError, HungUpError, SessionEndedError, CommandRefusedError):
            is_ours = False
        return None if is_ours else Refusal.UNPROVEN

    async def _refuse(self, link: Link, channel: Channel, script: str, why: Refusal) -> None:
        self.measurements.sessions[f"{link.script}{SEPARATOR}{Outcome.REFUSED}"] += 1
        name = script[:LOGGED_CHARACTERS]
        self._log.warning("session refused", reason=why, script=name, uniqueid=uniqueid(channel))
        await fail(link, channel, why, self.measurements)

    async def _handle_for_peer(self, link: Link, channel: Channel, handler: Handler) -> None:
        """Handle, if this peer has not too many sessions already."""
        host, _ = link.peer
        if self._sessions_of[host] >= self._limits.sessions_of_peer:
            await self._refuse(link, channel, link.script, Refusal.OVERLOAD_OF_PEER)
            return
        self._sessions_of[host] += 1
        try:
            await self._handle(link, channel, handler)
        finally:
            self._sessions_of[host] -= 1
            if not self._sessions_of[host]:
                del self._sessions_of[host]

    async def _handle(self, link: Link, channel: Channel, handler: Handler) -> None:
        self._serving += 1
        self.measurements.open_sessions += 1
        self._idle.clear()
        outcome = Outcome.CUT
        try:
            outcome = await run(link, channel, handler, self.measurements)
        finally:
            self.measurements.sessions[f"{link.script}{SEPARATOR}{outcome}"] += 1
            self.measurements.open_sessions -= 1
            self._serving -= 1
            if not self._serving:
                self._idle.set()

    def _is_allowed(self, host: str) -> bool:
        address = ip_address(host) if host else None
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return address is not None and any(address in network for network in self._peers)

    def _sweep(self) -> None:
        """Look at every link's deadline, now and then again."""
        self._expire(self._connections.overdue(monotonic()))

    def _expire(self, overdue: list[Link]) -> None:
        """Do what is due, a part at a time; then sweep again."""
        now = monotonic()
        until = now + SWEEP_WORK_SECONDS
        while overdue and now < until:
            link = overdue.pop()
            # It may have gone on while it waited here.
            if link.deadline <= now:
                link.expire()
            now = monotonic()
        if overdue:
            self._sweeper = self._loop.call_later(SWEEP_REST_SECONDS, self._expire, overdue)
        else:
            self._sweeper = self._loop.call_later(SWEEP_SECONDS, self._sweep)
