"""Digits read out in groups, as people say telephone numbers: no grammar is needed for them."""

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
    if not _DIGITS.issuperset(text):
        raise ValueError(f"{text!r} cannot be read digit by digit: it is not digits alone")
    spoken: list[str] = []
    for group in _groups(text, language(code).digit_group):
        spoken += [PAUSE] if spoken else []
        spoken += [f"digit-{digit}" for digit in group]
    return tuple(spoken)


def _groups(text: str, size: int) -> list[str]:
    groups = [text[start : start + size] for start in range(0, len(text), size)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        last = groups.pop()
        groups[-1] += last
    return groups
