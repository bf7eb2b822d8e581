"""Reading the text of rules from files, and from what is piped.

Only an ordinary file is opened: a pipe or a device in its place would keep whoever reads it waiting
for ever. What is not UTF-8 is read all the same; the loader tells where.
"""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from routing.yaml_reading import MAX_CHARACTERS

TEST_FILE: Final = ".test.yaml"
"""How the names of files end that hold tests of the rules, and no rules."""

MAX_BYTES: Final = 4 * MAX_CHARACTERS
"""Of a file: as many characters as the loader takes, each of the longest that UTF-8 has."""

_KINDS: Final[tuple[tuple[Callable[[int], bool], str], ...]] = (
    (stat.S_ISDIR, "is a directory: name a file in it"),
    (stat.S_ISFIFO, "is a pipe (FIFO), which may never end: name an ordinary file"),
    (stat.S_ISSOCK, "is a socket: name an ordinary file"),
    (stat.S_ISCHR, "is a device: name an ordinary file"),
    (stat.S_ISBLK, "is a device: name an ordinary file"),
)
_TOO_LARGE: Final = f"is larger than {MAX_BYTES:,} bytes: is it a rules file at all?"


class UnreadableError(Exception):
    """A file cannot be read. The message follows upon its name."""


def read_text(path: Path) -> str:
    """The text of an ordinary file; bytes that are not UTF-8 become lone surrogates.

    Raises:
        UnreadableError: It is none, is not there, or is larger than MAX_BYTES.
    """
    try:
        # A look before: to open a device may do something, and a socket cannot be opened.
        _refuse_kind(path.stat())
        with open(path, "rb", opener=_open_without_waiting) as file:
            found = os.fstat(file.fileno())
            _refuse_kind(found)
            if found.st_size > MAX_BYTES:
                raise UnreadableError(_TOO_LARGE)
            return read_stream(file)
    except OSError as error:
        raise UnreadableError(f"cannot be read: {error.strerror}") from None
    except ValueError:
        # A zero byte, or half of a surrogate pair.
        raise UnreadableError("cannot be read: no file can have such a name") from None


def read_stream(stream: BinaryIO) -> str:
    """The text that is left in a stream, in the same way.

    Raises:
        UnreadableError: It is larger than MAX_BYTES.
        OSError: It cannot be read.
    """
    content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise UnreadableError(_TOO_LARGE)
    return content.decode(errors="surrogateescape")


def _open_without_waiting(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_NONBLOCK | os.O_NOCTTY)


def _refuse_kind(found: os.stat_result) -> None:
    for is_kind, words in _KINDS:
        if is_kind(found.st_mode):
            raise UnreadableError(words)
