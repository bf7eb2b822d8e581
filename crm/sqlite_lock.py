"""Whether anybody has an SQLite file open, and keeping everybody out for a moment.

A connection in WAL mode holds a shared lock on the file from its first look until it is closed, and
the system drops it when its process dies. These are SQLite's own locks, at the place that its file
format keeps for them (sqlite.org/fileformat2.html, 1.4 "The Lock-Byte Page"): servers, commands and
the sqlite3 shell all take them, also on a file that is too damaged to be asked anything.
"""

import errno
import fcntl
import os
import struct
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from crm.ports import StoreUnavailableError

_FIRST_BYTE: Final = 0x40000000
_BYTES: Final = 512
_FLOCK: Final = "hhqqi"
"""`struct flock` of fcntl(2): type, whence, start, length, process (0 for a lock of the open file,
which also sees the locks of our own process)."""


@contextmanager
def held_alone(path: Path) -> Generator[None]:
    """Keep everybody else from opening the file. Our own process must not have it open either.

    Raises:
        StoreUnavailableError: Somebody has it open, or it cannot be opened.
    """
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise StoreUnavailableError(
            f"The database {path} cannot be opened ({error.strerror}): run this as"
            " the user who owns it"
        ) from None
    try:
        wanted = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, _FIRST_BYTE, _BYTES, 0)
        fcntl.fcntl(file, fcntl.F_OFD_SETLK, wanted)
        yield
    except OSError as error:
        if error.errno not in (errno.EAGAIN, errno.EACCES):
            raise
        raise StoreUnavailableError(
            f"The database {path} is in use: stop the server and every other command that uses it"
            f" (`fuser {path}` names them), then try again"
        ) from None
    finally:
        os.close(file)


def check_unused(path: Path) -> None:
    """Raise StoreUnavailableError if anybody has the file open."""
    with held_alone(path):
        pass
