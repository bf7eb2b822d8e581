"""What a handler meets when its session does not go on as before."""

from agi_server.protocol import Reply


class HungUpError(Exception):
    """The caller is gone.

    Raised by a command that needs a caller, or wherever else the handler is waiting at that moment
    (see `agi_server.interruption`).
    """


class SessionEndedError(Exception):
    """There is no session any more: Asterisk closed the connection, or it had to be given up."""


class CommandDeadlineError(SessionEndedError):
    """Asterisk took longer for a command than it may; a late reply would be out of step."""


class SessionTooLongError(SessionEndedError):
    """The session has taken as long as one may; there is a moment left to put things in order."""


class CommandRefusedError(Exception):
    """Asterisk did not perform a command; the session goes on.

    Code 510: a module is not loaded; 520: the arguments are wrong; 503: out of memory.
    """

    def __init__(self, command: str, reply: Reply) -> None:
        self.command = command
        self.reply = reply
        super().__init__(f"Asterisk refused {command}: {reply.code} {reply.data[:200]}")


class BadRequestError(Exception):
    """What the dialplan asks for cannot be done; the message says why.

    A handler raises it: the session ends in failure, without the traceback of a bug.
    """


class OverloadError(BadRequestError):
    """It cannot be done now, because too much else is being done; another server may."""
