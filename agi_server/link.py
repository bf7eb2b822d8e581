"""The asyncio side of one AGI connection, which is always read.

A `Link` feeds the protocol machine whatever comes, at once, also while the handler waits for
something else: a hang-up or a closed connection is noticed when it happens.
"""

import asyncio
from collections.abc import Mapping
from enum import Enum, auto
from math import inf
from time import monotonic
from typing import Final, Protocol, TypeVar

from agi_server.commands import Command
from agi_server.interruption import InterruptibleWork
from agi_server.measurements import SEPARATOR, Measurements
from agi_server.protocol import (
    SUCCESS,
    Environment,
    Machine,
    RemoteProtocolError,
    Reply,
    Signal,
)
from agi_server.session_errors import (
    CommandDeadlineError,
    HungUpError,
    SessionEndedError,
    SessionTooLongError,
)
from agi_server.session_times import SessionTimes
from agi_server.verdicts import Rejection

T = TypeVar("T")

COMMAND_MARGIN_SECONDS: Final = 10.0
"""What a reply may take beyond what the command itself allows: Asterisk under load, the network."""

LINGER_SECONDS: Final = 1.0
"""How long Asterisk has to close its side after we closed ours. It does so at once; closing
before it has would destroy with a RST what it has not read yet."""

TOO_LONG: Final = "the session took longer than a session may"

MAX_LEFTOVER_BYTES: Final = 16 * 1024
"""What a peer may still say after we closed our side: the rest of a reply, and the notice. Who says
more is talking to itself, and is cut off."""

BETWEEN_COMMANDS: Final = "between commands"
"""The stage of a hang-up while nothing was asked of Asterisk."""


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

    measurements: Measurements
    session_seconds: float

    def opened(self, link: "Link") -> None:
        """A peer has connected."""

    def ready(self, link: "Link", environment: Mapping[str, str]) -> None:
        """The environment is complete: the session begins."""

    def rejected(self, link: "Link", why: Rejection, detail: str) -> None:
        """It never came to a session."""

    def given_up(self, link: "Link", why: str) -> None:
        """A running session was given up, because replies could no longer be told apart."""

    def closed(self, link: "Link") -> None:
        """The connection is gone."""


