"""Words that some value needs and a language lacks are found before a caller hears the gap."""

import pytest

from ivr.prompts import BUILTIN_LANGUAGES, LANGUAGES, words
from ivr.spoken import lacking_words
from ivr.spoken.lacking import lacking_in
from ivr.spoken.reading import GrammarError, read_grammar


@pytest.mark.parametrize("code", BUILTIN_LANGUAGES)
def test_no_language_that_ships_lacks_a_word(code: str):
    """Every value of every kind can be said."""
    assert lacking_words(code) == ()


def missed(code: str, word: str) -> str:
    """What is told when a language does not have a word."""
    page = (LANGUAGES / code / "grammar.yaml").read_text(encoding="utf-8")
    vocabulary = {name: text for name, text in words(code).items() if name != word}
    try:
        return " ".join(lacking_in(read_grammar(page, vocabulary, code)))
    except GrammarError as error:
        return str(error)


@pytest.mark.parametrize("code", BUILTIN_LANGUAGES)
@pytest.mark.parametrize("start", ["number-", "ordinal-"])
@pytest.mark.slow
def test_a_number_without_a_word_is_missed(code: str, start: str):
    """By the page where it names the word, else by a value that needs it."""
    # No year that is told is 1000 itself, for which one language has a word all the same.
    named = [word for word in words(code) if word.startswith(start)]
    counted = [word for word in named if not word.endswith("-1000")]
    assert len(counted) > 10
    for word in counted[::3]:
        assert word in missed(code, word)
