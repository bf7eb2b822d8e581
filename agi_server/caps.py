"""Caps on what callers may try within a day, and the word that goes out when one is reached."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import structlog

from agi_server.conversation import Conversation
from crm.asking_records import AttemptKind
from crm.ports import Store

log = structlog.get_logger(__name__)

MOST_LOOK_UPS: Final = 50
"""Tracking numbers keyed on one telephone in 24 hours, whether there are such requests or not. A
slip of the finger is none: the number itself tells it."""

MOST_WITHHELD_LOOK_UPS: Final = 500
"""The same for all together who show no number: who guesses hides theirs, and few others must not
be shut out by it. Of a million numbers that could be, so many guesses a day find next to none."""

MOST_PINS: Final = 15
"""PINs keyed for one customer in 24 hours, right or wrong, whoever keys them: the shortest has
10,000 others."""

WITHHELD: Final = "withheld"
"""Stands for the number of who shows none."""


class Cap(StrEnum):
    """What is capped, as the metric and the log name it."""

    LOOK_UPS = "look-ups"
    WITHHELD_LOOK_UPS = "look-ups-withheld"
    """Of all callers who show no number: one who keeps on keying shuts the others out."""
    PINS = "pins"
    CODES = "codes"


def may_try(store: Store, kind: AttemptKind, subject: str, now: datetime, most: int) -> bool:
    """Count one more try, within the write that then does it; whether it may be done.

    Counting is what decides: of any number of callers who try at once, so many get through and no
    more. A try that is refused is not counted, or whoever goes on would never be let in again.
    """
    if store.attempts(kind, subject, now) >= most:
        return False
    return store.count_attempt(kind, subject, now) <= most


def tell_reached(talk: Conversation, cap: Cap) -> None:
    """Let the service's people know that a caller was refused: somebody may be guessing."""
    talk.line.measurements.caps[cap] += 1
    log.warning("a cap is reached", cap=cap.value, call=talk.journal.call_id)
