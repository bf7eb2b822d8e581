"""The fake Asterisk's AstDB, in memory.

Source: main/db.c.
"""

import re
from collections.abc import Iterator, Mapping


class Database:
    """Values by family and key. Several channels may share one."""

    def __init__(self, known: Mapping[tuple[str, str], str] | None = None) -> None:
        self._values = {_path(*names): value for names, value in (known or {}).items()}

    def __iter__(self) -> Iterator[str]:
        """The paths `/family/key` of all values, in order."""
        return iter(sorted(self._values))

    def get(self, family: str, key: str) -> str | None:
        """A value; None when there is none."""
        return self._values.get(_path(family, key))

    def put(self, family: str, key: str, value: str) -> None:
        """Set a value."""
        self._values[_path(family, key)] = value

    def delete(self, family: str, key: str) -> None:
        """Remove a value, if there is one."""
        self._values.pop(_path(family, key), None)

    def delete_tree(self, family: str, tree: str = "") -> int:
        """Remove a family, or what lies below `family/tree`; an empty family: everything.

        Returns:
            How many values are gone; -1 for a tree without a family.
        """
        if tree and not family:
            return -1
        pattern = _like("".join(f"/{name}" for name in (family, tree) if name) + "/%")
        gone = [path for path in self._values if pattern.fullmatch(path + "/")]
        for path in gone:
            del self._values[path]
        return len(gone)


def _path(family: str, key: str) -> str:
    return f"/{family}/{key}"


def _like(pattern: str) -> re.Pattern[str]:
    """SQLite's LIKE, in which `%` and `_` of a family's name count, and letters' case does not."""
    wild = {"%": ".*", "_": "."}
    text = "".join(wild.get(character, re.escape(character)) for character in pattern)
    return re.compile(text, re.DOTALL | re.IGNORECASE | re.ASCII)
