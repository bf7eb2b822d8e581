"""Waiting for something that another process does."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

INTERVAL_SECONDS: Final = 0.02
"""How often we look: a file or a process cannot call us back."""

Found = TypeVar("Found")


def wait_until(look: Callable[[], Found | None], timeout: float) -> Found | None:
    """Look again and again until there is something, or the time is over.

    Args:
        look: Returns what is waited for, or None (or anything false) as long as it is not there.
        timeout: The longest wait in seconds.

    Returns:
        What `look` found, or None when it was not there in time.
    """
    end = time.monotonic() + timeout
    while not (found := look()):
        if time.monotonic() >= end:
            return None
        time.sleep(INTERVAL_SECONDS)
    return found
