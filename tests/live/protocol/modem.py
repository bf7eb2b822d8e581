"""Messages as a modem sings them: the 1,200 baud of ETSI ES 201 912, as app_sms.c hears them."""

import struct
import wave
from collections.abc import Iterable, Iterator, Sequence
from math import pi, sin
from pathlib import Path
from typing import Final

RATE: Final = 8000
BAUD: Final = 1200
HERTZ: Final = {1: 1300, 0: 2100}
LOUDNESS: Final = 12000
LEAD: Final = [1] * 80
"""Bits before a message, by which the other side finds the pace."""


def write_messages(file: Path, messages: Iterable[Sequence[int]], pause: float) -> None:
    """Write a sound with messages, and a pause in seconds behind each.

    Args:
        file: Its name.
        messages: Bytes without the checksum.
        pause: In which the other side can answer.
    """
    silence = [0] * int(RATE * pause)
    samples = [sample for message in messages for sample in [*_sung(_bits(message)), *silence]]
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(struct.pack(f"<{len(samples)}h", *samples))


def _bits(message: Sequence[int]) -> list[int]:
    checksum = -sum(message) & 255
    bits = LEAD.copy()
    for byte in [*message, checksum]:
        bits += [0, *(byte >> place & 1 for place in range(8)), 1]
    return [*bits, 1, 1, 1, 1]


def _sung(bits: Sequence[int]) -> Iterator[int]:
    phase = 0.0
    for at in range(len(bits) * RATE // BAUD):
        phase += 2 * pi * HERTZ[bits[at * BAUD // RATE]] / RATE
        yield int(LOUDNESS * sin(phase))
