"""Commands on Asterisk's own database (astdb), which outlives calls and restarts.

Entries lie at `/family/key`. A family may have parts of its own (`cid/blocked`); a key is one part,
for a slash in it would reach into another family.

Source: res_agi.c (`handle_db…`), db.c.
"""

from dataclasses import dataclass
from typing import ClassVar

from agi_server.commands.base import Command, expect, text
from agi_server.protocol import LocalProtocolError, Reply


def _checked_family(family: str) -> str:
    if not all(family.split("/")):
        raise LocalProtocolError(f"not a family of Asterisk's database: {family!r}")
    return family


def _checked_key(key: str) -> str:
    if not key or "/" in key:
        raise LocalProtocolError(f"not a key of Asterisk's database: {key!r}")
    return key


@dataclass(frozen=True, slots=True)
class DatabaseGet(Command[str | None]):
    """Read an entry, whole; None when there is none.

    A value that holds a newline would put the session out of step: put none in that a stranger
    chose, unless encoded.
    """

    family: str
    key: str

    name: ClassVar[str] = "DATABASE GET"
    works_when_dead: ClassVar[bool] = True

    def arguments(self) -> tuple[str, str]:
        """The family and the key."""
        return _checked_family(self.family), _checked_key(self.key)

    def decode(self, reply: Reply) -> str | None:
        """`1 (value)` or `0` (handle_dbget).

        Its `-1` is an Asterisk without memory, not an entry that is not there: an error.
        """
        return text(self, reply)


@dataclass(frozen=True, slots=True)
class DatabasePut(Command[bool]):
    """Write an entry; False when the database failed, or the name was too long.

    Up to Asterisk 18 family and key have 253 bytes together.
    """

    family: str
    key: str
    value: str

    name: ClassVar[str] = "DATABASE PUT"
    works_when_dead: ClassVar[bool] = True

    def arguments(self) -> tuple[str, str, str]:
        """The family, the key and the value, which is stored as it is."""
        return _checked_family(self.family), _checked_key(self.key), self.value

    def decode(self, reply: Reply) -> bool:
        """`1` or `0` (handle_dbput)."""
        return expect(self, reply, "0", "1") == "1"


@dataclass(frozen=True, slots=True)
class DatabaseDel(Command[bool]):
    """Delete an entry; True also when there was none, False when the database failed."""

    family: str
    key: str

    name: ClassVar[str] = "DATABASE DEL"
    works_when_dead: ClassVar[bool] = True

    def arguments(self) -> tuple[str, str]:
        """The family and the key."""
        return _checked_family(self.family), _checked_key(self.key)

    def decode(self, reply: Reply) -> bool:
        """`1` or `0` (handle_dbdel)."""
        return expect(self, reply, "0", "1") == "1"


@dataclass(frozen=True, slots=True)
class DatabaseDelTree(Command[bool]):
    """Delete a family, or the part of it under `tree`; True when entries were deleted.

    False: there were none, or the database failed. An empty family would be the whole database:
    refused. The names go into an SQL `LIKE`, where `%` and `_` stand for other characters:
    refused too. It takes upper and lower case for the same.
    """

    family: str
    tree: str | None = None

    name: ClassVar[str] = "DATABASE DELTREE"
    works_when_dead: ClassVar[bool] = True

    def arguments(self) -> tuple[str, ...]:
        """The family, and the tree if there is one."""
        names = (self.family,) if self.tree is None else (self.family, self.tree)
        if any(mark in name for mark in "%_" for name in names):
            raise LocalProtocolError(f"DATABASE DELTREE would delete more than {'/'.join(names)!r}")
        return tuple(map(_checked_family, names))

    def decode(self, reply: Reply) -> bool:
        """`0` when something was deleted, `1` when not: against its documentation.

        Source: handle_dbdeltree.
        """
        return expect(self, reply, "0", "1") == "0"
