"""How an answer comes about: when is waited for further keys, and when not."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.keying import BeDeaf, Listening, PlayUntilKey, WaitForKeys, answering
from ivr.keys import LONE_DONES, MOST_ANEW, Input

PROMPTS = ("which-one",)
PLAY = PlayUntilKey(PROMPTS)
MENU = Input(3, 6.0, 3.0, frozenset({"1", "12", "123", "2"}))
NUMBER = Input(9, 8.0, 4.0)
NOTHING = ""


def key(wanted: Input, *pressed: str) -> tuple[str, list[Listening]]:
    """What is taken for the answer, and how was listened; silence when nothing is left."""
    listened: list[Listening] = []
    going, left = answering(PROMPTS, wanted), list(pressed)
    step = next(going)
    while True:
        listened.append(step)
        answer = NOTHING if isinstance(step, BeDeaf) or not left else left.pop(0)
        try:
            step = going.send(answer)
        except StopIteration as end:
            return str(end.value), listened


@pytest.mark.parametrize(
    ("pressed", "answer", "waited"),
    [
        (("2",), "2", []),
        (("7",), "7", []),
        (("0",), "0", []),
        (("*",), "*", []),
        (("1", NOTHING), "1", [2]),
        (("1", "#"), "1", [2]),
        (("1", "2"), "12", [2]),
        (("1", "23"), "123", [2]),
        (("1", "*2"), "2", [2]),
        (("1", "*"), "*", [2]),
        (("1", "2*", "2"), "2", [2, 1]),
        (("1", "2*", NOTHING), "*", [2, 1]),
    ],
)
def test_a_menu_waits_where_a_longer_key_may_be_meant(
    pressed: Sequence[str], answer: str, waited: Sequence[int]
) -> None:
    """1 may become 12 or 123; 2 and what is no choice are taken at once."""
    taken, listened = key(MENU, *pressed)
    assert taken == answer
    assert listened == [PLAY, *(WaitForKeys(each, 3.0) for each in waited)]


@pytest.mark.parametrize(
    ("pressed", "answer"),
    [
        (("1", "23456786"), "123456786"),
        (("0", NOTHING), "0"),
        (("0", "912#"), "0912"),
        (("*",), "*"),
        (("1", "2*34"), "34"),
        (("1", "2*"), "*"),
        (("1", "2**"), "*"),
        (("1", "2345678*", "123456786"), "123456786"),
        (("1", "2*345678", "99"), "34567899"),
    ],
)
def test_a_number_is_begun_anew_by_a_star(pressed: Sequence[str], answer: str) -> None:
    """Nothing of what was keyed before counts; a star with nothing after it repeats the question.

    A star in the place of the last digit is none: the whole number may follow it.
    """
    assert key(NUMBER, *pressed)[0] == answer


def test_nobody_begins_anew_for_ever() -> None:
    """What is there is taken then."""
    _, listened = key(NUMBER, "1", "2345678*", *["12345678*"] * 20)
    assert sum(isinstance(each, WaitForKeys) for each in listened) == MOST_ANEW


def test_silence_is_waited_for_after_the_last_word() -> None:
    """As long as the question says."""
    assert key(NUMBER) == (NOTHING, [PLAY, WaitForKeys(1, 8.0)])


def test_a_lone_done_belongs_to_what_was_keyed_before() -> None:
    """It answers nothing, and is silence if nothing but it comes."""
    assert key(NUMBER, "#", "1", "2#")[0] == "12"
    taken, listened = key(NUMBER, *"#" * 20)
    assert taken == NOTHING
    assert listened == [PLAY] * LONE_DONES


def test_what_was_keyed_for_something_else_is_let_pass() -> None:
    """A key for one question never answers the next by accident, unless that is meant."""
    deaf = Input(9, 8.0, 4.0, early_keys=False)
    assert key(deaf)[1][0] == BeDeaf()
    assert BeDeaf() not in key(NUMBER)[1]


@pytest.mark.parametrize(("pressed", "answer"), [((), ""), (("#",), ""), (("1",), "1")])
def test_what_needs_no_answer_goes_on_by_itself(pressed: Sequence[str], answer: str) -> None:
    """It is heard once, and `#` is the wish to go on."""
    optional = Input(1, 0.0, 0.0, frozenset({"1", "*"}))
    assert key(optional, *pressed) == (answer, [PLAY])


INPUTS = st.builds(
    Input,
    st.integers(1, 20),
    st.sampled_from([0.0, 8.0]),
    st.just(4.0),
    st.frozensets(st.sampled_from(["0", "1", "12", "123", "2", "*", "*1"]), max_size=4),
    early_keys=st.booleans(),
    has_point=st.booleans(),
)


@given(INPUTS, st.data())
def test_every_answer_comes_to_an_end(wanted: Input, data: st.DataObject) -> None:
    """Within a few commands to Asterisk; each waits for one key at least."""
    going, steps, reply = answering(PROMPTS, wanted), 0, None
    try:
        while steps <= 1 + 2 * LONE_DONES + MOST_ANEW:
            step = going.send(reply)
            steps += 1
            longest = step.longest if isinstance(step, WaitForKeys) else 1
            assert longest > 0
            reply = data.draw(st.text("0123456789*", max_size=longest) | st.just("#"))
            reply = NOTHING if isinstance(step, BeDeaf) else reply
    except StopIteration as end:
        reply = end.value
    assert steps <= 1 + 2 * LONE_DONES + MOST_ANEW
    assert "#" not in str(reply)
