"""Key scripts."""

import pytest

from agi_server.lab.keys import HangUp, Hear, Hush, Pause, Press, Rush, Speak, Tone, read_keys
from agi_server.lab.problems import LabError


def test_a_script_is_read_in_order():
    """Each word is an act; a run of keys is one act a key."""
    assert read_keys(
        "hear:rahyab/fa/welcome 12 wait:0.5 *# speak:3 quick:12# tone:1000:2.5 hush:4 hangup"
    ) == [
        Hear("rahyab/fa/welcome"),
        Press("1"),
        Press("2"),
        Pause(0.5),
        Press("*"),
        Press("#"),
        Speak(3.0),
        Rush("12#"),
        Tone(1000, 2.5),
        Hush(4.0),
        HangUp(),
    ]


def test_an_empty_script_does_nothing():
    """The caller just listens."""
    assert read_keys("  ") == []


@pytest.mark.parametrize(
    "word",
    [
        *("a", "wait", "wait:", "wait:-1", "wait:x", "speak:", "hear:", "1a", "٣", "wait:٣", "²"),
        *("quick:", "quick:a", "tone:1000", "tone:1:2", "tone:9999:2", "tone::2", "hush:", "x:1"),
    ],
)
def test_an_unknown_word_is_shown_with_the_syntax(word: str):
    """The message holds the word and what one may write."""
    with pytest.raises(LabError, match="write keys") as caught:
        read_keys(f"1 {word} 2")

    assert repr(word) in str(caught.value)
