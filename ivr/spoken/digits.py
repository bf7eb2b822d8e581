"""Digits read out in groups, as people say telephone numbers: no grammar is needed for them."""

from collections.abc import Iterable
from typing import Final

from ivr.prompts import PAUSE, language

_DIGITS: Final = frozenset("0123456789")


def digits(text: str, code: str = "en") -> tuple[str, ...]:
    """The prompts that read `text` out digit by digit, with a pause between groups.

    A last group of one digit joins the group before it (`123 4567`, not `123 456 7`): a digit on
    its own, after the caller thought the number was over, is easily missed.

    Args:
        text: Digits 0 to 9 and nothing else.
        code: The language of the call.

    Raises:
        ValueError: `text` holds something else.
    """
    return digits_in_groups(_groups(text, language(code).digit_group))


def digits_in_groups(groups: Iterable[str]) -> tuple[str, ...]:
    """The prompts that read groups of digits out, with a pause between them.

    Args:
        groups: Digits 0 to 9 and nothing else.

    Raises:
        ValueError: One holds something else.
    """
    spoken: list[str] = []
    for group in groups:
        if not _DIGITS.issuperset(group):
            raise ValueError(f"{group!r} cannot be read digit by digit: it is not digits alone")
        spoken += [PAUSE] if spoken else []
        spoken += [f"digit-{digit}" for digit in group]
    return tuple(spoken)


def _groups(text: str, size: int) -> list[str]:
    groups = [text[start : start + size] for start in range(0, len(text), size)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        last = groups.pop()
        groups[-1] += last
    return groups
