"""What all of pyst2's methods stand on: one command, its reply, and what a failure is called."""

import sys
from collections import deque
from typing import NoReturn, TextIO, TypeVar

from agi_server.commands import ChannelStatus, Command
from agi_server.compat.pyst2 import (
    AGIAppError,
    AGIError,
    AGIException,
    AGIHangup,
    AGIResultHangup,
)
from agi_server.compat.raw import Result, command_of_line, result_of
from agi_server.compat.session import ScriptSession

T = TypeVar("T")


class Executing:
    """The session of a script: its environment, and commands in the script's own words.

    Attributes:
        env: What Asterisk said at the start, under its full names (`agi_callerid`), the script's
            arguments as `agi_arg_1`… A copy: changes stay in the script.
        stderr: The server's own. Nothing that a script prints reaches Asterisk.
    """

    def __init__(self, session: ScriptSession) -> None:
        self.env = {name: value.strip() for name, value in session.environment.items()}
        self.stderr: TextIO = sys.stderr
        self._session = session
        self._results: deque[Result | AGIException] = deque()
        """Of `send_command`, for `get_result`."""

    def test_hangup(self) -> None:
        """Raise AGISIGHUPHangup if the caller is known to be gone."""
        self._session.test_hangup()

    def execute(self, command: str, *args: object) -> Result:
        """Have Asterisk perform a command in the script's own words.

        Args:
            command: Its name; may be followed by arguments.
            args: Further arguments. All is joined by blanks and cut into words as Asterisk cuts
                them, so an argument that holds blanks needs quotes around it.

        Returns:
            For each `name=value (data)` of the reply, `name` to `(value, data)`; `result` always.

        Raises:
            AGIHangup: the caller is gone, or there is no session any more.
            AGIAppError: Asterisk answered -1.
            AGIUsageError: the arguments are wrong, or cannot be sent safely.
            AGIInvalidCommand: Asterisk has no such command.
        """
        made = command_of_line(" ".join(map(str, (command, *args))).strip())
        reply = self._perform(made)
        result, is_hangup = result_of(made.name, reply)
        if is_hangup:
            raise AGIResultHangup("User hungup during execution")
        if reply.result == "-1":
            self._fail()
        return result

    def send_command(self, command: str, *args: object) -> None:
        """Do as `execute`, but keep what came of it for `get_result`."""
        try:
            self._results.append(self.execute(command, *args))
        except AGIException as error:
            self._results.append(error)

    def get_result(self, stdin: object = None) -> Result:
        """What came of the `send_command` that has not been asked for yet; `stdin` is ignored.

        Raises:
            AGIError: there is none; or what `execute` raises.
        """
        del stdin
        if not self._results:
            raise AGIError("there is no result: no command was sent")
        result = self._results.popleft()
        if isinstance(result, dict):
            return result
        raise result

    def _perform(self, command: Command[T]) -> T:
        return self._session.perform(command)

    def _expect(self, succeeded: bool) -> None:
        """Fail if a command did not succeed."""
        if not succeeded:
            self._fail()

    def _fail(self) -> NoReturn:
        """Raise what a -1 means: the channel's state tells a caller who left from a failure."""
        try:
            self._perform(ChannelStatus())
        except AGIHangup:
            raise AGIResultHangup("User hungup during execution") from None
        raise AGIAppError("Error executing application, or hangup")
