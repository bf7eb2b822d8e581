"""The catalogue: whose text wins, what a missing one becomes, which names may be files."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.records import CaseState
from ivr.prompts import (
    BUILTIN_LANGUAGES,
    SILENCES,
    Catalogue,
    PromptNameError,
    builtin_prompts,
    builtin_words,
    is_sound,
    language,
    words,
)
from ivr.tracking import TRACKING_LENGTH
from routing.names import WORD
from tests.ivr.no_language import NO_LANGUAGE

SPOKEN_BY_THE_PROGRAM = {
    *(f"digit-{digit}" for digit in range(10)),
    *(f"tracking-state-{state}" for state in CaseState),
    "tracking-number-is",
    "not-a-choice",
    "enter-tracking-number",
    "tracking-mistyped",
    "tracking-unknown",
    "tracking-unavailable",
    "leave-a-message",
    "message-kept",
    "message-too-short",
    "thank-you-for-your-answers",
    "goodbye",
    "please-hold",
    "enter-callback-number",
    "callback-number-wrong",
    "we-will-call-you-back",
    "callback-unavailable",
    "nothing-pressed",
    "ten-takes-two-keys",
    "tracking-number-again",
    "tracking-number-by-text",
    "text-sent",
    "text-not-sent",
    "too-many-tries",
    "enter-pin",
    "pin-wrong",
    "tracking-agent",
    "tracking-note",
    "leave-a-note",
    "message-review",
    "message-anew",
    "message-not-kept",
    "callback-number-is",
    "callback-number-right",
    "callback-number-foreign",
    "callback-number-premium",
    "callback-when",
    "callback-times",
    "callback-kept",
    "callback-joined",
    "callback-time-is",
    "time-from",
    "time-until",
    "press-key",
    "enter-code",
    "code-wrong",
    "code-void",
    "code-right",
    "code-unavailable",
    "code-no-number",
    "entry-is",
    "entry-right",
    "entry-wrong",
    "entry-mistyped",
    "entry-out-of-range",
    "point",
    "queue-place-next",
    "queue-place-is",
    "queue-place-behind",
    "queue-place-other-line",
    "queue-wait-longer",
    "queue-wait-below-a-minute",
    "queue-wait-is",
    "queue-wait-to",
    "silence",
    "pause",
}


def test_every_builtin_prompt_speaks_every_builtin_language():
    """No caller of a built-in language meets a prompt that is silent by oversight."""
    assert set(builtin_prompts()) == SPOKEN_BY_THE_PROGRAM
    for prompt, texts in builtin_prompts().items():
        assert set(texts) == set(BUILTIN_LANGUAGES)
        for text in texts.values():
            assert (prompt in SILENCES) == (text == "")


def test_no_two_builtin_prompts_of_a_language_say_the_same():
    """A text copied to the wrong id would tell callers the wrong thing."""
    for code in BUILTIN_LANGUAGES:
        said = Counter(texts[code] for texts in builtin_prompts().values() if texts[code])
        assert {text for text, times in said.items() if times > 1} == set()


@pytest.mark.parametrize(("code", "same"), [("en", {"second"}), ("fa", set()), ("lv", set())])
def test_words_that_sound_the_same_are_known(code: str, same: set[str]):
    """Each language has its own, if any: the second hour, and sixty seconds."""
    prompts = [texts[code] for texts in builtin_prompts().values() if texts[code]]
    said = Counter([*prompts, *words(code).values()])
    assert {text for text, times in said.items() if times > 1} == same


def test_words_are_no_prompts_that_a_site_could_have_named():
    """A site's own prompt "morning" is not what Persian says of a time."""
    assert all(prompt.startswith(WORD) for prompt in builtin_words())
    assert not builtin_words().keys() & builtin_prompts().keys()
    catalogue = Catalogue({"morning": {"fa": "صبح شما بخیر"}}, ["fa"])
    assert catalogue.text("word-morning", "fa") == words("fa")["morning"]


def test_a_business_has_the_words_of_its_own_languages():
    """Nobody builds or records what no caller can hear, and nothing is missing."""
    catalogue = Catalogue({}, ["fa", "en"])
    spoken = {prompt for prompt in catalogue.ids if prompt.startswith(WORD)}
    assert spoken == {f"{WORD}{word}" for code in ("fa", "en") for word in words(code)}
    assert catalogue.text("word-oh", "fa") is None
    assert catalogue.missing() == []


def test_a_word_can_be_reworded():
    """As every prompt can."""
    catalogue = Catalogue({"word-oh": {"en": "zero"}}, ["en"])
    assert catalogue.text("word-oh", "en") == "zero"


def test_the_length_that_callers_are_told_is_the_length_of_a_tracking_number():
    """The prompt names the length in words, which no constant can follow; three are held to it."""
    words = {"fa": "نُه", "en": "nine", "lv": "deviņ"}
    assert TRACKING_LENGTH == 9
    for code, word in words.items():
        assert word in builtin_prompts()["enter-tracking-number"][code]


def test_persian_is_written_with_persian_letters():
    """Arabic yeh and kaf look the same and are read differently."""
    for text in (*(texts["fa"] for texts in builtin_prompts().values()), *words("fa").values()):
        assert not set("يك") & set(text)


def test_the_text_of_the_rules_file_wins():
    """The administrator rewords one language; the others stay as built in."""
    catalogue = Catalogue({"goodbye": {"en": "So long."}}, ["en", "fa"])
    assert catalogue.text("goodbye", "en") == "So long."
    assert catalogue.text("goodbye", "fa") == builtin_prompts()["goodbye"]["fa"]


