"""Plain data that was read from rules files, and where each part of it stands.

A value that stands for another one (`$name`) has two places: where it is used, and where it is
defined. Whoever asks where a value is gets the place of the definition, which is where the words
are that may be wrong; `Document.problem` keeps the use beside it, see `routing.defining`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from routing.problems import Path, Problem, Use, dotted

DEFINE: Final = "define"
"""The section whose entries are the values that `$name` stands for."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the text; line and column count from 1, columns in characters."""

    line: int
    column: int
    file: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data (dict, list, str, int, float, bool, Misread) and the positions of its parts.

    Attributes:
        data: The sections. A value that is used in several places is one object, never changed.
        keys: Where each key stands.
        values: Where each value begins.
        references: Where `$name` stands, and the name.
        misused: The names of those that stand where they cannot count: as a key, or in what is
            written twice.
        followed: Those references whose values are in `data`: none before `defining.resolve`.
    """

    data: dict[str, object]
    keys: Mapping[Path, Position]
    values: Mapping[Path, Position]
    references: Mapping[Path, str] = field(default_factory=dict)
    misused: frozenset[str] = frozenset()
    followed: Mapping[Path, str] = field(default_factory=dict)

    def at_value(self, path: Path) -> Position:
        """Where the value at `path` begins, or the nearest thing around it that has a place."""
        return self.nearest(self._origin(path)[0])

    def at_key(self, path: Path) -> Position:
        """Where the key at the end of `path` begins; an item of a list is its own key."""
        origin, _ = self._origin_of_key(path)
        return self.keys.get(origin) or self.nearest(origin)

    def nearest(self, path: Path) -> Position:
        """Where the value at `path`, or what is around it, is written; follows no reference."""
        while path not in self.values and path:
            path = path[:-1]
        return self.values.get(path, Position(1, 1))

    def is_reference(self, path: Path) -> bool:
        """Whether `$name` stands at `path`, or at the place in a definition that this leads to."""
        return bool(self.followed) and self._origin(path[:-1])[0] + path[-1:] in self.followed

    def spelt(self, path: Path) -> str:
        """A path as problems show it, within the definition if it leads into one."""
        return dotted(self._origin(path)[0])

    def problem(
        self, path: Path, code: str, message: str, hint: str, *, key: bool = False
    ) -> Problem:
        """A problem with the value at `path`, or with its key."""
        origin, use = self._origin_of_key(path) if key else self._origin(path)
        place = (self.keys.get(origin) if key else None) or self.nearest(origin)
        through = self._use(origin, use) if use else None
        return Problem(
            place.file, place.line, place.column, dotted(path), code, message, hint, through
        )

    def _use(self, origin: Path, use: Path) -> Use:
        at = self.nearest(use)
        return Use(str(origin[1]), use, dotted(origin), at.file, at.line, at.column)

    def _origin_of_key(self, path: Path) -> tuple[Path, Path]:
        """The same for a key; the key of a `$name` is where that is used."""
        origin, use = self._origin(path[:-1])
        origin = (*origin, *path[-1:])
        return (origin, use) if origin in self.keys else self._origin(path)

    def _origin(self, path: Path) -> tuple[Path, Path]:
        """Where the value at `path` is written, and the first reference on the way, `()` if none.

        This comes to an end, for none that leads round in a circle is followed.
        """
        use: Path = ()
        end = 1 if self.followed else len(path) + 1
        while end <= len(path):
            name = self.followed.get(path[:end])
            if name is None:
                end += 1
            else:
                use = use or path[:end]
                path, end = (DEFINE, name, *path[end:]), 2
        return path, use
