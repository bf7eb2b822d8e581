"""The recorded files that the store refers to: finding them here, and removing them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class NotRemoved:
    """A recorded file that is still there, or may be: why, and what to do."""

    path: str
    reason: str


def recorded_file(path: str) -> Path | None:
    """The file of a recording, if it is on this machine: paths are as Asterisk sees them."""
    file = Path(path)
    try:
        return file if file.is_file() else None
    except (OSError, ValueError):
        return None


def remove_recorded(path: str) -> NotRemoved | None:
    """Remove a recorded file; one that is gone from its folder already is no trouble.

    Returns:
        What is left, where it could not be removed; None: nothing is.
    """
    file = Path(path)
    try:
        if not file.parent.is_dir():
            return NotRemoved(
                path, "its folder is not on this machine: remove it on the one that has it"
            )
        file.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return NotRemoved(path, f"{reason}: remove it as a user who may")
    return None


def remove_all_recorded(paths: Iterable[str]) -> list[NotRemoved]:
    """Remove recorded files; those that are left."""
    left = (remove_recorded(path) for path in dict.fromkeys(paths))
    return [each for each in left if each is not None]
