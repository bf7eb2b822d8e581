"""The studio script: everything that is said, once, in an order to read in."""

import pytest

from ivr.prompts import BUILTIN_LANGUAGES, Catalogue, words
from ivr.studio import script
from tests.ivr.no_language import NO_LANGUAGE

OWN = {
    "welcome": {"fa": "خوش آمدید.", "en": "Welcome."},
    "goodbye": {"fa": "بدرود."},
    "for-support": {"fa": "عدد یک."},
    "pause": {"fa": "سپس"},
}


def test_own_prompts_come_first_and_the_words_of_numbers_last():
    """In the order of the rules, of the program, and of counting."""
    ids = [line.prompt for line in script(Catalogue(OWN, ["fa", "en"]), "fa")]
    assert ids[:2] == ["welcome", "for-support"]
    digits = ids.index("digit-0")
    assert ids[digits : digits + 10] == [f"digit-{digit}" for digit in range(10)]
    assert ids[digits + 10 :] == [f"word-{word}" for word in words("fa")]
    assert ids.index("goodbye") < digits


@pytest.mark.parametrize("code", BUILTIN_LANGUAGES)
def test_everything_that_speaks_is_there_once_and_nothing_else(code: str):
    """A silence is not recorded unless it was given words; a missing text cannot be."""
    catalogue = Catalogue(OWN, BUILTIN_LANGUAGES)
    lines = script(catalogue, code)
    spoken = {prompt.id: prompt.text for prompt in catalogue if prompt.language == code}
    assert {line.prompt: line.text for line in lines} == {
        prompt: text for prompt, text in spoken.items() if text
    }
    assert len({line.prompt for line in lines}) == len(lines)
    assert all(line.file == f"{line.prompt}.wav" for line in lines)


def test_a_language_without_a_page_of_grammar_has_a_script_too():
    """Its own texts, and the digits that the site wrote."""
    own = {"digit-0": {NO_LANGUAGE: "null"}, "welcome": {NO_LANGUAGE: "Guten Tag."}}
    lines = script(Catalogue(own, [NO_LANGUAGE]), NO_LANGUAGE)
    assert [line.prompt for line in lines] == ["welcome", "digit-0"]
