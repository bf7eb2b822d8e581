"""What a caller says is on disk, and is what they said: tones, measured by sox and by ourselves."""

import re
import subprocess
from pathlib import Path

import pytest

from crm.records import Outcome
from tests.live.speech.hearing import read_wav, samples_of, share_of_tone
from tests.live.speech.site import Lived, Site

pytestmark = pytest.mark.live

BOX, PLAIN = "+982191000008", "+982191000009"
RATE = 8000
PURE = 0.9
"""More of the energy of a recording than this is one tone."""

KEY_HERTZ = (941, 1477)
"""The two tones of the key `#` (ITU-T Q.23)."""


def recording_of(lived: Lived, longest: float = 12.0) -> Path:
    """The one recording of a call, which is as long as the journal says."""
    (recording,) = lived.story.recordings
    path = Path(recording.path)
    assert abs(_measured(path)["Length (seconds)"] - recording.seconds) < 0.5
    assert 1.0 <= recording.seconds <= longest + 0.5
    return path


def _measured(path: Path) -> dict[str, float]:
    """What `sox` measures: length, volume, rough frequency and more."""
    done = subprocess.run(
        ["sox", str(path), "-n", "stat"], capture_output=True, text=True, check=True
    )
    found = re.findall(r"^(.+?):\s+(-?\d+\.?\d*)$", done.stderr, re.MULTILINE)
    return {re.sub(r"\s+", " ", name): float(value) for name, value in found}


def middle(samples: list[int]) -> list[int]:
    """A second from the middle."""
    start = (len(samples) - RATE) // 2
    return samples[start : start + RATE]


def test_a_message_holds_the_tone_that_the_caller_sent_and_is_played_back(site: Site) -> None:
    """Three seconds of 1 kHz, ended by `#`, which is not in it; then heard by the caller."""
    lived = site.call(
        BOX,
        "hear:speak-now hear:beep wait:0.8 tone:1000:3 # "
        "hear:message-review 2 hear:message-review 1",
        listens=True,
    )

    path = recording_of(lived)
    measured, samples = _measured(path), read_wav(path)
    assert abs(measured["Rough frequency"] - 1000) < 50
    assert abs(measured["Length (seconds)"] - 3.0) < 0.5
    assert measured["Maximum amplitude"] > 0.2
    assert share_of_tone(middle(samples), 1000) > PURE
    ending = samples[-RATE // 2 :]
    assert all(share_of_tone(ending, hertz) < 0.01 for hertz in KEY_HERTZ)

    assert str(path.with_suffix("")) in lived.result.sounds
    heard = samples_of(lived.result.heard)
    pieces = [heard[start : start + RATE] for start in range(0, len(heard) - RATE, RATE // 4)]
    assert max(share_of_tone(piece, 1000) for piece in pieces) > PURE
    assert lived.story.call.outcome is Outcome.VOICEMAIL
    assert lived.was_told("speak-now", "message-review", "message-review", "message-kept")


def test_a_message_recorded_anew_takes_the_place_of_the_first(site: Site) -> None:
    """One recording is left, and the first tone is not in it."""
    lived = site.call(
        BOX,
        "hear:beep tone:1000:2 # hear:message-review 3 "
        "hear:message-anew hear:beep tone:600:3 # hear:message-review 1",
    )

    samples = read_wav(recording_of(lived))
    assert share_of_tone(middle(samples), 600) > PURE
    assert share_of_tone(samples, 1000) < 0.01
    assert len(lived.data("taped")) == 2


def test_who_hangs_up_while_recording_anew_leaves_what_the_journal_says(site: Site) -> None:
    """The second take is short, and has taken the place of the first: both agree on it."""
    lived = site.call(
        BOX,
        "hear:beep wait:0.8 tone:1000:3 # hear:message-review 3 "
        "hear:message-anew hear:beep wait:0.8 tone:600:0.6 hangup",
    )

    (recording,) = lived.story.recordings
    samples = read_wav(Path(recording.path))
    assert share_of_tone(samples, 600) > PURE
    assert abs(len(samples) / RATE - recording.seconds) < 0.2
    assert [taped["seconds"] > 1.0 for taped in lived.data("taped")] == [True, False]
    assert lived.story.call.outcome is Outcome.VOICEMAIL


def test_silence_ends_a_message(site: Site) -> None:
    """Two seconds of it, which the telephone goes on to send; nobody has pressed a key."""
    lived = site.call(BOX, "hear:beep tone:1000:2 hush:6 hear:message-review 1")

    path = recording_of(lived, longest=5.0)
    assert share_of_tone(read_wav(path)[RATE // 2 : RATE * 3 // 2], 1000) > PURE
    assert lived.keyed == ["1"]


def test_a_message_ends_at_its_limit(site: Site) -> None:
    """After five seconds, whatever the caller still says; it is kept without a question."""
    lived = site.call(PLAIN, "hear:beep tone:1000:7")

    path = recording_of(lived, longest=5.0)
    assert abs(_measured(path)["Length (seconds)"] - 5.0) < 0.5
    assert lived.was_told("speak-now", "message-kept")
    assert not lived.keyed


def test_a_message_that_is_too_short_is_not_kept(site: Site) -> None:
    """Told so; there is nothing that anybody could listen to."""
    lived = site.call(PLAIN, "hear:beep tone:1000:0.4 #")

    assert lived.was_told("speak-now", "message-too-short")
    assert not lived.story.recordings
    assert lived.story.call.outcome is not Outcome.VOICEMAIL
