"""By what answers are told apart."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, tzinfo
from enum import StrEnum
from typing import Final, TypeAlias

from reports.responses import Response

Group: TypeAlias = tuple[str | None, ...]
"""One value for each dimension, in their order; None where nobody knows it, or there is none."""

TOTAL: Final[Group] = ()
"""Everybody."""


class Dimension(StrEnum):
    """By what callers' answers can be told apart; questions always are."""

    AGENT = "agent"
    QUEUE = "queue"
    DAY = "day"
    """On which the survey was begun, by the business's clock."""
    LANGUAGE = "language"


def grouper(dimensions: Sequence[Dimension], zone: tzinfo | None) -> Callable[[Response], Group]:
    """What finds the group of a response.

    Args:
        dimensions: By what they are told apart.
        zone: Of the days; None: the machine's.
    """
    reading: Mapping[Dimension, Callable[[Response], str | None]] = {
        Dimension.AGENT: lambda each: each.agent,
        Dimension.QUEUE: lambda each: each.queue,
        Dimension.DAY: lambda each: each.at.astimezone(zone).date().isoformat(),
        Dimension.LANGUAGE: lambda each: each.language,
    }
    readers = [reading[dimension] for dimension in dimensions]
    return lambda response: tuple([read(response) for read in readers])


def group_of_calls(
    dimensions: Sequence[Dimension], *, agent: str | None, queue: str | None, day: date
) -> Group | None:
    """The group of calls of which this much is known; None where that does not tell it."""
    if Dimension.LANGUAGE in dimensions:
        return None
    known = {Dimension.AGENT: agent, Dimension.QUEUE: queue, Dimension.DAY: day.isoformat()}
    return tuple(known[dimension] for dimension in dimensions)


def in_order(group: Group) -> tuple[tuple[bool, str], ...]:
    """Sorts groups by name; what has none comes last."""
    return tuple((value is None, value or "") for value in group)
