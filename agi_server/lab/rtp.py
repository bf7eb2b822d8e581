"""What a caller sends on the voice path, as capture files that SIPp plays: key presses and a voice.

SIPp brings recorded key presses, but each has its own fixed RTP timestamp. Asterisk takes a key
whose timestamp is not later than the last one's for a repetition of it, and so loses the second key
of `11` and of `21`, however slowly they are pressed. Ours count on through the whole call.
"""

from collections.abc import Iterator
from math import pi, sin
from struct import pack
from typing import Final

from agi_server.lab.alaw import encoded

RATE: Final = 8000
"""RTP clock ticks in a second, for A-law and for key presses (RFC 3551, RFC 4733)."""

PACKET_MS: Final = 20
PACKET_TICKS: Final = RATE * PACKET_MS // 1000
KEY_PACKETS: Final = 8
KEY_MS: Final = KEY_PACKETS * PACKET_MS
"""How long a key is held."""

RUSH_PACKETS: Final = 3
RUSH_GAP_PACKETS: Final = 2
RUSH_MS: Final = (RUSH_PACKETS + RUSH_GAP_PACKETS) * PACKET_MS
"""What one of several quick keys takes with the gap after it: held 60 ms, the next 40 ms later."""

END_PACKETS: Final = 3
"""The end of a key is sent three times (RFC 4733, 2.5.1.4)."""

SOURCE: Final = 0x5AD5
"""The RTP source (SSRC) of everything one caller sends."""

ALAW_TYPE: Final = 8
KEY_TYPE: Final = 101
"""The payload type that the caller's offer gives to telephone-event."""

MARKER: Final = 0x80
END_BIT: Final = 0x80
LOUDNESS: Final = 10
KEYS: Final = "0123456789*#"
"""In the order of their event codes (RFC 4733, 3.2)."""

HALF_WAVE: Final = 10
VOICE: Final = (bytes([0xB5] * HALF_WAVE + [0x35] * HALF_WAVE) * PACKET_TICKS)[:PACKET_TICKS]
"""One packet of a loud 400 Hz square wave in A-law, in which the top bit is the sign."""

SILENT: Final = bytes([0xD5] * PACKET_TICKS)
"""One packet of silence in A-law."""

TONE_PEAK: Final = 12_000
"""Of 32,767: a clear tone, and far from the limit."""


class Stream:
    """All that one caller sends, in order: sequence numbers and timestamps never go back.

    Args:
        ticks: The first timestamp.
    """

    def __init__(self, ticks: int = RATE) -> None:
        self._sequence = 0
        self._ticks = ticks

    def press(self, key: str) -> bytes:
        """A capture file of one key press."""
        packets = self._pressed(key, KEY_PACKETS, 0)
        self._ticks += RATE
        return _capture(packets)

    def rush(self, keys: str) -> bytes:
        """A capture file of keys pressed as fast as can be."""
        return _capture(self.pressed(keys))

    def pressed(self, keys: str) -> list[tuple[int, bytes]]:
        """The packets of keys pressed as fast as can be, each with its time in milliseconds."""
        packets: list[tuple[int, bytes]] = []
        for place, key in enumerate(keys):
            packets += self._pressed(key, RUSH_PACKETS, place * RUSH_MS)
            self._ticks += RUSH_MS * RATE // 1000
        return packets

    def speak(self, seconds: float) -> bytes:
        """A capture file of a voice of this length."""
        return self._sound([VOICE] * _packets(seconds))

    def hush(self, seconds: float) -> bytes:
        """A capture file of silence of this length."""
        return self._sound([SILENT] * _packets(seconds))

    def tone(self, hertz: int, seconds: float) -> bytes:
        """A capture file of a pure tone of this length."""
        count = _packets(seconds) * PACKET_TICKS
        wave = bytes(
            encoded(round(TONE_PEAK * sin(2 * pi * hertz * at / RATE))) for at in range(count)
        )
        return self._sound(
            [wave[start : start + PACKET_TICKS] for start in range(0, count, PACKET_TICKS)]
        )

    def _pressed(self, key: str, held: int, at: int) -> list[tuple[int, bytes]]:
        """The packets of a key that is held for so many packets, from `at` milliseconds on."""
        begin = self._ticks
        going_on = range(held - 1)
        packets = [(at + one * PACKET_MS, self._key(key, begin, one)) for one in going_on]
        last = self._key(key, begin, held - 1, ended=True)
        return [*packets, *[(at + (held - 1) * PACKET_MS, last)] * END_PACKETS]

    def _key(self, key: str, begin: int, number: int, *, ended: bool = False) -> bytes:
        duration = (number + 1) * PACKET_TICKS
        payload = pack("!BBH", KEYS.index(key), LOUDNESS | (END_BIT if ended else 0), duration)
        return self._packet(KEY_TYPE | (0 if number else MARKER), begin, payload)

    def _sound(self, payloads: list[bytes]) -> bytes:
        packets = []
        for number, payload in enumerate(payloads):
            packets.append((number * PACKET_MS, self._packet(ALAW_TYPE, self._ticks, payload)))
            self._ticks += PACKET_TICKS
        return _capture(packets)

    def _packet(self, kind: int, ticks: int, payload: bytes) -> bytes:
        """An RTP packet (RFC 3550, 5.1)."""
        self._sequence += 1
        return pack("!BBHII", 0x80, kind, self._sequence, ticks, SOURCE) + payload


def _packets(seconds: float) -> int:
    return max(1, round(seconds * 1000 / PACKET_MS))


def _capture(packets: list[tuple[int, bytes]]) -> bytes:
    """A capture file (pcap 2.4, Ethernet) of UDP packets, each with its time in milliseconds."""
    head = pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    return head + b"".join(_frames(packets))


def _frames(packets: list[tuple[int, bytes]]) -> Iterator[bytes]:
    """Each packet in the headers of UDP, IPv4 and Ethernet; SIPp sets addresses and sums itself."""
    for at, payload in packets:
        udp = pack("!HHHH", 9, 9, 8 + len(payload), 0) + payload
        ip = pack("!BBHHHBBHII", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, 0, 0) + udp
        frame = bytes(12) + pack("!H", 0x0800) + ip
        yield pack("<IIII", at // 1000, at % 1000 * 1000, len(frame), len(frame)) + frame
