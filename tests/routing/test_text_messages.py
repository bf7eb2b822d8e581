"""Text messages: what the rules may reword is what the program sends."""

from ivr.prompts import builtin_texts
from routing.text_messages import LONGEST_MESSAGE, TEXT_MESSAGES, placeholders_in


def test_the_rules_know_every_message_of_the_program() -> None:
    """And no other."""
    assert set(TEXT_MESSAGES) == set(builtin_texts())


def test_the_program_keeps_its_own_rules() -> None:
    """Each text holds its placeholder, nothing else in braces, and is short."""
    texts = [(id_, text) for id_, each in builtin_texts().items() for text in each.values()]
    assert len(texts) >= len(TEXT_MESSAGES)
    for id_, text in texts:
        assert placeholders_in(text) == (TEXT_MESSAGES[id_],)
        assert len(text) <= LONGEST_MESSAGE
