"""One AGI session: the link that is always read, and the channel that a handler holds.

`Link` is the asyncio side of one connection: it feeds the protocol machine whatever comes, at
once, also while the handler waits for something else, so a hang-up or a closed connection is
noticed when it happens. `Channel` is what a handler sees: commands go out one at a time, typed
outcomes come back.
"""

import asyncio
from collections.abc import Mapping
from enum import Enum, auto
from math import inf
from typing import Final, Protocol, TypeVar

from agi_server.commands import Command, GetUntrusted
from agi_server.protocol import (
    DEAD,
    SUCCESS,
    Environment,
    Machine,
    RemoteProtocolError,
    Reply,
    Signal,
)

T = TypeVar("T")

COMMAND_MARGIN_SECONDS: Final = 10.0
"""What a reply may take beyond what the command itself allows: Asterisk under load, the network."""

LINGER_SECONDS: Final = 1.0
"""How long Asterisk has to close its side after we closed ours. It does so at once; closing
before it has would destroy with a RST what it has not read yet."""


class HungUpError(Exception):
    """The caller is gone, and the command needs a caller."""


class SessionEndedError(Exception):
    """There is no session any more: Asterisk closed the connection, or it had to be given up."""


class CommandDeadlineError(SessionEndedError):
    """Asterisk took longer for a command than it may; a late reply would be out of step."""


class CommandRefusedError(Exception):
    """Asterisk did not perform a command; the session goes on.

    Code 510: a module is not loaded; 520: the arguments are wrong; 503: out of memory.
    """

    def __init__(self, command: str, reply: Reply) -> None:
        self.command = command
        self.reply = reply
        super().__init__(f"Asterisk refused {command}: {reply.code} {reply.data[:200]}")


class Phase(Enum):
    """Where a link is in its life."""

    OPENING = auto()
    """The environment is coming."""
    SERVING = auto()
    """A handler has it."""
    CLOSING = auto()
    """We have closed our side and wait for Asterisk to close its own."""
    CLOSED = auto()


class Owner(Protocol):
    """Who is told of a link's life: the server."""

    def opened(self, link: "Link") -> None:
        """A peer has connected."""

    def ready(self, link: "Link", environment: Mapping[str, str]) -> None:
        """The environment is complete: the session begins."""

    def rejected(self, link: "Link", why: str) -> None:
        """The peer is no Asterisk, or went silent: it never came to a session."""

    def out_of_step(self, link: "Link", why: str) -> None:
        """A running session was given up, because replies could no longer be told apart."""

    def closed(self, link: "Link") -> None:
        """The connection is gone."""


