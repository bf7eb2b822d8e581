"""Keys that are written well and stand in the wrong place: indented too far, or too little.

Such a key is unknown where it stands and missing where it belongs, and whatever is within it is
told to be wrong too. The one thing that is to be mended is its place.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Final, TypeAlias

from routing.problems import Path, dotted

Fields: TypeAlias = Callable[[Path], Mapping[str, object]]
"""The keys that the mapping at a path may have; none if it may have any, or is no mapping."""

WITHIN: Final = "…"
"""Stands for whichever entry of a section."""


def home_of(path: Path, fields: Fields, missing: Collection[Path]) -> Path | None:
    """Where the key at `path`, which is not known there, belongs; None if nowhere near.

    That is where it is missing, or around the mapping that it stands in, or within its only
    neighbour that may have it. The whole file comes last, since names of its sections are also used
    elsewhere.

    Args:
        path: The key.
        fields: What may stand where.
        missing: The paths of everything that is missing.
    """
    key = str(path[-1])
    around = [path[:end] for end in range(len(path) - 2, 0, -1) if key in fields(path[:end])]
    beside = [*_within(path[:-1], key, fields)]
    for place in (*around, *beside):
        if place in missing or (*place, key) in missing:
            return place
    last = [()] if len(path) > 1 and key in fields(()) else []
    only = beside if len(beside) == 1 else []
    return next(iter((*around, *only, *last)), None)


def _within(parent: Path, key: str, fields: Fields) -> Iterator[Path]:
    """The neighbours of a key that may have it, themselves or in the items of their list."""
    for name in fields(parent):
        for place in ((*parent, name), (*parent, name, 0)):
            if key in fields(place):
                yield place


def home_of_entry(path: Path, fields: Fields) -> Path | None:
    """The same for an entry that is called like a section, or like a key of its neighbours."""
    if path[-1] in fields(path):
        return (path[0], WITHIN)
    return () if path[-1] in fields(()) else None


def words_for(path: Path, home: Path) -> tuple[str, str, str]:
    """Code, message and hint of the finding."""
    message = f'"{path[-1]}" cannot stand in "{dotted(path[:-1])}"'
    if not home:
        return "wrong-place", message, "is it a section? Then begin it at the beginning of the line"
    if home[-1] == WITHIN:
        return "wrong-place", message, f"it belongs to an entry of `{home[0]}`: indent it further"
    way = "less" if len(home) < len(path) else "further"
    return "wrong-place", message, f'it belongs to "{dotted(home)}": indent it {way}'
