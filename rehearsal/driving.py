"""Drives a course without a telephone: whatever it asks for is answered at once."""

from collections.abc import Callable, Generator
from typing import TypeVar

from ivr.course import Effect, Reply

T = TypeVar("T")


def drive(going: Generator[Effect, Reply, T], do: Callable[[Effect], Reply]) -> T:
    """Do what a course asks for, until it ends.

    Args:
        going: The course.
        do: Does one thing and tells what came of it.

    Returns:
        What the course has come to.
    """
    reply: Reply = None
    while True:
        try:
            effect = going.send(reply)
        except StopIteration as end:
            result: T = end.value
            return result
        reply = do(effect)
