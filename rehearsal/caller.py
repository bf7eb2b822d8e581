"""The caller of a rehearsal: presses what the script says, as a telephone line would take it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ivr.dialogues import TERMINATOR, Input
from routing.key_script import HangUp, Press, Word, written


class LeftError(Exception):
    """The caller hangs up."""


@dataclass(slots=True)
class ScriptedCaller:
    """Answers questions out of a key script.

    Keys that a question does not take stay for the next one, unless something is said before it
    that keys do not interrupt.
    """

    script: Iterator[Word]
    _typed_ahead: str = field(default="", init=False)

    def listen(self) -> None:
        """Hear something to its end: keys pressed ahead are lost."""
        self._typed_ahead = ""

    def not_asked_for(self) -> str:
        """The rest of the script, once the call is over: no question was there to take it."""
        ahead = (Press(self._typed_ahead),) if self._typed_ahead else ()
        return written((*ahead, *self.script))

    @property
    def interrupts(self) -> bool:
        """Whether the next question is cut short by a key that was pressed before it."""
        return bool(self._typed_ahead)

    def first_key(self) -> str:
        """The key that begins the answer; empty if none is pressed. Raises LeftError."""
        if not self._typed_ahead:
            match next(self.script, None):
                case Press(keys):
                    self._typed_ahead = keys
                case HangUp():
                    raise LeftError
        key, self._typed_ahead = self._typed_ahead[:1], self._typed_ahead[1:]
        return key

    def further_keys(self, wanted: Input) -> tuple[str, bool]:
        """The keys that follow the first one, and whether they were waited for to no end."""
        if wanted.longest == 1:
            return "", False
        taken = self._typed_ahead[: wanted.longest - 1]
        keys, ended, _ = taken.partition(TERMINATOR)
        self._typed_ahead = self._typed_ahead[len(keys) + len(ended) :]
        return keys, not ended and len(keys) < wanted.longest - 1
