"""Tracking numbers: digits that a caller can write down, key in again, and mistype noticeably.

Eight digits and a check digit by Damm's scheme, which catches every wrong digit and every swap of
neighbours. A store counts, and what it hands out is the count under a keyed permutation of all the
numbers there are: no two counts give one number, so nobody needs to ask whether it is taken, and
who knows some numbers but not the key cannot tell which ones come next.

The permutation is the generalised Feistel network of Black and Rogaway, walked along its cycles:
"Ciphers with Arbitrary Finite Domains", CT-RSA 2002, methods 2 and 3. Ten rounds and a sum within
each half are those of FF1 (NIST SP 800-38G, March 2016); its AES is a keyed BLAKE2b here, which
Python brings along. This hides the order of numbers and is no encryption of anything.
"""

import math
from hashlib import blake2b
from typing import Final

from stdnum import damm

from ivr.tracking import TRACKING_LENGTH

_LOWEST: Final = 10 ** (TRACKING_LENGTH - 2)
"""The first digit is never 0: spreadsheets and people drop leading zeros."""

COUNT: Final = 9 * _LOWEST
"""How many numbers there are."""

KEY_BYTES: Final = 32
"""How long the key of a store is: drawn by `secrets`, once, and kept."""

_ROUNDS: Final = 10


def tracking_number(counter: int, key: bytes) -> str:
    """The tracking number for a count.

    Args:
        counter: How many numbers were given before: from 0 up to but without `COUNT`.
        key: The store's own, of `KEY_BYTES` bytes. Nobody else must know it.

    Returns:
        `TRACKING_LENGTH` digits, the check digit last: another one for each count.

    Raises:
        ValueError: There is no number for the count, or no key.
    """
    body = str(_LOWEST + permuted(counter, COUNT, key))
    return body + damm.calc_check_digit(body)


def permuted(place: int, count: int, key: bytes) -> int:
    """Where a keyed permutation of `range(count)` takes `place`.

    The network permutes the numbers below the next square; a place beyond `count` is sent on until
    it comes back within, which it must, since it began within. From ninety million, one place in
    twenty-eight thousand takes a second step.

    Args:
        place: From 0 up to but without `count`.
        count: How many places there are.
        key: From 1 to 64 bytes.

    Raises:
        ValueError: The place is outside, or the key has not that length.
    """
    if place not in range(count):
        raise ValueError(f"{place} is none of the {count} places from 0 to {count - 1}")
    if not key:
        raise ValueError("Without a key anybody can tell which number comes next: draw one")
    side = math.isqrt(count - 1) + 1
    place = _through_network(place, side, key)
    while place >= count:
        place = _through_network(place, side, key)
    return place


def _through_network(place: int, side: int, key: bytes) -> int:
    """The network's permutation of the numbers below the square of `side`."""
    left, right = divmod(place, side)
    for number in range(_ROUNDS):
        left, right = right, (left + _mixed(number, right, key)) % side
    return left * side + right


def _mixed(number: int, half: int, key: bytes) -> int:
    """The round function: 64 bits that only the key tells."""
    given = number.to_bytes(1) + half.to_bytes(8)
    return int.from_bytes(blake2b(given, digest_size=8, key=key).digest())


def is_well_formed(tracking: str) -> bool:
    """Whether this can be a tracking number: the right length, and the check digit agrees."""
    is_digits = tracking.isascii() and tracking.isdigit()
    return is_digits and len(tracking) == TRACKING_LENGTH and bool(damm.is_valid(tracking))