class Link(asyncio.Protocol):
    """The asyncio side of one connection."""

    __slots__ = (
        "_ended",
        "_ends_at",
        "_failed_in",
        "_leftover",
        "_loop",
        "_machine",
        "_measurements",
        "_owner",
        "_sent",
        "_settled",
        "_times",
        "_transport",
        "_waiter",
        "_was_alive",
        "deadline",
        "hung_up",
        "is_clear",
        "phase",
        "script",
        "work",
    )

    _transport: asyncio.Transport

    def __init__(
        self, owner: Owner, loop: asyncio.AbstractEventLoop, environment_seconds: float
    ) -> None:
        self._owner = owner
        self._measurements = owner.measurements
        self._loop = loop
        self._machine = Machine()
        self._sent: Command[object] | None = None
        self._failed_in: str | None = None
        """The first command answered -1, as by a hang-up, since one went well."""
        self._was_alive = False
        """Whether a command that needs a caller has gone well."""
        self._waiter: asyncio.Future[Reply] | None = None
        """Of the one who sent the outstanding command."""
        self._settled: list[asyncio.Future[None]] | None = None
        """Of those who wait until no command is outstanding."""
        self._ended: str | None = None
        opened_at = monotonic()
        self._times = SessionTimes(owner.measurements, opened_at)
        self._ends_at = inf
        self._leftover: int | None = None
        """Bytes that came after our end; None before that."""
        self.work: InterruptibleWork | None = None
        """The handler's; its waits end with the call."""
        self.script = ""
        """What the measurements call the script; the server says it."""
        self.phase = Phase.OPENING
        self.hung_up = False
        self.is_clear = True
        """Whether a command can be sent now: none is outstanding, and nothing has happened."""
        self.deadline = opened_at + environment_seconds
        """On the monotonic clock: when `expire` is due. One sweep of the server over all its links
        looks after it: a timer for each command would cost more than the command."""

    @property
    def peer(self) -> tuple[str, int]:
        """The other end's address and port; an empty address when it is gone already."""
        name = self._transport.get_extra_info("peername")
        return name[:2] if name else ("", 0)

    @property
    def is_serving(self) -> bool:
        """Whether the session goes on."""
        return self.phase is Phase.SERVING and self._ended is None

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
        if self._leftover is not None:
            self._discard(len(data))
            return
        reply = self._machine.receive_reply(data)
        if reply is not None:
            self._take_reply(reply)
        else:
            self._read_events()

    def eof_received(self) -> None:
        """Asyncio: the peer has closed its side, upon which ours closes too."""
        self._machine.receive_eof()
        self._read_events()

    def connection_lost(self, exc: Exception | None) -> None:
        """Asyncio: the connection is gone, by whatever way."""
        if self.phase is Phase.OPENING:
            self.reject(Rejection.LEFT, "closed before its environment was complete")
        was_known = self.hung_up
        if isinstance(exc, ConnectionResetError) and self.phase is Phase.SERVING:
            # With AGIEXITONHANGUP Asterisk closes without reading what we have just sent, which
            # takes its notices with it; an Asterisk that died has no caller for us either.
            self.mark_hung_up()
        why = "the connection was lost" if exc else "Asterisk closed the connection"
        self._lost(why, has_news=self.hung_up and not was_known)
        self.phase = Phase.CLOSED
        self.deadline = inf
        self._owner.closed(self)

    def _discard(self, size: int) -> None:
        self._leftover = (self._leftover or 0) + size
        if self._leftover > MAX_LEFTOVER_BYTES:
            self._transport.abort()

    async def clear_the_way(self, command: Command[T]) -> None:
        """Wait until `command` can be sent, where `is_clear` does not say that it can.

        Raises:
            HungUpError: the caller is gone, and the command needs one.
            SessionEndedError: there is no session any more.
        """
        await self.settled()
        needs_caller = self.hung_up and not command.works_when_dead
        if not needs_caller and self._ended is None:
            return
        if self.work is not None:
            self.work.withdraw()
        if needs_caller:
            raise HungUpError(f"{command.name}: the caller has hung up")
        raise SessionEndedError(f"{command.name}: {self._ended}")

    def transmit(self, command: Command[T]) -> asyncio.Future[Reply]:
        """Write `command` at once; the future of its reply."""
        line = self._machine.send(command)
        self.is_clear = False
        now = self._times.command_sent(first=self._sent is None)
        self._sent = command
        allowance = command.allowance()
        if allowance is not None:
            self.deadline = min(now + allowance + COMMAND_MARGIN_SECONDS, self._ends_at)
        waiter: asyncio.Future[Reply] = self._loop.create_future()
        self._waiter = waiter
        self._transport.write(line)
        return waiter

    async def settled(self) -> None:
        """Wait until no reply is outstanding, as after a `send` that was cancelled."""
        while self._machine.busy:
            waiter = self._loop.create_future()
            self._settled = [*(self._settled or ()), waiter]
            await waiter

    def mark_hung_up(self) -> None:
        """Take note that the caller is gone, and where that was."""
        if self.hung_up:
            return
        self.hung_up = True
        self.is_clear = False
        stage = self._failed_in
        if stage is None and self._machine.busy and self._sent is not None:
            stage = self._sent.name
        self._measurements.hang_ups[f"{self.script}{SEPARATOR}{stage or BETWEEN_COMMANDS}"] += 1

    def mark_dead(self) -> None:
        """Take note of a reply that the channel is dead: no caller left here, if none was here."""
        if self._was_alive or self._failed_in is not None:
            self.mark_hung_up()
        self.hung_up = True
        self.is_clear = False

    def finish(self) -> None:
        """End the session well: half-close, and wait a moment for Asterisk to do the same."""
        if self.phase is Phase.SERVING:
            self._close_machine()
            self._half_close("the session is finished")

    def fail(self, why: str = "the session was given up") -> None:
        """End the session so that `AGISTATUS` becomes FAILURE, whatever is under way."""
        if self.phase is Phase.SERVING:
            self._times.end(outstanding=self._machine.busy)
            self._transport.write(self._machine.fail())
            self._half_close(why)

    def give_up(self, why: str, error: Exception | None = None) -> None:
        """End a session whose replies can no longer be trusted, and say so.

        The handler is told of it by `error`, if there is one, wherever it waits.
        """
        if self.phase is Phase.SERVING:
            self._owner.given_up(self, why)
            if error is not None:
                self._tell(error)
            self.fail(why)

    def reject(self, why: Rejection, detail: str) -> None:
        """Close a connection that has not come to a session."""
        self.phase = Phase.CLOSED
        self._leftover = 0
        self._owner.rejected(self, why, detail)
        self._transport.close()

    def abort_unless_closing(self) -> None:
        """Cut the connection, unless it is about to end by itself."""
        if self.phase is not Phase.CLOSING:
            self._transport.abort()

    def expire(self) -> None:
        """Do what is due at the deadline."""
        self.deadline = inf
        if self.phase is Phase.OPENING:
            self.reject(Rejection.SILENT, "no complete environment in time")
        elif self.phase is Phase.SERVING:
            self._overdue()
        else:
            self._transport.abort()

    def _overdue(self) -> None:
        now = monotonic()
        is_busy = self._machine.busy
        if now >= self._ends_at and not is_busy and self.work is not None:
            # The handler has a moment to end; then it is cut off.
            self._ends_at = inf
            self.deadline = now + LINGER_SECONDS
            self.work.interrupt(SessionTooLongError(TOO_LONG))
            return
        why = f"no reply to {self._sent.name} in time" if is_busy and self._sent else TOO_LONG
        self._measurements.overdue += is_busy
        self.give_up(why, CommandDeadlineError(why))

    def _close_machine(self) -> None:
        """Nothing more is sent or expected; what was outstanding is forgotten."""
        self._times.end(outstanding=self._machine.busy)
        self._machine.close()

    def _half_close(self, why: str) -> None:
        self._ended = why
        self.is_clear = False
        self.phase = Phase.CLOSING
        self.deadline = monotonic() + LINGER_SECONDS
        self._leftover = 0
        self._wake_settled()
        if not self._transport.is_closing():
            self._transport.write_eof()

    def _read_events(self) -> None:
        machine = self._machine
        try:
            while (event := machine.next_event()) is not Signal.NEED_DATA:
                if isinstance(event, Reply):
                    self._take_reply(event)
                elif event is Signal.HANGUP:
                    self._take_hangup()
                elif isinstance(event, Environment):
                    self._begin(event.values)
                else:
                    self._lost("Asterisk closed the connection")
                    return
        except RemoteProtocolError as error:
            self._take_error(str(error))

    def _begin(self, environment: Mapping[str, str]) -> None:
        self.phase = Phase.SERVING
        self._ends_at = self.deadline = self._times.begin() + self._owner.session_seconds
        self._owner.ready(self, environment)

    def _take_reply(self, reply: Reply) -> None:
        self._times.reply_came(None if self._sent is None else self._sent.name)
        self._note_result(reply)
        self.is_clear = not self.hung_up
        self.deadline = self._ends_at
        waiter = self._waiter
        self._waiter = None
        if waiter is not None and not waiter.done():
            waiter.set_result(reply)
        if self._settled is not None:
            self._wake_settled()
        if self.hung_up and self.work is not None:
            self.work.retry()

    def _note_result(self, reply: Reply) -> None:
        sent = self._sent
        if sent is None or reply.code != SUCCESS or sent.works_when_dead:
            return
        if reply.result == "-1":
            self._failed_in = self._failed_in or sent.name
        else:
            self._failed_in = None
            self._was_alive = True

    def _take_hangup(self) -> None:
        if not self.hung_up:
            self.mark_hung_up()
            if self.work is not None:
                self.work.interrupt(HungUpError("the caller has hung up"))

    def _take_error(self, why: str) -> None:
        if self.phase is Phase.OPENING:
            self.reject(Rejection.NOT_AGI, why)
        elif self.phase is Phase.SERVING:
            self._measurements.out_of_step += 1
            self.give_up(why, SessionEndedError(why))

    def _lost(self, why: str, *, has_news: bool = False) -> None:
        """Nothing more will come: whoever waits must know."""
        if self._ended is not None:
            return
        self._ended = why
        self.is_clear = False
        self._tell(self._ending(why, has_news=has_news))
        self._wake_settled()

    def _tell(self, error: Exception) -> None:
        """Let the handler know that the session is over, wherever it waits."""
        waiter, self._waiter = self._waiter, None
        self._close_machine()
        if waiter is not None and not waiter.done():
            waiter.set_exception(error)
        elif self.work is not None:
            self.work.interrupt(error)

    def _ending(self, why: str, *, has_news: bool) -> Exception:
        outstanding = self._sent if self._waiter is not None else None
        if outstanding is None:
            return HungUpError("the caller has hung up") if has_news else SessionEndedError(why)
        if self.hung_up and not outstanding.works_when_dead:
            return HungUpError(f"{outstanding.name}: the caller has hung up")
        return SessionEndedError(f"{outstanding.name}: {why}")

    def _wake_settled(self) -> None:
        waiters, self._settled = self._settled, None
        for waiter in waiters or ():
            if not waiter.done():
                waiter.set_result(None)
