"""The rules in force in one process: prepared, taken up, held for calls that began with them."""

import pytest

from agi_server.policy import EARLIER_BOOKS, PolicyError, RulesInForce
from routing.rules_text import RulesText
from tests.agi_server.rules_file import BAD, good


def text(number: int) -> RulesText:
    """Good rules, others for each number."""
    return RulesText("rules.yaml", good(number))


def taken(*numbers: int) -> RulesInForce:
    """The first of these rules, and then each of the others."""
    first, *others = numbers
    rules = RulesInForce(text(first))
    for number in others:
        rules.prepare(text(number))
        rules.commit()
    return rules


def test_what_is_prepared_serves_nobody_yet() -> None:
    """Only when it is taken up."""
    rules = taken(0)
    assert rules.prepare(text(1)) == text(1).revision
    assert rules.book.policy.revision == text(0).revision
    assert rules.commit() == text(1).revision
    assert rules.book.policy.revision == text(1).revision


def test_nothing_that_was_given_up_can_be_taken_up() -> None:
    """Neither after an abort nor after rules with problems."""
    rules = taken(0)
    rules.prepare(text(1))
    rules.abort()
    with pytest.raises(RuntimeError):
        rules.commit()
    rules.prepare(text(1))
    with pytest.raises(PolicyError):
        rules.prepare(RulesText("rules.yaml", BAD))
    with pytest.raises(RuntimeError):
        rules.commit()


def test_a_call_goes_on_by_the_rules_it_began_with() -> None:
    """As long as they are held."""
    last = EARLIER_BOOKS + 1
    rules = taken(*range(last + 1))
    for number in range(1, last + 1):
        revision = text(number).revision
        held = rules.book_of(revision)
        assert held is not None
        assert held.policy.revision == revision
    assert rules.book_of(text(0).revision) is None
    assert rules.book_of("never heard of") is None


def test_rules_that_were_in_force_once_are_held_again() -> None:
    """Loaded once, and without a change of the rules in force."""
    rules = taken(*range(EARLIER_BOOKS + 2))
    present = rules.book
    held = rules.hold(text(0))
    assert held.policy.revision == text(0).revision
    assert rules.hold(text(0)) is held
    assert rules.book_of(text(0).revision) is held
    assert rules.book is present


def test_rules_with_problems_are_not_held() -> None:
    """A later version of the program may refuse what an earlier one took."""
    with pytest.raises(PolicyError):
        taken(0).hold(RulesText("rules.yaml", BAD))


def test_the_rules_that_calls_need_are_those_that_are_held() -> None:
    """A book that was needed just now outlasts one that nobody has asked for since."""
    rules = taken(*range(EARLIER_BOOKS + 1))
    assert rules.book_of(text(0).revision) is not None
    rules.hold(text(99))
    assert rules.book_of(text(0).revision) is not None
    assert rules.book_of(text(1).revision) is None


def test_going_back_and_forth_takes_no_room_from_other_rules() -> None:
    """Each revision is held once."""
    rules = taken(0, 1, 2, 1, 2, 1, 2)
    assert rules.book_of(text(0).revision) is not None
