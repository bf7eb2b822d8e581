"""What PostgreSQL and its driver say when something goes wrong, in our words.

Errors are told apart by their SQLSTATE, never by their text: a server speaks the language of its
`lc_messages`.
"""

import os
import re
import select
from typing import Final, NamedTuple

import psycopg
from psycopg import errors, pq

from crm.ports import StoreDamagedError, StoreError, StoreUnavailableError, UnknownRecordError


class _Trouble(NamedTuple):
    """What to do about an error, and what kind of error it is for whoever asked."""

    kind: type[StoreError]
    cure: str


_ANOTHER_PASSWORD: Final = "the user or the password is wrong: check RAHYAB_STORE, and ~/.pgpass"  # noqa: S105  a sentence
_NO_PASSWORD: Final = "it wants a password: write one into RAHYAB_STORE, or into ~/.pgpass"  # noqa: S105  a sentence
_NOT_LET_IN: Final = (
    "it does not let this user in from here: look whether there is such a user (createuser), and"
    " whether pg_hba.conf lets it in"
)
_STARTING: Final = "it is starting, stopping or recovering: it can be used when that is done"

_ENDED: Final = (
    "it has ended our connection: it stops, or an administrator did so; look into its log"
)

_SPACE: Final = "its disk is full: free some space, then try again"

_TROUBLES: Final = {
    "28P01": _Trouble(StoreError, _ANOTHER_PASSWORD),
    "28000": _Trouble(StoreError, _NOT_LET_IN),
    "3D000": _Trouble(StoreError, "there is no such database: make it with createdb"),
    "42501": _Trouble(StoreError, "its user lacks rights: make it the owner of the database"),
    "53100": _Trouble(StoreUnavailableError, _SPACE),
    "53300": _Trouble(
        StoreUnavailableError,
        "it has no connection left for us: raise its max_connections, or look into pg_stat_activity"
        " who has them",
    ),
    "57P03": _Trouble(StoreUnavailableError, _STARTING),
    "57P01": _Trouble(StoreUnavailableError, _ENDED),
    "57P02": _Trouble(StoreUnavailableError, _ENDED),
    "57014": _Trouble(
        StoreUnavailableError,
        "it took too long over a statement, or others hold its locks: look into pg_stat_activity",
    ),
    "55P03": _Trouble(
        StoreUnavailableError,
        "others hold its locks: look into pg_stat_activity",
    ),
    "25P03": _Trouble(StoreUnavailableError, "a transaction stood still too long: do it again"),
    "25006": _Trouble(
        StoreUnavailableError,
        "it takes no writes now (a standby?): let RAHYAB_STORE name the primary",
    ),
    "40001": _Trouble(StoreUnavailableError, "others wrote at the same moment: do it again"),
    "40P01": _Trouble(StoreUnavailableError, "others wrote at the same moment: do it again"),
    "XX001": _Trouble(StoreDamagedError, "it is damaged: restore a backup, and check its disk"),
    "XX002": _Trouble(StoreDamagedError, "it is damaged: restore a backup, and check its disk"),
    "58030": _Trouble(StoreUnavailableError, "its disk gave an error: look into the server's log"),
}
"""By SQLSTATE (PostgreSQL's manual, appendix A)."""

_CONNECTION_CLASSES: Final = ("08", "57")
"""SQLSTATEs that begin so tell of the connection or the server, not of what was asked."""

_STATE: Final = re.compile(rb'\tErrorResponse\t.* C "([0-9A-Z]{5})"')
_POLL_MILLISECONDS: Final = 3000

_ENGLISH: Final = (
    (b"password authentication failed", "28P01"),
    (b"no pg_hba.conf entry", "28000"),
    (b"role ", "28000"),
    (b"database ", "3D000"),
    (b"too many ", "53300"),
    (b"remaining connection slots", "53300"),
    (b"the database system is ", "57P03"),
)
"""How refusals begin in English, for a libpq that does not yet trace them (before 18)."""

_REFUSAL: Final = re.compile(r" failed: \S+:  (.*)", re.DOTALL)
"""What libpq puts around the words of a server: its own are English, without a severity."""


def store_error(error: psycopg.Error, place: str, missing: str = "") -> StoreError:
    """An error of a statement as one of ours.

    Args:
        error: What the driver raised.
        place: Which database it is.
        missing: What does not exist if a foreign key was violated.
    """
    if isinstance(error, errors.ForeignKeyViolation):
        return UnknownRecordError(missing)
    state = error.sqlstate or ""
    if trouble := _TROUBLES.get(state):
        return trouble.kind(f"The database {place} cannot be used: {trouble.cure}")
    is_driver = not state and isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    if is_driver or state.startswith(_CONNECTION_CLASSES):
        return StoreUnavailableError(
            f"The database {place} cannot be used: the connection was lost ({_one_line(error)}):"
            " look whether the server runs, and into its log"
        )
    return StoreError(f"The database {place} refused a statement: {_one_line(error)}")


def connection_error(error: psycopg.Error, address: str, place: str) -> StoreError:
    """Why there is no connection, as one of our errors.

    libpq keeps the SQLSTATE of a refusal to itself and hands over the server's words alone. They
    are in the server's language, so we ask once more and read the state from libpq's trace.

    Args:
        error: What the driver raised.
        address: Where we wanted to connect to.
        place: The same to be shown.
    """
    if error.pgconn is not None and error.pgconn.needs_password:
        return StoreError(f"The database {place} cannot be used: {_NO_PASSWORD}")
    refused = _REFUSAL.search(str(error))
    if refused is None:
        return StoreUnavailableError(
            f"The database {place} cannot be used: the server cannot be reached"
            f" ({_one_line(error)}): check that it runs, and the network between"
        )
    state = _traced_state(address) or _english_state(refused[1].encode())
    if trouble := _TROUBLES.get(state):
        return trouble.kind(f"The database {place} cannot be used: {trouble.cure}")
    return StoreUnavailableError(
        f"The database {place} cannot be used: the server refuses us ({_one_line(error)}): look"
        " into its log"
    )


def _english_state(words: bytes) -> str:
    return next((state for begin, state in _ENGLISH if words.startswith(begin)), "")


def _traced_state(address: str) -> str:
    """The SQLSTATE with which the server refuses us now; empty if that cannot be told."""
    connection = pq.PGconn.connect_start(address.encode())
    # What is traced may hold a password: it never gets to a disk.
    trace = os.memfd_create("trace", os.MFD_CLOEXEC)
    try:
        connection.trace(trace)
        _await_end(connection)
        connection.untrace()
        found = _STATE.search(os.pread(trace, os.fstat(trace).st_size, 0))
    except psycopg.Error:
        return ""
    finally:
        connection.finish()
        os.close(trace)
    return "" if found is None else found[1].decode()


def _await_end(connection: pq.abc.PGconn) -> None:
    """Let libpq connect until it has, has failed, or takes too long."""
    while (state := connection.connect_poll()) in (
        pq.PollingStatus.READING,
        pq.PollingStatus.WRITING,
    ):
        wanted = select.POLLIN if state == pq.PollingStatus.READING else select.POLLOUT
        waiting = select.poll()
        waiting.register(connection.socket, wanted)
        if not waiting.poll(_POLL_MILLISECONDS):
            return


def _one_line(error: psycopg.Error) -> str:
    """What the driver says; its `str` never holds the address, hence no password."""
    return " ".join(str(error).split())
