"""What becomes of connections and sessions: the words of log, metrics and dialplan."""

from enum import StrEnum


class Rejection(StrEnum):
    """Why a connection never came to a session."""

    STRANGER = "stranger"
    """Its address is none of those that may connect."""
    NOT_AGI = "not-agi"
    """What it says is no environment."""
    SILENT = "silent"
    """Its environment did not come in time."""
    CROWDED_OUT = "crowded-out"
    """It was silent when room was needed for another."""
    LEFT = "left"
    """It went away by itself: somebody looked whether the port is open."""


class Refusal(StrEnum):
    """Why the server ended a session in failure: the value of `RAHYAB_REASON`."""

    OVERLOAD = "overload"
    OVERLOAD_OF_PEER = "overload-of-peer"
    DRAIN = "drain"
    UNKNOWN_SCRIPT = "unknown-script"
    UNPROVEN = "unproven"
    """The peer does not know the secret."""
    TOO_LONG = "too-long"
    """The session took longer than a session may."""
    BAD_REQUEST = "bad-request"
    """The handler cannot do what is asked for."""
    BUG = "internal-error"


class Outcome(StrEnum):
    """How a session ended that a handler had."""

    COMPLETED = "completed"
    HUNG_UP = "hung-up"
    """The handler left the caller's hang-up to the server."""
    ENDED_EARLY = "ended-early"
    """The connection was lost, or had to be given up."""
    REFUSED = "refused"
    """It was not let in, or the handler could not do what was asked for."""
    FAILED = "failed"
    """A bug: the handler raised what it should not."""
    CUT = "cut"
    """The server stopped before it was over."""
