"""The fake channel's clock, and what the caller is going to do on it."""

import heapq
from dataclasses import dataclass
from enum import Enum, auto
from math import inf, isinf
from typing import Final, TypeAlias


class Gone(Enum):
    """The caller hangs up."""

    GONE = auto()


GONE: Final = Gone.GONE


@dataclass(frozen=True, slots=True)
class Key:
    """The caller presses a key."""

    digit: str


@dataclass(frozen=True, slots=True)
class Typed:
    """The caller sends a text."""

    text: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """The caller says something that a speech engine understands."""

    text: str
    score: int
    grammar: str


Happening: TypeAlias = Key | Typed | Spoken | Gone


class Timeline:
    """What happens on a channel, in order; its clock moves only when something is waited for."""

    def __init__(self) -> None:
        self.now = 0.0
        """Seconds since the call began."""
        self._planned: list[tuple[float, int, Happening]] = []
        self._count = 0
        self._end = inf
        """When the channel ends by itself."""

    def plan(self, moment: float, happening: Happening) -> None:
        """Let something happen at a moment; `inf`: when the command that runs then is over."""
        self._count += 1
        heapq.heappush(self._planned, (moment, self._count, happening))

    def take(self, until: float) -> Happening | None:
        """The next thing that happens up to the moment `until`; the clock moves there.

        When nothing does, the clock stays.
        """
        planned = self._planned[0][0] if self._planned else inf
        if self._end <= min(planned, until) and self._end < inf:
            self.pass_until(self._end)
            return GONE
        if not self._planned or planned > until:
            return None
        moment, _, happening = heapq.heappop(self._planned)
        if not isinf(moment):
            self.now = max(self.now, moment)
        return happening

    def plan_end(self, moment: float | None) -> None:
        """Let the channel end by itself at a moment; None: do not."""
        self._end = inf if moment is None else moment

    def pass_until(self, moment: float) -> None:
        """Let the clock move on to a moment."""
        self.now = max(self.now, moment)

    def take_ending(self) -> bool:
        """Whether the caller hangs up now that a command is over."""
        is_ending = bool(self._planned) and self._planned[0][0] == inf
        if is_ending:
            self._planned.clear()
        return is_ending
