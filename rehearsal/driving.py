"""Drives a course without a telephone: whatever it asks for is answered at once."""

from collections.abc import Callable, Generator
from functools import partial
from typing import TypeVar

S = TypeVar("S")
R = TypeVar("R")
T = TypeVar("T")


def drive(going: Generator[S, R, T], do: Callable[[S], R]) -> T:
    """Do what a course, or a part of one, asks for, until it ends.

    Args:
        going: The course.
        do: Does one thing and tells what came of it.

    Returns:
        What the course has come to.
    """
    advance: Callable[[], S] = going.__next__
    while True:
        try:
            step = advance()
        except StopIteration as end:
            result: T = end.value
            return result
        advance = partial(going.send, do(step))
