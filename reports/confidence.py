"""How far figures of a sample may be from the truth: intervals of 95 per cent."""

from collections.abc import Mapping
from math import sqrt
from statistics import NormalDist
from typing import Final

Interval = tuple[float, float]
"""The lower and the upper end."""

_Z: Final = NormalDist().inv_cdf(0.975)


def mean_of(counts: Mapping[int, int]) -> float:
    """The mean of marks, by how often each was given; of at least one."""
    return sum(mark * count for mark, count in counts.items()) / sum(counts.values())


def median_of(counts: Mapping[int, int]) -> float:
    """The median of marks, by how often each was given; of at least one.

    Of an even number it is the middle between the two in the middle.
    """
    n = sum(counts.values())
    return (_at(counts, (n - 1) // 2) + _at(counts, n // 2)) / 2


def _at(counts: Mapping[int, int], place: int) -> int:
    """The mark at a place, counted from 0, were they all in a row."""
    for mark in sorted(counts):
        place -= counts[mark]
        if place < 0:
            return mark
    raise ValueError(f"there are no {place + 1} marks more")


def mean_interval(counts: Mapping[int, int]) -> Interval | None:
    """Where the true mean lies, as a rule, by Student's t.

    None where there are not two marks that differ: nothing tells then how far others would.

    Args:
        counts: How often each mark was given.
    """
    n = sum(counts.values())
    if sum(count > 0 for count in counts.values()) < 2:  # noqa: PLR2004  two that differ
        return None
    mean = mean_of(counts)
    squares = sum(count * (mark - mean) ** 2 for mark, count in counts.items())
    margin = student_t(n - 1) * sqrt(squares / (n - 1) / n)
    return max(min(counts), mean - margin), min(max(counts), mean + margin)


def student_t(degrees: int) -> float:
    """The two-sided 95 per cent quantile of Student's t, right to 0.001 from nine degrees on.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5.

    Args:
        degrees: Degrees of freedom: how many observations there are, less one.
    """
    z = _Z
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return z + sum(term / float(degrees**power) for power, term in enumerate(terms, start=1))


def share_interval(part: int, n: int) -> Interval:
    """Where the true share lies, as a rule.

    Source: E. B. Wilson, Probable Inference, J. Amer. Stat. Assoc. 22 (1927): it stays between 0
    and 1, and is right for few observations and for shares at either end.

    Args:
        part: How many have it.
        n: Of how many; at least one.
    """
    share, square = part / n, _Z**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    margin = _Z / (1 + square / n) * sqrt(share * (1 - share) / n + square / (4 * n**2))
    return max(0.0, middle - margin), min(1.0, middle + margin)
