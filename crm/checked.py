"""What the check of a database finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that was looked at.

    Attributes:
        subject: What it is, in a word or two.
        told: How it stands and, if something is wrong, what to do.
        is_good: Whether all is well with it.
    """

    subject: str
    told: str
    is_good: bool


def good(subject: str, told: str) -> Checked:
    """All is well with it."""
    return Checked(subject, told, is_good=True)


def bad(subject: str, told: str) -> Checked:
    """Something is wrong with it."""
    return Checked(subject, told, is_good=False)


def listed(names: list[str], most: int = 5) -> str:
    """Some names in a sentence; how many there are if they are more."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
