"""What a rule asks of a fact: conditions, and the values that will do."""

from dataclasses import dataclass
from typing import Final, TypeAlias

UNAVAILABLE: Final = "unavailable"
"""What a condition names to match a fact that could not be fetched."""

NONE: Final = "none"
"""What a condition names to match a fact that the call does not have."""

Seen: TypeAlias = str | int
"""What a call shows of a fact: a word, or a number (durations in seconds, shares in 1/10,000)."""


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`, both included; None is no limit. `written` as in the file."""

    low: int | None
    high: int | None
    written: str

    def holds(self, number: int) -> bool:
        """Whether a number lies within."""
        return (self.low is None or number >= self.low) and (
            self.high is None or number <= self.high
        )


@dataclass(frozen=True, slots=True)
class Prefix:
    """Telephone numbers that begin with these digits: `+9821`."""

    digits: str


Allowed: TypeAlias = str | Range | Prefix
"""One value that will do."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One clause of a `when`: what is seen of `fact` must be among `allowed`.

    `fact` is a name of `routing.sights`; `argument` refines it (`hours: {office: closed}` has the
    argument `office`).
    """

    fact: str
    argument: str | None
    allowed: tuple[Allowed, ...]


def allowed_in_words(allowed: Allowed) -> str:
    """A value that will do, as the rules file writes it.

    >>> allowed_in_words(Range(6, None, ">5"))
    '>5'
    """
    match allowed:
        case Range():
            return allowed.written
        case Prefix(digits):
            return f"{digits}…"
        case _:
            return allowed
