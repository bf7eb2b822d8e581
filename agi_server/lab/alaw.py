"""A-law, the coding of the lab's calls (ITU-T G.711): 8 bits for 13."""

from typing import Final

SIGN: Final = 0x80
FLIPPED: Final = 0x55
"""Every other bit is sent inverted."""

MANTISSA_BITS: Final = 4
LARGEST: Final = 0x7FFF


def decoded(code: int) -> int:
    """The sample, from -32,768 to 32,767, that a byte stands for."""
    code ^= FLIPPED
    exponent, mantissa = code >> MANTISSA_BITS & 0x07, code & 0x0F
    size = (mantissa << 4) + 8
    if exponent:
        size = size + 0x100 << exponent - 1
    return size if code & SIGN else -size


def encoded(sample: int) -> int:
    """The byte that stands for a sample from -32,768 to 32,767."""
    sign, size = (SIGN, sample) if sample >= 0 else (0, min(-sample, LARGEST))
    exponent = max(0, size.bit_length() - 8)
    mantissa = size >> max(exponent - 1, 0) + MANTISSA_BITS & 0x0F
    return (sign | exponent << MANTISSA_BITS | mantissa) ^ FLIPPED
