"""Whose time a session takes: Asterisk's, while a command is outstanding, or the handler's."""

from time import monotonic

from agi_server.measurements import Measurements


class SessionTimes:
    """Measures one session; all moments are on the monotonic clock.

    Args:
        measurements: Where the times are counted.
        opened_at: When the connection was made.
    """

    __slots__ = ("_began_at", "_commanding", "_measurements", "_opened_at", "_sent_at")

    def __init__(self, measurements: Measurements, opened_at: float) -> None:
        self._measurements = measurements
        self._opened_at = opened_at
        self._began_at = 0.0
        """When the session began; 0 before that, and when it has been counted."""
        self._sent_at = 0.0
        self._commanding = 0.0
        """How long Asterisk has taken for all commands."""

    def begin(self) -> float:
        """The session begins; the moment."""
        self._began_at = monotonic()
        return self._began_at

    def command_sent(self, *, first: bool) -> float:
        """A command is sent; the moment."""
        self._sent_at = now = monotonic()
        if first:
            self._measurements.first_command.observe(now - self._opened_at)
        return now

    def reply_came(self, command: str | None) -> None:
        """The reply to the command of this name has come; None for a reply to nothing."""
        took = monotonic() - self._sent_at
        self._commanding += took
        if command is not None:
            self._measurements.command(command).observe(took)

    def end(self, *, outstanding: bool) -> None:
        """The session is over: count it, once. `outstanding`: a reply was still to come."""
        if not self._began_at:
            return
        now = monotonic()
        if outstanding:
            self._commanding += now - self._sent_at
        self._measurements.commanding.observe(self._commanding)
        self._measurements.thinking.observe(max(0.0, now - self._began_at - self._commanding))
        self._began_at = 0.0
