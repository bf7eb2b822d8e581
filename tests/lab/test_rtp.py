"""The capture files that a caller plays, read back as the packets they are."""

from itertools import pairwise
from struct import unpack
from typing import NamedTuple

import pytest

from agi_server.lab.rtp import Stream

HEAD = 24
FRAME_HEAD = 16
BEFORE_RTP = 14 + 20 + 8


class Packet(NamedTuple):
    """One RTP packet and the time at which it is sent."""

    at_ms: int
    kind: int
    marker: bool
    sequence: int
    ticks: int
    source: int
    payload: bytes


def read_capture(data: bytes) -> list[Packet]:
    """The packets of a capture file; every length in it must agree with the others."""
    magic, _, _, _, _, _, link = unpack("<IHHiIII", data[:HEAD])
    assert (magic, link) == (0xA1B2C3D4, 1)
    packets = []
    rest = data[HEAD:]
    while rest:
        seconds, microseconds, length, original = unpack("<IIII", rest[:FRAME_HEAD])
        frame, rest = rest[FRAME_HEAD : FRAME_HEAD + length], rest[FRAME_HEAD + length :]
        assert len(frame) == length == original
        assert unpack("!H", frame[16:18])[0] == len(frame) - 14
        assert unpack("!H", frame[38:40])[0] == len(frame) - 34
        version, kind, sequence, ticks, source = unpack("!BBHII", frame[BEFORE_RTP:][:12])
        assert version == 0x80
        packets.append(
            Packet(
                seconds * 1000 + microseconds // 1000,
                kind & 0x7F,
                bool(kind & 0x80),
                sequence,
                ticks,
                source,
                frame[BEFORE_RTP + 12 :],
            )
        )
    return packets


@pytest.mark.parametrize(("key", "event"), [("0", 0), ("9", 9), ("*", 10), ("#", 11)])
def test_a_key_press_is_one_rfc_4733_event(key: str, event: int):
    """One timestamp, a growing duration, a marked beginning, an end that is sent three times."""
    packets = read_capture(Stream().press(key))

    assert {packet.payload[0] for packet in packets} == {event}
    assert len({packet.ticks for packet in packets}) == 1
    assert [packet.marker for packet in packets] == [True] + [False] * (len(packets) - 1)
    ended = [bool(packet.payload[1] & 0x80) for packet in packets]
    assert ended == [False] * (len(packets) - 3) + [True] * 3
    durations = [unpack("!H", packet.payload[2:])[0] for packet in packets]
    assert durations == sorted(durations)
    assert durations[-3:] == [1280] * 3


def test_what_one_caller_sends_never_goes_back():
    """Each key has a later timestamp than the one before, whatever was said between."""
    stream = Stream()
    files = [stream.press("1"), stream.press("1"), stream.speak(2.0), stream.press("0")]
    packets = [packet for file in files for packet in read_capture(file)]
    unlike = [one for one, following in pairwise(packets) if one.sequence != following.sequence]

    assert all(a.ticks <= b.ticks for a, b in pairwise(packets))
    assert len({packet.source for packet in packets}) == 1
    assert [packet.sequence for packet in unlike] == list(range(1, len(unlike) + 1))
    keys = [read_capture(file)[0].ticks for file in (files[0], files[1], files[3])]
    assert len(set(keys)) == 3


def test_a_voice_lasts_as_long_as_it_should_and_is_no_silence():
    """One packet of 160 A-law samples every 20 ms, at a loudness that nobody takes for silence."""
    packets = read_capture(Stream().speak(1.5))

    assert len(packets) == 75
    assert [b.at_ms - a.at_ms for a, b in pairwise(packets)] == [20] * 74
    assert [b.ticks - a.ticks for a, b in pairwise(packets)] == [160] * 74
    assert {packet.kind for packet in packets} == {8}
    assert {len(packet.payload) for packet in packets} == {160}
    assert not {0x55, 0xD5} & set(packets[0].payload)


def test_quick_keys_are_ten_in_a_second_and_none_is_like_another():
    """Each has its own timestamp and its end, 100 ms after the one before."""
    packets = read_capture(Stream().rush("1123"))

    ends = {packet.ticks: packet for packet in packets if packet.payload[1] & 0x80}
    assert [packet.payload[0] for packet in ends.values()] == [1, 1, 2, 3]
    assert [packet.at_ms for packet in ends.values()] == [40, 140, 240, 340]
    assert sum(packet.marker for packet in packets) == 4


def test_a_tone_has_its_frequency_and_silence_has_none():
    """Counted by where the wave changes its sign, which is the top bit of A-law."""
    tone = b"".join(packet.payload for packet in read_capture(Stream().tone(500, 1.0)))
    silence = b"".join(packet.payload for packet in read_capture(Stream().hush(1.0)))

    changes = sum((one ^ following) >> 7 for one, following in pairwise(tone))
    assert abs(changes - 2 * 500) <= 2
    assert (len(tone), len(silence), set(silence)) == (8000, 8000, {0xD5})
