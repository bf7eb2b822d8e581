"""How loud a prompt is: what is silence at its ends, and what makes its level even.

Samples are signed 16-bit in the machine's own byte order, one channel, as `array("h")`.
"""

import io
import math
import wave
from array import array
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Sound:
    """One channel of samples.

    Attributes:
        samples: The samples.
        rate: How many of them are a second.
    """

    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return len(self.samples) / self.rate

    def trimmed(self, loudness: "Loudness") -> "Sound":
        """The sound without the silence at both ends, but for a little that is left on purpose."""
        return Sound(self.samples[loudness.span], self.rate)

    def amplified(self, gain: float) -> "Sound":
        """The sound, `gain` decibels louder; that its peaks are not cut off is for the caller."""
        factor = ratio(gain)
        return Sound(array("h", [round(sample * factor) for sample in self.samples]), self.rate)


class Loudness:
    """How loud a sound is, measured once frame by frame: in Python, that is what takes long.

    Args:
        sound: The sound.
    """

    def __init__(self, sound: Sound) -> None:
        self._size = round(FRAME_SECONDS * sound.rate)
        self._rate = sound.rate
        self._levels = _levels(sound.samples, self._size)
        self._loudest = max(self._levels, default=0.0)
        self._peak = max(map(abs, (min(sound.samples), max(sound.samples)))) if sound.samples else 0

    @property
    def audible(self) -> bool:
        """Whether there is anything to be heard."""
        return self._loudest > ratio(AUDIBLE_DBFS) * FULL_SCALE

    @property
    def span(self) -> slice:
        """The samples that are left when silence is trimmed at both ends."""
        floor = self._loudest * ratio(QUIET_DB)
        loud = [frame for frame, level in enumerate(self._levels) if level > floor]
        if not loud:
            return slice(None)
        first = loud[0] * self._size - round(LEAD_SECONDS * self._rate)
        last = (loud[-1] + 1) * self._size + round(TAIL_SECONDS * self._rate)
        return slice(max(0, first), last)

    @property
    def speech(self) -> float:
        """The root mean square of the frames that hold speech, as a part of full scale.

        Pauses between words do not count.
        """
        floor = self._loudest * ratio(SPEECH_DB)
        speech = [level for level in self._levels if level > floor]
        if not speech:
            return 0.0
        return math.sqrt(sum(map(mul, speech, speech)) / len(speech)) / FULL_SCALE

    @property
    def gain(self) -> float:
        """The decibels that bring the speech to `TARGET_DBFS`: no prompt is louder than the next.

        It is less where peaks would be cut off.
        """
        if not self.speech:
            return 0.0
        wanted = ratio(TARGET_DBFS) / self.speech
        return decibels(min(wanted, ratio(PEAK_DBFS) * FULL_SCALE / self._peak))


def ratio(level: float) -> float:
    """Decibels as a factor of amplitudes."""
    return float(10 ** (level / 20))


def decibels(factor: float) -> float:
    """A factor of amplitudes, above 0, in decibels."""
    return 20 * math.log10(factor)


def _levels(samples: Samples, size: int) -> list[float]:
    """The root mean square of each frame."""
    frames = (samples[start : start + size] for start in range(0, len(samples), size))
    return [math.sqrt(sum(map(mul, frame, frame)) / len(frame)) for frame in frames]


def silence(seconds: float, rate: int) -> Sound:
    """That many seconds of silence at `rate` samples a second."""
    return Sound(array("h", bytes(2 * round(seconds * rate))), rate)


def wav(sound: Sound) -> bytes:
    """The sound as a whole WAV file: one channel, 16-bit PCM."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(sound.samples.itemsize)
        file.setframerate(sound.rate)
        file.writeframes(sound.samples.tobytes())
    return content.getvalue()
