"""What is done to the samples of a prompt: silence trimmed at both ends, the level made even.

Samples are signed 16-bit in the machine's own byte order, one channel, as `array("h")`.
"""

import io
import math
import wave
from array import array
from operator import mul
from typing import Final, TypeAlias

Samples: TypeAlias = "array[int]"
"""One channel of signed 16-bit samples."""

FULL_SCALE: Final = 32767

FRAME_SECONDS: Final = 0.01
"""Levels are taken frame by frame: short enough to find the edge of a word."""

QUIET_DB: Final = -40.0
"""A frame this far below the loudest one is no speech: breath, room or line noise."""

LEAD_SECONDS: Final = 0.06
"""Left before the first word, or a soft consonant loses its beginning."""

TAIL_SECONDS: Final = 0.12
"""Left after the last word: room for its fading, and a breath before the next prompt."""

SPEECH_DB: Final = -30.0
"""Frames within this much of the loudest one count as speech when the level is measured."""

TARGET_DBFS: Final = -20.0
"""The level of the speech: loud and clear on a telephone, with room for its peaks."""

PEAK_DBFS: Final = -1.0
"""No sample is lifted above this: the level gives way, never the shape of the sound."""

AUDIBLE_DBFS: Final = -50.0
"""A sound whose loudest frame is below this holds nothing to be heard."""


def silence(seconds: float, rate: int) -> Samples:
    """That many seconds of silence at `rate` samples a second."""
    return array("h", bytes(2 * round(seconds * rate)))


def wav(samples: Samples, rate: int) -> bytes:
    """The samples as a whole WAV file: one channel, 16-bit PCM."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(samples.itemsize)
        sound.setframerate(rate)
        sound.writeframes(samples.tobytes())
    return file.getvalue()


def audible(samples: Samples, rate: int) -> bool:
    """Whether there is anything to be heard."""
    return max(_levels(samples, rate), default=0.0) > _ratio(AUDIBLE_DBFS) * FULL_SCALE


def trimmed(samples: Samples, rate: int) -> Samples:
    """The samples without the silence at both ends, but for a little that is left on purpose."""
    levels = _levels(samples, rate)
    floor = max(levels, default=0.0) * _ratio(QUIET_DB)
    loud = [frame for frame, level in enumerate(levels) if level > floor]
    if not loud:
        return samples
    size = _frame_size(rate)
    first = loud[0] * size - round(LEAD_SECONDS * rate)
    last = (loud[-1] + 1) * size + round(TAIL_SECONDS * rate)
    return samples[max(0, first) : last]


def levelled(samples: Samples, rate: int) -> Samples:
    """The samples with their speech at `TARGET_DBFS`, so that no prompt is louder than the next.

    The level is that of the speech alone: pauses between words do not count.
    """
    speech = speech_level(samples, rate)
    if not speech:
        return samples
    peak = max(map(abs, samples))
    gain = min(_ratio(TARGET_DBFS) / speech, _ratio(PEAK_DBFS) * FULL_SCALE / peak)
    return array("h", [round(sample * gain) for sample in samples])


def speech_level(samples: Samples, rate: int) -> float:
    """The root mean square of the frames that hold speech, as a part of full scale."""
    levels = _levels(samples, rate)
    floor = max(levels, default=0.0) * _ratio(SPEECH_DB)
    speech = [level for level in levels if level > floor]
    if not speech:
        return 0.0
    return math.sqrt(sum(map(mul, speech, speech)) / len(speech)) / FULL_SCALE


def _levels(samples: Samples, rate: int) -> list[float]:
    """The root mean square of each frame."""
    size = _frame_size(rate)
    frames = (samples[start : start + size] for start in range(0, len(samples), size))
    return [math.sqrt(sum(map(mul, frame, frame)) / len(frame)) for frame in frames]


def _frame_size(rate: int) -> int:
    return round(FRAME_SECONDS * rate)


def _ratio(decibels: float) -> float:
    return float(10 ** (decibels / 20))
