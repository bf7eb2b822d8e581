"""The channel that a handler holds: commands go out one at a time, typed outcomes come back."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

from agi_server.commands import Command, GetUntrusted, SetVariable
from agi_server.environment import line_limit
from agi_server.link import Link
from agi_server.long_values import split_value
from agi_server.protocol import DEAD, SUCCESS, RemoteProtocolError, Reply
from agi_server.session_errors import (
    CommandDeadlineError,
    CommandRefusedError,
    HungUpError,
    SessionEndedError,
)

__all__ = [
    "Channel",
    "CommandDeadlineError",
    "CommandRefusedError",
    "HungUpError",
    "SessionEndedError",
]

T = TypeVar("T")


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
        if not link.is_clear:
            await link.clear_the_way(command)
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

    def protected(self) -> AbstractContextManager[None]:
        """What the caller's hang-up does not interrupt: `with channel.protected(): …`.

        Without it, a handler that waits for something else than Asterisk, a database say, meets
        `HungUpError` there at the moment when the caller hangs up, once; `SessionEndedError` if
        the connection ends. With it, that happens at the next wait behind the protected part.
        """
        return nullcontext() if self._link.work is None else self._link.work.protected()

    async def set_long(self, variable: str, value: str) -> int:
        """Write a value that may be too long for one command.

        Its pieces go into `VARIABLE_1`, `VARIABLE_2` and so on, and how many there are into
        `VARIABLE_PIECES`, last.

        Returns:
            The number of pieces, at least 1.

        Raises:
            HungUpError, SessionEndedError, CommandRefusedError, LocalProtocolError: as `send`.
        """
        limit = line_limit(self.environment.get("agi_version", ""))
        pieces = split_value(variable, value, limit)
        for piece in pieces:
            await self.send(piece)
        await self.send(SetVariable(f"{variable}_PIECES", str(len(pieces))))
        return len(pieces)

    def _refusal(self, command: Command[T], reply: Reply) -> Exception:
        if reply.code == DEAD:
            # With AGISIGHUP=no, or a session begun on a dead channel, nothing else says so.
            self._link.mark_dead()
            return HungUpError(f"{command.name}: the channel is dead")
        return CommandRefusedError(command.name, reply)