def test_a_blank_text_is_no_text():
    """Blanks never replace a built-in text, and alone they count as missing."""
    catalogue = Catalogue({"goodbye": {"en": "  "}, "welcome": {"en": "\n"}}, ["en"])
    assert catalogue.text("goodbye", "en") == builtin_prompts()["goodbye"]["en"]
    assert catalogue.missing() == [("welcome", "en")]


@pytest.mark.parametrize(
    ("prompt", "code", "sound"),
    [
        ("both", "en", "rahyab/en/both"),
        ("both", "fa", "rahyab/fa/both"),
        ("default-only", "en", "rahyab/fa/default-only"),
        ("other-only", "fa", "rahyab/en/other-only"),
        ("both", NO_LANGUAGE, "rahyab/fa/both"),
        ("nobody-wrote-it", "en", "rahyab/en/silence"),
        ("nobody-wrote-it", NO_LANGUAGE, "rahyab/fa/silence"),
        ("in-a-foreign-language", "en", "rahyab/en/silence"),
    ],
)
def test_a_prompt_falls_back_to_a_language_that_has_it(prompt: str, code: str, sound: str):
    """The caller's language first, then the business's in order, then silence."""
    own = {
        "both": {"fa": "هر دو", "en": "both"},
        "default-only": {"fa": "فقط فارسی"},
        "other-only": {"en": "English only"},
        "in-a-foreign-language": {"lv": "tikai latviski"},
    }
    assert Catalogue(own, ["fa", "en"]).sound(prompt, code) == sound


def test_every_sound_that_is_named_is_one_that_is_built():
    """Asterisk is never sent to a file that no build makes."""
    catalogue = Catalogue({"welcome": {"fa": "سلام"}}, ["fa", "en"])
    built = {prompt.sound for prompt in catalogue}
    named = {
        catalogue.sound(name, code) for name in catalogue.ids for code in ("fa", "en", NO_LANGUAGE)
    }
    assert named == built
    assert len(catalogue) == len(built)


def test_what_is_heard_is_the_text_of_the_sound():
    """A call in the terminal prints what the sound file says."""
    catalogue = Catalogue({}, ["fa", "lv"])
    for prompt in catalogue:
        assert catalogue.heard(prompt.sound) == prompt.text


@pytest.mark.parametrize(
    "sound", ["beep", "rahyab/fa", "rahyab/fa/nothing", "other/fa/goodbye", ""]
)
def test_a_sound_that_is_not_ours_has_no_text(sound: str):
    """Asterisk's own sounds and unknown prompts are told apart from silence."""
    assert Catalogue({}, ["fa"]).heard(sound) is None


def test_missing_names_every_prompt_and_language_without_a_text():
    """Each gap is listed once, in order."""
    own = {"welcome": {"fa": "سلام"}, "closed": {}}
    missing = Catalogue(own, ["fa", "en"]).missing()
    assert missing == [("closed", "fa"), ("closed", "en"), ("welcome", "en")]


def test_a_language_that_is_not_built_in_lacks_all_but_the_silences():
    """A further language starts with a full list of what to write."""
    catalogue = Catalogue({}, [NO_LANGUAGE])
    assert {prompt.id for prompt in catalogue} == set(SILENCES)
    assert {name for name, _ in catalogue.missing()} == set(builtin_prompts()) - set(SILENCES)
    assert language(NO_LANGUAGE).voice == NO_LANGUAGE


def test_silences_have_a_length_until_a_text_replaces_them():
    """A pause may be given words; it is then spoken like any prompt."""
    prompts = {prompt.id: prompt for prompt in Catalogue({"pause": {"en": "next"}}, ["en"])}
    assert prompts["silence"].silence == 1.0
    assert prompts["pause"].silence is None
    assert prompts["goodbye"].silence is None


@pytest.mark.parametrize(
    "name", ["", "-x", "Welcome", "a b", "../x", "a/b", "x\n", "خوش", "a_b", "a."]
)
def test_a_prompt_id_that_cannot_be_a_file_name_is_refused(name: str):
    """An id becomes part of a path and of an AGI command."""
    with pytest.raises(PromptNameError, match="cannot name a prompt"):
        Catalogue({name: {"en": "text"}}, ["en"])


@pytest.mark.parametrize("code", ["", "e", "EN", "../fa", "en/us", "en_GB", "fa\n"])
def test_a_language_code_that_cannot_be_a_folder_is_refused(code: str):
    """A code becomes a folder and the name of a voice."""
    with pytest.raises(PromptNameError, match="not a language code"):
        Catalogue({}, [code])


@given(st.text(max_size=30))
def test_no_other_name_passes_for_a_sound(name: str):
    """What passes has three parts, none of which leads out of the folder."""
    parts = name.split("/")
    assert not is_sound(name) or (len(parts) == 3 and ".." not in parts and all(parts))


@pytest.mark.parametrize(
    "name", ["rahyab/fa/../x", "rahyab/../x", "/rahyab/fa/x", "rahyab/fa/x/y", "rahyab/fa/x\n"]
)
def test_a_name_that_leads_elsewhere_is_no_sound(name: str):
    """Near misses, each of which a careless pattern would let through."""
    assert is_sound("rahyab/fa/welcome")
    assert not is_sound(name)
