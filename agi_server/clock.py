"""The clock, as whoever needs the moment gets it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Gives the moment in UTC."""


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)
