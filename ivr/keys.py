"""Keys: what they mean wherever a caller is asked, and how to listen to them.

Asterisk hands over a key only to a command that listens; what is pressed between two commands, or
during one that does not listen, is lost. So keys that come early count only where the next question
listens at once, and are dropped by being deaf for a moment.
"""

from dataclasses import dataclass, replace
from typing import Final

DONE: Final = "#"
"""Ends what is keyed."""

AGAIN: Final = "*"
"""Alone: hear it again. After digits: they were wrong, begin anew."""

PERSON: Final = "0"
"""Alone: speak with a person."""

HIDDEN: Final = "*"
"""Stands for a secret where it is written down, and for each key of one."""

LONE_DONES: Final = 3
"""How often a lone `#` is taken for the end of an earlier answer before it counts as silence."""

MOST_ANEW: Final = 3
"""How often one answer may be begun anew with `*` before what is there is taken."""

SLOWER: Final = 2.0
"""How many times as long as usual a caller is given who asked for it."""


@dataclass(frozen=True, slots=True)
class Input:
    """How to listen.

    Attributes:
        longest: Keys of the longest answer.
        first_key_seconds: How long to wait for the first key after the last word; 0: only keys that
            are pressed while the question is said count, and nobody has to press any.
        between_keys_seconds: How long to wait for each further key.
        choices: The answers there are; empty where any digits may be one. With 1, 2 and 12, who
            pressed 2 is not waited for.
        early_keys: Whether keys count that are pressed before the question says a word.
        has_point: Whether `*` is the decimal point, and does not begin the answer anew.
        secret: Whether nobody may read what was keyed.
    """

    longest: int
    first_key_seconds: float
    between_keys_seconds: float
    choices: frozenset[str] = frozenset()
    early_keys: bool = True
    has_point: bool = False
    secret: bool = False

    @property
    def is_optional(self) -> bool:
        """Whether it goes on by itself when nothing is pressed."""
        return self.first_key_seconds == 0

    def further(self, keys: str) -> int:
        """How many keys may follow these; after none, where the answer is begun anew, at least one.

        >>> menu = Input(2, 5.0, 3.0, frozenset({"1", "12", "2"}))
        >>> menu.further("1"), menu.further("2"), menu.further("7")
        (1, 0, 0)
        """
        if not self.choices:
            return 0 if keys == AGAIN else self.longest - len(keys)
        longer = (len(each) - len(keys) for each in self.choices if each.startswith(keys))
        return max(longer, default=0) if keys else 1

    def taken(self, keys: str) -> str:
        """What counts of these keys: those after the last `*`; empty if none have followed it yet.

        >>> Input(9, 8.0, 4.0).taken("123*45")
        '45'
        """
        is_plain_key = self.has_point or any(AGAIN in each for each in self.choices)
        return keys if is_plain_key else keys.rpartition(AGAIN)[2]

    def shown(self, keys: str) -> str:
        """These keys as they may be written down: no secret is, but that it was begun anew.

        >>> Input(4, 8.0, 4.0, secret=True).shown("4711")
        '****'
        """
        return HIDDEN * len(keys) if self.secret and keys != AGAIN else keys

    def slower(self) -> "Input":
        """The same for a caller who needs time."""
        return replace(
            self,
            first_key_seconds=self.first_key_seconds * SLOWER,
            between_keys_seconds=self.between_keys_seconds * SLOWER,
        )
