"""Real key presses: in mid-word, early, late, wrong, none at all, one for two."""

import pytest

from tests.live.speech.hearing import best_place, read_wav, samples_of
from tests.live.speech.site import Site

pytestmark = pytest.mark.live

FRONT, DIGITS, PATIENCE = "+982191000001", "+982191000002", "+982191000003"
ACCOUNT, CODE, MARKS = "+982191000004", "+982191000005", "+982191000006"

ALIKE = 0.95
"""Two pieces of sound that are so alike are the same but for the coding of the line."""

SECOND = 8000
"""Samples."""


def test_a_key_stops_a_prompt_in_mid_word(site: Site) -> None:
    """What was said up to then was heard, and nothing of the rest; another caller hears it all."""
    story = read_wav(site.sounds / "rahyab/en/story.wav")
    uninterrupted = site.start(FRONT, listens=True)
    interrupted = site.call(FRONT, "hear:story wait:1.5 3", listens=True)

    heard = samples_of(interrupted.result.heard)
    assert len(story) > 6 * SECOND, "the prompt is too short to be interrupted"
    assert best_place(story[:SECOND], heard) >= (ALIKE, 0)
    assert len(heard) < len(story) / 2
    assert (interrupted.keyed, interrupted.left) == (["3"], [("front", "key 3")])

    went_on = site.end(*uninterrupted)
    # Asterisk's packets have now and then a sample less: the end is not where the file has it.
    ending, last_words = story[-SECOND // 2 :], samples_of(went_on.result.heard)[-2 * SECOND :]
    assert best_place(ending[: SECOND // 8], last_words, step=1)[0] > ALIKE
    assert went_on.left == [("front", "silence")]


@pytest.mark.parametrize("keys", ["12", "quick:12"])
def test_who_knows_the_way_types_ahead_over_two_menus(site: Site, keys: str) -> None:
    """The second key counts before the second menu has said anything, or very little."""
    lived = site.call(FRONT, f"hear:story {keys}")

    assert lived.left == [("front", "key 1"), ("back", "key 2")]
    assert lived.cause == "22"


def test_an_accidental_double_press_does_not_answer_a_menu_that_drops_early_keys(
    site: Site,
) -> None:
    """`22`: the second would be a choice of the second menu, and is none."""
    lived = site.call(FRONT, "hear:story quick:22")

    assert lived.left == [("front", "key 2"), ("deaf", "silence")]
    assert lived.keyed == ["2"]


def test_a_menu_that_drops_early_keys_takes_later_ones(site: Site) -> None:
    """From its first word on."""
    lived = site.call(FRONT, "hear:story 2 hear:choose 1")

    assert lived.left == [("front", "key 2"), ("deaf", "key 1")]


def test_silence_is_told_and_the_menu_repeated_then_it_leads_on(site: Site) -> None:
    """Twice, with its own prompt, each time after the limit for the first key."""
    lived = site.call(PATIENCE)

    sounds = lived.result.sounds
    assert [sound.rpartition("/")[2] for sound in sounds if "pause" not in sound] == [
        *("choose", "hurry", "choose", "hurry", "choose")
    ]
    assert lived.left == [("patience", "silence")]
    assert len(lived.data("silence")) == 3
    assert lived.result.outcome.seconds > 3.0, "three times the limit for the first key"
    assert lived.cause == "27"


def test_a_wrong_key_is_told_and_counted(site: Site) -> None:
    """Once more, then it leads on; the last is told too."""
    lived = site.call(PATIENCE, "hear:choose 7 hear:wrong hear:choose 8")

    assert lived.keyed == ["7", "8"]
    assert lived.was_told("choose", "wrong", "choose", "wrong")
    assert (lived.left, lived.cause) == ([("patience", "wrong key")], "28")


def test_who_wants_it_slower_is_given_twice_the_time(site: Site) -> None:
    """A key after one and a half times the limit is too late for others."""
    both = [
        site.start(PATIENCE, "hear:choose 5 hear:choose wait:2.2 1"),
        site.start(PATIENCE, "hear:choose wait:2.2 hear:choose 1"),
    ]
    slow, usual = (site.end(*each) for each in both)

    assert slow.left == [("patience", "key 5"), ("patience", "key 1")]
    assert not slow.data("silence")
    assert usual.left == [("patience", "key 1")]
    assert len(usual.data("silence")) == 1


def test_a_slow_typist_is_waited_for(site: Site) -> None:
    """Each key comes when most of the time for it is over; the first before the prompt is."""
    keys = " wait:1.2 ".join("12345")
    lived = site.call(ACCOUNT, f"hear:enter-account {keys} hear:entry-right 1")

    assert lived.keyed == ["12345", "1"]
    assert lived.left == [("account", "finished")]


def test_who_stops_is_not_waited_for_for_ever(site: Site) -> None:
    """What was keyed when the time for the next key is over counts; five are enough here."""
    lived = site.call(ACCOUNT, "hear:enter-account 12345 hear:entry-right 1")

    assert lived.keyed == ["12345", "1"]


def test_no_key_of_a_fast_typist_is_lost(site: Site) -> None:
    """Nine in nine tenths of a second, by many callers, several at once."""
    numbers = [f"{1_234_567 * (place + 73):09d}"[-9:] for place in range(24)]
    lost = []
    for start in range(0, len(numbers), 6):
        several = [
            (number, site.start(CODE, f"hear:enter-account quick:{number}"))
            for number in numbers[start : start + 6]
        ]
        lost += [number for number, call in several if site.end(*call).keyed != [number]]

    assert lost == []


@pytest.mark.parametrize(
    ("keys", "mark"),
    [("10", "10"), ("quick:10", "10"), ("1 wait:1.2 0", "10"), ("1#", "1"), ("1", "1")],
)
def test_ten_and_one_are_told_apart_by_time_or_by_the_hash_key(
    site: Site, keys: str, mark: str
) -> None:
    """A second key in time makes it ten; `#` spares who means one the wait."""
    lived = site.call(MARKS, f"hear:mark {keys}")

    assert lived.keyed == [mark]
    assert [answer.value for answer in lived.story.answers] == [mark]


@pytest.mark.parametrize("to", [MARKS, DIGITS])
def test_a_key_that_can_begin_nothing_else_is_not_waited_for(site: Site, to: str) -> None:
    """`2`: a key that comes within the time for a second one comes too late to be that."""
    prompt = "mark" if to == MARKS else "choose"
    lived = site.call(to, f"hear:{prompt} 2 wait:0.8 1")

    assert lived.keyed == ["2"]


@pytest.mark.parametrize(
    ("keys", "keyed", "cause"),
    [("1", "1", "21"), ("12", "12", "23"), ("1 wait:1.2 2", "12", "23"), ("1#", "1", "21")],
)
def test_a_menu_with_1_and_12(site: Site, keys: str, keyed: str, cause: str) -> None:
    """Who pressed 1 is given the time for a 2."""
    lived = site.call(DIGITS, f"hear:choose {keys}")

    assert (lived.keyed, lived.cause) == ([keyed], cause)


def test_star_alone_repeats_and_zero_alone_leads_to_a_person(site: Site) -> None:
    """In a menu that offers neither; neither counts as a wrong key."""
    lived = site.call(FRONT, "hear:story * hear:story 0")

    assert lived.keyed == ["*", "0"]
    assert lived.was_told("story", "story")
    assert not lived.was_told("not-a-choice")
    assert (lived.left, lived.cause) == ([("front", "key 0")], "38")


def test_hash_ends_and_star_begins_anew(site: Site) -> None:
    """`12*34567#`: the first two were wrong; the value is read back."""
    lived = site.call(ACCOUNT, "hear:enter-account 12*34567# hear:entry-right 1")

    assert lived.keyed == ["34567", "1"]
    assert lived.was_told("entry-is", *(f"digit-{digit}" for digit in "34567"), "entry-right")
    assert lived.left == [("account", "finished")]


def test_star_repeats_a_question_for_a_value(site: Site) -> None:
    """Before any digit; the value is then keyed as usual."""
    lived = site.call(
        ACCOUNT,
        "hear:enter-account * hear:enter-account 4321# hear:entry-right 2 hear:enter-account 0",
    )

    assert lived.keyed == ["*", "4321", "2", "0"]
    assert (lived.left, lived.cause) == ([("account", "key 0")], "38")
