"""How long a caller will likely wait: a range, told from how many callers have left a queue lately.

Whoever leaves a queue makes those behind them move up, whatever the reason: so it does not matter
how long conversations are, nor how many agents there are. The one assumption is that callers go on
leaving as they have done: at some steady rate that nobody knows, of which the `n` departures of the
last `WINDOW_SECONDS` are all that was seen. The rate is then gamma distributed, the time until the
k-th departure is so for each rate, and so, over all rates, is `WINDOW_SECONDS` times a beta-prime
variable with the parameters k and n. Its quantiles are the range: few departures make it wide, many
make it narrow, and one that is too wide to be honest is not told at all.

Source: the compound of two gamma distributions, as in any textbook of Bayesian statistics; for
whole parameters the regularised incomplete beta function is a sum of binomial probabilities. Where
that sum is long, a caller on another line would wait for it: the quantile is then approximated from
that of the normal distribution (E. Paulson, "An approximate normalization of the analysis of
variance distribution", 1942, after Wilson and Hilferty on the cube root of a chi-squared variable).
"""

from dataclasses import dataclass
from functools import lru_cache
from math import exp, lgamma, log, log1p, sqrt
from statistics import NormalDist
from typing import Final

WINDOW_SECONDS: Final = 900
"""How far back departures count: long enough to see some, short enough to be about now."""

FEWEST_DEPARTURES: Final = 5
"""Fewer tell nothing of how fast the queue moves."""

SHORTEST_PART: Final = 0.1
LIKELY_PART: Final = 0.5
LONGEST_PART: Final = 0.9
"""Of a hundred callers ten are served before the range begins, and ten after it has ended."""

WIDEST_FACTOR: Final = 4
WIDEST_SECONDS: Final = 120
"""The longest wait of a range is no more than so many times the shortest, and so many seconds: "two
to ten minutes" helps somebody to decide, "two to forty" does not."""

_MOST_SUMMED: Final = 20
"""Where both parameters are greater, quantiles are approximated: to a part in a thousand."""

_HALVINGS: Final = 50
"""Of the interval that holds a quantile: exact to a part in 10 ** 15."""


@dataclass(frozen=True, slots=True)
class WaitRange:
    """How long a wait is: in seconds, hardly ever shorter, most likely, hardly ever longer."""

    shortest: int
    likely: int
    longest: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a caller would be in a queue.

    Attributes:
        ahead: How many go before; None: nobody can tell.
        wait: How long it will take; None: nobody can tell.
    """

    ahead: int | None = None
    wait: WaitRange | None = None


def wait_range(ahead: int, departures: int) -> WaitRange | None:
    """How long a caller waits who goes after `ahead` others.

    Args:
        ahead: Callers who go before.
        departures: Callers who have left the queue in the last `WINDOW_SECONDS`, served or not.

    Returns:
        The range; None where it would be too vague to be honest.
    """
    if departures < FEWEST_DEPARTURES:
        return None
    shortest, likely, longest = (
        quantile(part, ahead + 1, departures) for part in (SHORTEST_PART, LIKELY_PART, LONGEST_PART)
    )
    if longest > WIDEST_FACTOR * shortest + WIDEST_SECONDS:
        return None
    return WaitRange(round(shortest), round(likely), round(longest))


@lru_cache(maxsize=4096)
def quantile(part: float, place: int, departures: int) -> float:
    """The seconds before which that part of all callers in this place have left.

    Args:
        part: Between 0 and 1.
        place: 1 for who goes first.
        departures: Within `WINDOW_SECONDS`; at least 1.
    """
    is_long = min(place, departures) > _MOST_SUMMED
    return WINDOW_SECONDS * (_near if is_long else exact_quantile)(part, place, departures)


def _near(part: float, k: int, n: int) -> float:
    """`exact_quantile`, nearly, and at once: the cube root of (n / k) times it is nearly normal."""
    z, a, b = NormalDist().inv_cdf(part), 1 / (9 * k), 1 / (9 * n)
    spread = z * sqrt(a * (1 - b) ** 2 + b * (1 - a) ** 2 - a * b * z * z)
    root = ((1 - a) * (1 - b) + spread) / ((1 - b) ** 2 - b * z * z)
    return k / n * root**3


def exact_quantile(part: float, k: int, n: int) -> float:
    """A quantile of the beta-prime distribution with these parameters, by sums as long as the less.

    Args:
        part: Between 0 and 1.
        k: At least 1.
        n: At least 1.
    """
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if incomplete_beta(middle, k, n) < part:
            low = middle
        else:
            high = middle
    return high / (1 - high) if high < 1 else float("inf")


def incomplete_beta(x: float, a: int, b: int) -> float:
    """The regularised incomplete beta function of whole parameters.

    It is the probability of at least `a` successes in `a + b - 1` trials, of the chance `x` each:
    either that is summed up or its opposite, whichever has fewer terms.

    Args:
        x: Between 0 and 1, both excluded.
        a: At least 1.
        b: At least 1.
    """
    if a > b:
        return 1 - incomplete_beta(1 - x, b, a)
    trials, odds = a + b - 1, log(x) - log1p(-x)
    nothing = lgamma(trials + 1) + trials * log1p(-x)
    fewer = (
        exp(nothing - lgamma(hits + 1) - lgamma(trials - hits + 1) + hits * odds)
        for hits in range(a)
    )
    return 1 - sum(fewer)


def place_of(ahead: int | None, waiting: int | None, departures: int | None) -> Place:
    """A caller's place, and how long it will take to be served.

    Where nobody waits nothing is said of the wait: callers then leave as fast as they come, and how
    fast they could be served does not show.

    Args:
        ahead: Callers who go before by what is written down; None: nobody can tell.
        waiting: Callers who wait by Asterisk's own count: no more than these can go before. None:
            nobody can tell.
        departures: Callers who have left in the last `WINDOW_SECONDS`; None: nobody can tell.
    """
    if ahead is None:
        return Place()
    place = ahead if waiting is None else min(ahead, waiting)
    if departures is None or waiting == 0:
        return Place(place)
    return Place(place, wait_range(place, departures))
