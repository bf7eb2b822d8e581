"""Key scripts: what a caller does, one word a question."""

import pytest

from routing.key_script import (
    HangUp,
    KeyScriptError,
    Listen,
    Press,
    Wait,
    read_script,
    read_word,
    written,
)


@pytest.mark.parametrize(
    ("word", "read"),
    [
        ("", Wait()),
        ("wait", Wait()),
        ("wait:3", Wait()),
        ("listen", Listen()),
        ("hangup", HangUp()),
        ("10#", Press("10#")),
        ("۱۰#", Press("10#")),
    ],
)
def test_words_of_a_key_script(word: str, read: object) -> None:
    """Each stands for one answer."""
    assert read_word(word) == read


def test_word_that_is_none_shows_the_syntax() -> None:
    """With an example."""
    with pytest.raises(KeyScriptError, match='as in "1 wait 10 hangup"'):
        read_word("1a")


def test_script_is_written_as_it_was_read() -> None:
    """But for the words of the lab, which mean nothing elsewhere."""
    words = read_script("hear:welcome 1 listen wait 10# speak:2 hangup")
    assert words == (Press("1"), Listen(), Wait(), Press("10#"), HangUp())
    assert read_script(written(words)) == words
