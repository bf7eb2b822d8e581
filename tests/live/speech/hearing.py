"""What a caller heard, measured: samples, how like a sound file they are, and how loud a tone."""

import wave
from array import array
from collections.abc import Sequence
from math import cos, pi, sqrt
from operator import mul
from pathlib import Path

from agi_server.lab.alaw import decoded
from agi_server.lab.ear import Heard

FRAME = 160
"""Samples of a packet of 20 ms: Asterisk reads a file in such pieces, from its beginning."""

ALAW = [decoded(code) for code in range(256)]


def samples_of(heard: Sequence[Heard]) -> list[int]:
    """The samples of A-law packets, one after the other: what was sent, without the rests."""
    return [ALAW[code] for packet in heard for code in packet.sound]


def wideband_samples_of(heard: Sequence[Heard]) -> list[int]:
    """The samples of L16 packets (RFC 3551: the high byte first)."""
    samples = array("h", b"".join(packet.sound for packet in heard))
    samples.byteswap()
    return list(samples)


def read_wav(path: Path) -> list[int]:
    """The samples of a sound file: mono, 16 bits."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return list(array("h", file.readframes(file.getnframes())))


def likeness(one: Sequence[int], other: Sequence[int]) -> float:
    """The correlation of two pieces of sound: 1 is the same, 0 has nothing to do with it."""
    length = min(len(one), len(other))
    one, other = one[:length], other[:length]
    both = sqrt(sum(map(mul, one, one)) * sum(map(mul, other, other)))
    return sum(map(mul, one, other)) / both if both else 0.0


def best_place(piece: Sequence[int], whole: Sequence[int], step: int = FRAME) -> tuple[float, int]:
    """How like `piece` the most similar part of `whole` is, and at which sample that begins.

    Parts are looked at that begin at each `step` samples.
    """
    starts = range(0, max(1, len(whole) - len(piece) + 1), step)
    return max((likeness(piece, whole[start : start + len(piece)]), start) for start in starts)


def share_of_tone(samples: Sequence[int], hertz: int, rate: int = 8000) -> float:
    """How much of the energy of a sound is in one frequency, from 0 to 1 (Goertzel's way)."""
    turn = 2 * cos(2 * pi * hertz / rate)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + turn * last - before
    power = before * before + last * last - turn * before * last
    energy = sum(map(mul, samples, samples))
    return 2 * power / (len(samples) * energy) if energy else 0.0
