"""Text messages: what callers are sent, in their language."""

from dataclasses import replace

import pytest

from ivr.prompts import BUILTIN_LANGUAGES, builtin_texts
from ivr.texts import text_message
from routing.dialogues import CODE_TEXT, TRACKING_TEXT
from tests.ivr.no_language import NO_LANGUAGE
from tests.sample import POLICY

PLACEHOLDERS = {TRACKING_TEXT: "number", CODE_TEXT: "code"}


def test_every_message_of_the_program_is_there_in_every_language() -> None:
    """Each with its placeholder."""
    assert set(builtin_texts()) == set(PLACEHOLDERS)
    for text, words in builtin_texts().items():
        assert set(words) == set(BUILTIN_LANGUAGES)
        assert all("{" + PLACEHOLDERS[text] + "}" in each for each in words.values())


@pytest.mark.parametrize("language", BUILTIN_LANGUAGES)
def test_the_value_stands_in_its_place(language: str) -> None:
    """And nothing else in braces is left."""
    message = text_message(POLICY, TRACKING_TEXT, language, {"number": "123456786"})
    assert "123456786" in message
    assert "{" not in message


def test_the_words_of_the_rules_win() -> None:
    """In the languages in which they have some."""
    policy = replace(POLICY, texts={TRACKING_TEXT: {"en": "Nr {number}"}})
    assert text_message(policy, TRACKING_TEXT, "en", {"number": "1"}) == "Nr 1"
    assert "Nr" not in text_message(policy, TRACKING_TEXT, "fa", {"number": "1"})


def test_a_language_without_the_text_gets_that_of_the_business() -> None:
    """In its order."""
    persian = text_message(POLICY, TRACKING_TEXT, "fa", {"number": "1"})
    assert text_message(POLICY, TRACKING_TEXT, NO_LANGUAGE, {"number": "1"}) == persian


def test_a_value_is_never_read_as_a_placeholder() -> None:
    """Each is put in once, whatever it holds."""
    policy = replace(POLICY, texts={"x": {"fa": "{one} {two}"}})
    values = {"one": "{two}", "two": "2"}
    assert text_message(policy, "x", "fa", values) == "{two} 2"


def test_a_message_that_nobody_has_written_is_our_mistake() -> None:
    """There is no such text."""
    with pytest.raises(KeyError, match="nothing"):
        text_message(POLICY, "nothing", "fa", {})
