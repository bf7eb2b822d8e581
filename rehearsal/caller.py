"""The caller of a rehearsal: presses what the script says, as a telephone line would take it."""

from collections import deque
from collections.abc import Collection, Iterable
from typing import Final

from ivr.keys import DONE
from routing.key_script import HangUp, Listen, Press, Word, written

TAKE_SECONDS: Final = 2.0
"""How long a rehearsed caller speaks into a recording."""


class LeftError(Exception):
    """The caller hangs up."""


class ScriptedCaller:
    """Answers questions out of a key script.

    Keys that a question does not take stay for the next one, unless something comes between that
    keys do not interrupt. A call of any method raises LeftError once the caller is gone.
    """

    def __init__(self, script: Iterable[Word]) -> None:
        self._script = deque(script)
        self._typed_ahead = ""
        self._has_answered = False
        """Since the caller last heard something: what is asked for then is the rest of an answer,
        and there is no more of it."""
        self._is_gone = False

    def not_asked_for(self) -> str:
        """The rest of the script, once the call is over: no question was there to take it."""
        ahead = (Press(self._typed_ahead),) if self._typed_ahead else ()
        return written((*ahead, *self._script))

    def listen(self) -> None:
        """Hear something to its end: keys pressed ahead are lost."""
        self._stay()
        self._typed_ahead = ""
        self._has_answered = False

    def interrupt(self) -> str:
        """The key pressed ahead that cuts short what is played; empty: it is heard."""
        self._stay()
        key, self._typed_ahead = self._typed_ahead[:1], self._typed_ahead[1:]
        self._has_answered = bool(key) and self._has_answered
        return key

    def press_if(self, keys: Collection[str]) -> str:
        """The next word, if it is one of these keys that nobody has to press; else empty."""
        self._stay()
        match self._script[0] if self._script else None:
            case Press(pressed) if pressed in keys:
                self._script.popleft()
                return pressed
            case Listen():
                self._script.popleft()
        return ""

    def press(self, most: int) -> tuple[str, bool]:
        """Up to so many keys, those before a `#`, and whether more were waited for to no end.

        A word of the script answers one question; what is left of it was pressed ahead.
        """
        self._stay()
        if not (self._typed_ahead or self._has_answered):
            self._take_word()
        keys, ended, _ = self._typed_ahead[:most].partition(DONE)
        self._typed_ahead = self._typed_ahead[len(keys) + len(ended) :]
        return keys or ended, not ended and len(keys) < most

    def speak(self, longest: float) -> float | None:
        """Speak after the beep: for how many seconds. Who hangs up next does so then.

        None if a key that was pressed ahead cuts the beep short, and nothing is recorded.
        """
        self._stay()
        # The one key that ends a recording; others are lost in the beep.
        _, ended, self._typed_ahead = self._typed_ahead.partition(DONE)
        if ended:
            return None
        if self._script and isinstance(self._script[0], HangUp):
            self._script.popleft()
            self._is_gone = True
        return min(longest, TAKE_SECONDS)

    def _take_word(self) -> None:
        match self._script.popleft() if self._script else None:
            case Press(keys):
                self._typed_ahead = keys
                self._has_answered = True
            case HangUp():
                raise LeftError

    def _stay(self) -> None:
        if self._is_gone:
            raise LeftError
