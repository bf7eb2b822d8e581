"""What callers have been told, as they heard it: none of it may ever be lost."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from dialplan.contract import Script


class Promise(StrEnum):
    """What a server can tell a caller that must be true tomorrow."""

    TRACKING = "tracking number"
    CALLBACK = "callback"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a caller was told.

    Attributes:
        at: When the command came that says it, by `time.monotonic`.
        promise: What kind it is.
        value: The digits heard so far, the number to call, or the answer.
        question: Of an answer.
    """

    at: float
    promise: Promise
    value: str
    question: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that a server has completed: RAHYAB_DONE was set.

    Attributes:
        at: When, by `time.monotonic`.
        script: Which one.
        visit: The how-manieth of the call.
        seconds: How long it took, without the caller's own thinking.
    """

    at: float
    script: Script
    visit: int
    seconds: float


@dataclass(slots=True)
class CallNotes:
    """What became of one call, as the caller and their dialplan saw it.

    Attributes:
        id: The call's.
        number: The caller's, in E.164; empty when it was withheld.
        told: In the order of time; of a tracking number only what was heard last.
        asked: The requests that were completed.
        cut: Requests that a server began and did not complete.
        refused: Requests that a server refused, or none took on for as long as the caller waited.
    """

    id: str
    number: str
    told: list[Told] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    cut: list[Script] = field(default_factory=list)
    refused: list[Script] = field(default_factory=list)

    def tell(self, promise: Promise, value: str, question: str = "") -> None:
        """The caller is told something, now."""
        self.told.append(Told(time.monotonic(), promise, value, question))

    def before(self, moment: float) -> "CallNotes":
        """The notes as they were at a moment of `time.monotonic`."""
        told = [each for each in self.told if each.at < moment]
        asked = [each for each in self.asked if each.at < moment]
        return CallNotes(self.id, self.number, told, asked, list(self.cut), list(self.refused))

    def wrongly_refused(self) -> list[Script]:
        """Requests that a server should have taken on.

        The end of a call of which no request was completed may be news to the servers: the one that
        began with it was killed before it knew whose call it is.
        """
        return [each for each in self.refused if self.asked or each is not Script.ENDED]

    def promises(self) -> Iterator[Told]:
        """What must be kept, each once: of a tracking number all the digits that were heard."""
        longest: Told | None = None
        for each in self.told:
            if each.promise is Promise.TRACKING:
                longest = each
            else:
                yield each
        if longest is not None:
            yield longest