class Link(asyncio.Protocol):
    """The asyncio side of one connection."""

    __slots__ = (
        "_departures",
        "_ended",
        "_loop",
        "_machine",
        "_owner",
        "_sent",
        "_settled",
        "_transport",
        "_waiter",
        "deadline",
        "hung_up",
        "phase",
    )

    _transport: asyncio.Transport

    def __init__(
        self, owner: Owner, loop: asyncio.AbstractEventLoop, environment_seconds: float
    ) -> None:
        self._owner = owner
        self._loop = loop
        self._machine = Machine()
        self._sent: Command[object] | None = None
        self._waiter: asyncio.Future[Reply] | None = None
        """Of the one who sent the outstanding command."""
        self._settled: list[asyncio.Future[None]] = []
        """Of those who wait until no command is outstanding."""
        self._departures: list[asyncio.Future[None]] = []
        """Of those who wait for the caller to leave."""
        self._ended: str | None = None
        self.phase = Phase.OPENING
        self.hung_up = False
        self.deadline = loop.time() + environment_seconds
        """By the loop's clock: when `expire` is due. One sweep of the server over all its links
        looks after it: a timer for each command would cost more than the command."""

    @property
    def peer(self) -> str:
        """The other end, for the log."""
        name = self._transport.get_extra_info("peername")
        if not name:
            return "gone"
        host, port = name[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    @property
    def busy(self) -> bool:
        """Whether a reply is outstanding."""
        return self._machine.busy

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asyncio: a peer has connected."""
        self._transport = transport  # type: ignore[assignment]  # a stream server's is no other
        self._owner.opened(self)

    def data_received(self, data: bytes) -> None:
        """Asyncio: bytes have come."""
        self._machine.receive_data(data)
        self._read_events()

    def eof_received(self) -> None:
        """Asyncio: the peer has closed its side, upon which ours closes too."""
        self._machine.receive_eof()
        self._read_events()

    def connection_lost(self, exc: Exception | None) -> None:
        """Asyncio: the connection is gone, by whatever way."""
        if self.phase is Phase.OPENING:
            self._owner.rejected(self, "closed before its environment was complete")
        self._end("the connection was lost" if exc else "Asterisk closed the connection")
        self.phase = Phase.CLOSED
        self.deadline = inf
        self._owner.closed(self)

    def check(self, command: Command[T]) -> None:
        """Raise what stands in the way of sending `command`.

        Raises:
            HungUpError: the caller is gone, and the command needs one.
            SessionEndedError: there is no session any more.
        """
        if self.hung_up and not command.works_when_dead:
            raise HungUpError(f"{command.name}: the caller has hung up")
        if self._ended is not None:
            raise SessionEndedError(f"{command.name}: {self._ended}")

    def transmit(self, command: Command[T]) -> asyncio.Future[Reply]:
        """Write `command` at once; the future of its reply."""
        line = self._machine.send(command)
        waiter: asyncio.Future[Reply] = self._loop.create_future()
        self._waiter = waiter
        self._sent = command
        allowance = command.allowance()
        if allowance is None:
            self.deadline = inf
        else:
            self.deadline = self._loop.time() + allowance + COMMAND_MARGIN_SECONDS
        self._transport.write(line)
        return waiter

    async def settled(self) -> None:
        """Wait until no reply is outstanding, as after a `send` that was cancelled."""
        while self._machine.busy:
            waiter = self._loop.create_future()
            self._settled.append(waiter)
            await waiter

    async def departure(self) -> None:
        """Wait until the caller has hung up, or the session is over."""
        if not self.hung_up and self._ended is None:
            waiter = self._loop.create_future()
            self._departures.append(waiter)
            await waiter

    def mark_hung_up(self) -> None:
        """Take note that the caller is gone."""
        self.hung_up = True
        _wake(self._departures)

    def finish(self) -> None:
        """End the session well: half-close, and wait a moment for Asterisk to do the same."""
        if self.phase is Phase.SERVING:
            self._machine.close()
            self._half_close("the session is finished")

    def fail(self, why: str = "the session was given up") -> None:
        """End the session so that `AGISTATUS` becomes FAILURE, whatever is under way."""
        if self.phase is Phase.SERVING:
            self._transport.write(self._machine.fail())
            self._half_close(why)

    def give_up(self, why: str) -> None:
        """End a session whose replies can no longer be trusted, and say so."""
        if self.phase is Phase.SERVING:
            self._owner.out_of_step(self, why)
            self.fail(why)

    def abort_unless_closing(self) -> None:
        """Cut the connection, unless it is about to end by itself."""
        if self.phase is not Phase.CLOSING:
            self._transport.abort()

    def expire(self) -> None:
        """Do what is due at the deadline."""
        self.deadline = inf
        if self.phase is Phase.OPENING:
            self._reject("no complete environment in time")
        elif self.phase is Phase.SERVING:
            self._overdue()
        else:
            self._transport.abort()

    def _overdue(self) -> None:
        name = self._sent.name if self._sent is not None else "a command"
        why = f"no reply to {name} in time"
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(CommandDeadlineError(why))
        self._waiter = None
        self.give_up(why)

    def _half_close(self, why: str) -> None:
        self._end(why)
        self.phase = Phase.CLOSING
        self.deadline = self._loop.time() + LINGER_SECONDS
        if not self._transport.is_closing():
            self._transport.write_eof()

    def _reject(self, why: str) -> None:
        self.phase = Phase.CLOSED
        self._owner.rejected(self, why)
        self._transport.close()

    def _read_events(self) -> None:
        machine = self._machine
        try:
            while (event := machine.next_event()) is not Signal.NEED_DATA:
                if isinstance(event, Reply):
                    self._take_reply(event)
                elif isinstance(event, Environment):
                    self.phase = Phase.SERVING
                    self.deadline = inf
                    self._owner.ready(self, event.values)
                elif event is Signal.HANGUP:
                    if not self.hung_up:
                        self.mark_hung_up()
                else:
                    self._end("Asterisk closed the connection")
                    return
        except RemoteProtocolError as error:
            self._take_error(str(error))

    def _take_reply(self, reply: Reply) -> None:
        waiter = self._waiter
        self._waiter = None
        self.deadline = inf
        if waiter is not None and not waiter.done():
            waiter.set_result(reply)
        if self._settled:
            _wake(self._settled)

    def _take_error(self, why: str) -> None:
        if self.phase is Phase.OPENING:
            self._reject(why)
        elif self.phase is Phase.SERVING:
            self.give_up(why)

    def _end(self, why: str) -> None:
        """Nothing more will come: whoever waits must know."""
        if self._ended is not None:
            return
        self._ended = why
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done() and self._sent is not None:
            waiter.set_exception(self._ending(self._sent, why))
        self._machine.close()
        _wake(self._settled)
        _wake(self._departures)

    def _ending(self, command: Command[object], why: str) -> Exception:
        if self.hung_up and not command.works_when_dead:
            return HungUpError(f"{command.name}: the caller has hung up")
        return SessionEndedError(f"{command.name}: {why}")


def _wake(waiters: list[asyncio.Future[None]]) -> None:
    for waiter in waiters:
        if not waiter.done():
            waiter.set_result(None)
    waiters.clear()


class Channel:
    """The caller's channel in Asterisk, for the length of one AGI session."""

    __slots__ = ("_link", "environment")

    def __init__(self, link: Link, environment: Mapping[str, str]) -> None:
        self._link = link
        self.environment = environment
        """What Asterisk said at the start, under its full names (`agi_uniqueid`).

        The caller chose some of it; a value may even hold a newline. Read what matters by
        `get_untrusted`.
        """

    @property
    def hung_up(self) -> bool:
        """Whether the caller is known to be gone."""
        return self._link.hung_up

    async def send(self, command: Command[T]) -> T:
        """Have Asterisk perform `command`, and return what came of it.

        One command at a time: if an earlier `send` was cancelled, its reply is awaited first.

        Raises:
            HungUpError: the caller is gone, and the command needs a caller.
            SessionEndedError: the connection is gone, or was given up because Asterisk was out of
                step or took too long (`CommandDeadlineError`).
            CommandRefusedError: Asterisk does not know the command or its arguments.
            LocalProtocolError: the command cannot be sent; nothing was.
        """
        link = self._link
        if link.busy:
            await link.settled()
        link.check(command)
        reply = await link.transmit(command)
        if reply.code != SUCCESS:
            raise self._refusal(command, reply)
        try:
            return command.decode(reply)
        except RemoteProtocolError as error:
            link.give_up(str(error))
            raise SessionEndedError(f"{command.name}: {error}") from error

    async def get_untrusted(self, name: str) -> str:
        """The value of a variable or function that a stranger may have chosen, whole.

        Empty when there is none. Decoded as UTF-8 with `surrogateescape`.

        Raises:
            HungUpError, SessionEndedError, CommandRefusedError, LocalProtocolError: as `send`.
        """
        return await self.send(GetUntrusted(name))

    async def wait_hung_up(self) -> None:
        """Wait until the caller has hung up, or the session is over some other way."""
        await self._link.departure()

    def _refusal(self, command: Command[T], reply: Reply) -> Exception:
        if reply.code == DEAD:
            # With AGISIGHUP=no, or a session begun on a dead channel, nothing else says so.
            self._link.mark_hung_up()
            return HungUpError(f"{command.name}: the channel is dead")
        return CommandRefusedError(command.name, reply)
