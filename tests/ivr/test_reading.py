"""What callers hear, as a reader sees it."""

import pytest

from ivr.reading import Said, in_words


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (("digit-1:one", "digit-2:two", "pause:", "digit-3:three"), "one two, three"),
        (("is:It is:", "digit-1:one", "pause:", "star:Press star."), "It is: one. Press star."),
        (("hello:Hello.", "pause:", "star:Press star."), "Hello. Press star."),
        (("word-pm:P.M.", "pause:", "word-press:press"), "P.M., press"),
        (("digit-1:one", "pause:", "pause:", "digit-2:two"), "one, two"),
        (("pause:", "digit-1:one", "pause:"), "one"),
        (("silence:", "pause:"), ""),
    ],
)
def test_pauses_are_commas_and_digits_end(said: tuple[str, ...], words: str) -> None:
    """A sign that the text has already is not doubled."""
    assert in_words(Said(*each.split(":", 1), "en") for each in said) == words


def test_a_comma_is_that_of_the_language() -> None:
    """Persian has its own."""
    said = [Said("digit-1", "یک", "fa"), Said("pause", "", "fa"), Said("digit-2", "دو", "fa")]
    assert in_words(said) == "یک، دو"
