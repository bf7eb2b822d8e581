"""A-law, against what the standard says of it."""

from agi_server.lab.alaw import decoded, encoded


def test_every_byte_is_its_samples_own():
    """Decoded and encoded again, each of the 256 comes back."""
    assert [encoded(decoded(code)) for code in range(256)] == list(range(256))


def test_values_of_the_standard():
    """The smallest and the largest of both signs (G.711, tables 1a and 1b, scaled to 16 bits)."""
    assert [decoded(code) for code in (0xD5, 0x55, 0xAA, 0x2A)] == [8, -8, 32256, -32256]


def test_a_sample_is_coded_within_a_sixteenth_of_itself():
    """As everywhere on the curve, the extremes included."""
    samples = [*range(-32768, 32768, 7), -32768, 32767]
    assert all(
        abs(decoded(encoded(sample)) - sample) <= max(16, abs(sample) // 16) for sample in samples
    )
