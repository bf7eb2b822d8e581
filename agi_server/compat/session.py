"""The bridge between a script in its thread and its channel in the event loop."""

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import CancelledError
from typing import TypeVar

from agi_server.channel import (
    Channel,
    CommandRefusedError,
    HungUpError,
    SessionEndedError,
)
from agi_server.commands import Command
from agi_server.compat.pyst2 import (
    AGIInvalidCommand,
    AGIResultHangup,
    AGISIGHUPHangup,
    AGISIGPIPEHangup,
    AGIUnknownError,
    AGIUsageError,
)
from agi_server.protocol import INVALID, USAGE, LocalProtocolError

T = TypeVar("T")

_OVER = "the session is over"


class ScriptSession:
    """One script's hold on its channel.

    `perform` and `test_hangup` are for the script's thread, everything else is for the event loop.
    """

    def __init__(self, channel: Channel, loop: asyncio.AbstractEventLoop) -> None:
        self._channel = channel
        self._loop = loop
        self._one_at_a_time = threading.Lock()
        """A script may have threads of its own, Asterisk takes one command after the other."""
        self._sending: asyncio.Task[object] | None = None
        self._has_left = False
        self._is_closed = False
        self._is_dead_by_reply = False
        """Whether we know that the channel is dead only because Asterisk refused a command: it has
        said nothing, so what works on a dead channel goes on, as with pyst2."""

    @property
    def environment(self) -> Mapping[str, str]:
        """What Asterisk said at the start."""
        return self._channel.environment

    @property
    def has_left(self) -> bool:
        """Whether Asterisk has said that the caller is gone: what SIGHUP is to a process."""
        return self._has_left or (self._channel.hung_up and not self._is_dead_by_reply)

    def test_hangup(self) -> None:
        """Raise AGISIGHUPHangup if the caller is known to be gone."""
        if self.has_left:
            raise AGISIGHUPHangup("The caller has hung up")

    def perform(self, command: Command[T]) -> T:
        """Have Asterisk perform `command`, and wait for what came of it.

        Raises:
            AGISIGHUPHangup: the caller is gone.
            AGIResultHangup: Asterisk says that the channel is dead.
            AGISIGPIPEHangup: there is no session any more.
            AGIUsageError: the arguments are wrong, or cannot be sent safely; then nothing was sent.
            AGIInvalidCommand: Asterisk does not have the command.
            AGIUnknownError: Asterisk could not perform it.
        """
        with self._one_at_a_time:
            sending = self._send(command)
            try:
                outcome = asyncio.run_coroutine_threadsafe(sending, self._loop)
            except RuntimeError:  # the event loop is closed: the server has stopped
                sending.close()
                raise AGISIGPIPEHangup(_OVER) from None
            try:
                return outcome.result()
            except CancelledError:
                raise AGISIGPIPEHangup(_OVER) from None
            except HungUpError as error:
                raise AGIResultHangup(str(error)) from None
            except SessionEndedError as error:
                raise AGISIGPIPEHangup(str(error)) from None
            except LocalProtocolError as error:
                raise AGIUsageError(f"{error}; nothing was sent") from None
            except CommandRefusedError as error:
                raise _refusal(error) from None

    def leave(self) -> None:
        """Take note that the caller is gone."""
        self._has_left = True

    def close(self) -> None:
        """End the session for the script: the command it waits for, and whatever it asks next."""
        self._is_closed = True
        if self._sending is not None:
            self._sending.cancel()

    async def _send(self, command: Command[T]) -> T:
        self.test_hangup()
        if self._is_closed:
            raise SessionEndedError(_OVER)
        knew = self._channel.hung_up
        self._sending = asyncio.current_task()
        try:
            return await self._channel.send(command)
        except HungUpError:
            self._is_dead_by_reply = self._is_dead_by_reply or not knew
            raise
        finally:
            self._sending = None


def _refusal(error: CommandRefusedError) -> Exception:
    reply = error.reply
    refusal: Exception
    if reply.code == INVALID:
        refusal = AGIInvalidCommand(reply.data)
    elif reply.code == USAGE:
        refusal = AGIUsageError(reply.data)
    else:
        refusal = AGIUnknownError(reply.code, reply.data)
    return refusal
