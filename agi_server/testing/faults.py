"""What goes wrong on purpose, on Asterisk's side of the connection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto


class Usage(Enum):
    """How an Asterisk answers wrong arguments (520)."""

    BLOCK = auto()
    """A line, the text, and a closing line."""
    LINE = auto()
    """One line: it was built without its documentation."""
    GLUED = auto()
    """A block whose closing line is stuck to the text, as before 13.17."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong. Commands are counted from 1; times here are real ones, of the wall clock.

    - `split_bytes` sends every byte by itself.
    - `delay_seconds` passes before each line.
    - `reset_at_command` cuts the connection with a RST when that command has come.
    - `stall_at_command` does not answer that command: for `stall_seconds`, in which nothing is
      read either; without them never, until the server ends the session.
    - `unasked` are lines to send after the answer to a command (0: after the environment): a reply
      too many, noise, or a flood of `HANGUP`.
    - `usage` is how wrong arguments are answered.
    """

    split_bytes: bool = False
    delay_seconds: float = 0.0
    reset_at_command: int | None = None
    stall_at_command: int | None = None
    stall_seconds: float | None = None
    unasked: Mapping[int, Sequence[str]] = field(default_factory=dict)
    usage: Usage = Usage.BLOCK


def usage_lines(command: str, usage: Usage) -> str:
    """The reply 520 to a command with wrong arguments."""
    if usage is Usage.LINE:
        return "520 Invalid command syntax.  Proper usage not available."
    head = "520-Invalid command syntax.  Proper usage follows:\n"
    text = f" This is where Asterisk explains how {command} is used.\n\n So far its explanation."
    return head + text + ("" if usage is Usage.GLUED else "\n") + "520 End of proper usage."
