"""One-time codes: a caller proves to have the telephone that calls."""

from dataclasses import replace

import pytest

from ivr.course import Ending
from ivr.effects import CheckCode, Collect, Failed, Left, Reply, SendCode
from ivr.proof import PATIENCE_SECONDS
from routing.destinations import Route, ToExtension, ToProof, ToQueue
from routing.dialogues import Proof
from tests.ivr.driver import SILENCE, Driver, course
from tests.sample import FACTS, POLICY

PROVEN, OTHERWISE = Route(ToExtension("proven")), Route(ToExtension("otherwise"))
PROOF = Proof(6, 300, 3, 3, 100, PROVEN, OTHERWISE)


def prove(
    *keys: str, sent: Reply = True, checked: tuple[Reply, ...] = (True,), proven: bool = False
) -> tuple[Ending, Driver, bool]:
    """Where a proof leads, what it asked for, and whether the rules know of it."""
    driver = Driver(keys, {SendCode: [sent], CheckCode: checked})
    going = course(replace(POLICY, proof=PROOF), replace(FACTS, proven=proven))
    ending = driver.drive(going.follow(Route(ToProof())))
    return ending, driver, going.facts.proven


def test_the_right_code_proves_it() -> None:
    """Rules see that from then on; nobody reads the code."""
    ending, driver, proven = prove("123456")
    assert (ending, proven) == (PROVEN.to, True)
    (asked,) = driver.asked(Collect)
    assert asked.input.secret
    assert (asked.input.longest, asked.input.first_key_seconds) == (6, PATIENCE_SECONDS)
    assert driver.said == ["enter-code", "code-right"]


def test_who_has_proved_it_is_not_asked_again() -> None:
    """Nor is another code sent."""
    ending, driver, _ = prove(proven=True)
    assert ending == PROVEN.to
    assert driver.effects == [Left("proof", "proven before", PROVEN)]


@pytest.mark.parametrize(
    ("failed", "told"),
    [
        (Failed.UNAVAILABLE, "code-unavailable"),
        (Failed.TOO_OFTEN, "too-many-tries"),
        (Failed.NO_NUMBER, "code-no-number"),
    ],
)
def test_nobody_waits_for_a_code_that_is_not_sent(failed: Failed, told: str) -> None:
    """Why it is not sent is told."""
    ending, driver, proven = prove(sent=failed)
    assert (ending, proven) == (OTHERWISE.to, False)
    assert driver.said == [told]
    assert not driver.asked(Collect)


def test_a_wrong_code_may_be_keyed_again() -> None:
    """As often as the rules say; one that is too short is not even looked up."""
    ending, driver, _ = prove("12345", "111111", "123456", checked=(False, True))
    assert ending == PROVEN.to
    assert [each.code for each in driver.asked(CheckCode)] == ["111111", "123456"]
    assert driver.said.count("code-wrong") == 2


@pytest.mark.parametrize(
    ("keys", "checked", "last"),
    [
        (("111111",) * 3, False, "code-wrong"),
        ((SILENCE, "11", "111111"), False, "code-wrong"),
        (("111111",), Failed.TOO_OFTEN, "code-void"),
        (("111111",), Failed.UNAVAILABLE, "code-unavailable"),
        (("111111",), Failed.NO_NUMBER, "code-no-number"),
        ((), False, "enter-code"),
    ],
)
def test_what_is_not_proved_is_not_known(keys: tuple[str, ...], checked: Reply, last: str) -> None:
    """Wrong, used up or too old, not to be checked, not keyed: the other way."""
    ending, driver, proven = prove(*keys, checked=(checked,))
    assert (ending, proven) == (OTHERWISE.to, False)
    assert driver.said[-1] == last


def test_zero_instead_of_a_code_asks_for_a_person() -> None:
    """Who gets no message speaks with somebody."""
    assert prove("0")[0] == ToQueue("reception")
