"""Trimming and levelling, on tones whose level is known."""

import io
import math
import wave
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agi_server.sound_samples import (
    FULL_SCALE,
    LEAD_SECONDS,
    TAIL_SECONDS,
    TARGET_DBFS,
    Loudness,
    Samples,
    Sound,
    decibels,
    wav,
)
from agi_server.sound_samples import silence as silent_sound

RATE = 8000

any_samples = st.lists(st.integers(-32768, 32767), max_size=400).map(lambda row: array("h", row))


def tone(seconds: float, dbfs: float) -> Samples:
    """A tone of 400 Hz whose root mean square is at `dbfs`."""
    peak = FULL_SCALE * 10 ** (dbfs / 20) * math.sqrt(2)
    waves = (math.sin(2 * math.pi * 400 * i / RATE) for i in range(round(seconds * RATE)))
    return array("h", [round(peak * height) for height in waves])


def silence(seconds: float) -> Samples:
    """Nothing to be heard."""
    return silent_sound(seconds, RATE).samples


def loudness(samples: Samples) -> Loudness:
    """Samples, measured."""
    return Loudness(Sound(samples, RATE))


def trimmed(samples: Samples) -> Samples:
    """Without silence at its ends."""
    return Sound(samples, RATE).trimmed(loudness(samples)).samples


def levelled(samples: Samples) -> Samples:
    """Made as loud as its gain says."""
    return Sound(samples, RATE).amplified(loudness(samples).gain).samples


@pytest.mark.parametrize("before", [0.0, 0.3, 2.0])
@pytest.mark.parametrize("after", [0.0, 0.5, 2.0])
def test_silence_at_the_ends_is_trimmed_to_a_little(before: float, after: float):
    """What is left is the lead and the tail, or less where less was there."""
    samples = silence(before) + tone(1.0, -20) + silence(after)
    expected = 1.0 + min(before, LEAD_SECONDS) + min(after, TAIL_SECONDS)
    assert len(trimmed(samples)) / RATE == pytest.approx(expected, abs=0.02)


def test_silence_between_words_stays():
    """A pause inside a sentence belongs to it."""
    samples = tone(0.5, -20) + silence(1.0) + tone(0.5, -20)
    assert trimmed(samples) == samples


def test_line_noise_at_the_ends_is_trimmed_too():
    """A recorded room is not quite silent."""
    samples = tone(1.0, -65) + tone(1.0, -20) + tone(1.0, -65)
    assert len(trimmed(samples)) < 1.3 * RATE


@pytest.mark.parametrize("dbfs", [-50, -35, -20, -8])
def test_every_level_becomes_the_same(dbfs: float):
    """Faint and loud recordings end up alike."""
    made = levelled(tone(1.0, dbfs))
    assert decibels(loudness(made).speech) == pytest.approx(TARGET_DBFS, abs=0.2)


def test_pauses_do_not_make_the_words_louder():
    """The level is that of the speech, not of the whole file."""
    alone = levelled(tone(1.0, -30))
    with_pause = levelled(tone(0.5, -30) + silence(3.0) + tone(0.5, -30))
    assert max(with_pause) == pytest.approx(max(alone), rel=0.02)


def test_a_sharp_peak_is_not_cut_off():
    """The gain gives way: the proportions of the sound stay."""
    samples = tone(1.0, -40)
    samples[4000] = 20000
    made = levelled(samples)
    assert max(made) < FULL_SCALE
    assert made[4000] / made[4005] == pytest.approx(samples[4000] / samples[4005], rel=0.02)


def test_silence_is_not_audible_and_a_tone_is():
    """Nothing, digital silence and faint hum are all nothing to hear."""
    assert not loudness(silence(1.0)).audible
    assert not loudness(array("h")).audible
    assert not loudness(tone(1.0, -70)).audible
    assert loudness(tone(0.1, -30)).audible


@given(any_samples)
def test_any_samples_can_be_shaped(samples: Samples):
    """No samples make it fail or overflow, full scale included."""
    made = levelled(trimmed(samples))
    assert len(made) <= len(samples)


def test_a_wav_file_holds_the_samples():
    """One channel, 16 bits, and the same samples back."""
    samples = tone(0.1, -20)
    with wave.open(io.BytesIO(wav(Sound(samples, RATE)))) as file:
        assert file.getparams()[:3] == (1, 2, RATE)
        assert array("h", file.readframes(file.getnframes())) == samples
