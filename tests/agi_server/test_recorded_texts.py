"""A recording says what the text was; a text that is changed afterwards does not go unnoticed."""

import json
import subprocess
from pathlib import Path

import pytest

from agi_server.prompt_building import BuildResult, build_prompts
from agi_server.prompt_sources import PromptBuildError
from agi_server.prompt_state import Lack, lacking_words_of_now
from agi_server.recorded_texts import TEXTS
from agi_server.recordings_import import Verdict, Wish, import_recordings
from ivr.prompts import Catalogue

OLD, NEW = "Welcome to Pars Support.", "Welcome to Pars, day and night."


class Studio:
    """A site that says one sentence of its own, which somebody records."""

    def __init__(self, folder: Path) -> None:
        self.delivered, self.recordings = folder / "delivered", folder / "recordings"
        self.sounds = folder / "sounds"
        self.delivered.mkdir()
        self.record(self.delivered)

    def record(self, folder: Path, tone: int = 300) -> Path:
        """A recording of the sentence."""
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "welcome.wav"
        command = ["sox", "-V1", "-n", "-r", "16000", str(file), "synth", "1.5", "sine", str(tone)]
        subprocess.run([*command, "gain", "-20"], check=True, capture_output=True)
        return file

    def take(self, text: str, *, replace: bool = False, dry_run: bool = False) -> Verdict:
        """Import what was delivered, while the rules have this text."""
        wish = Wish(self.delivered, self.recordings / "en", "en", replace, dry_run)
        (judged,) = import_recordings(wish, self.catalogue(text))
        return judged.verdict

    def build(self, text: str) -> BuildResult:
        """Build with this text."""
        return build_prompts(self.catalogue(text), self.sounds, self.recordings)

    def told(self, text: str) -> list[str]:
        """What is told of the recordings, with this text in the rules."""
        lacking = list(lacking_words_of_now(self.catalogue(text), self.recordings))
        assert {(each.prompt, each.lack) for each in lacking} <= {("welcome", Lack.PRESENT_WORDS)}
        return [each.cure for each in lacking]

    @staticmethod
    def catalogue(text: str) -> Catalogue:
        """The prompts."""
        return Catalogue({"welcome": {"en": text}}, ["en"])


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    """One for each test."""
    return Studio(tmp_path)


def test_a_text_that_changes_after_the_import_is_told(studio: Studio):
    """With what callers hear; not when nothing but blanks differ, nor when it is changed back."""
    studio.take(OLD)
    assert studio.told(OLD) == []
    assert studio.told(f" {OLD.replace(' ', '  ')}\n") == []
    (told,) = studio.told(NEW)
    assert f'it says "{OLD}"' in told
    assert studio.told(OLD) == []


@pytest.mark.slow
def test_a_recording_put_there_by_hand_says_the_text_of_its_first_build(studio: Studio):
    """Later builds do not take it for the text of theirs."""
    studio.record(studio.recordings / "en")
    assert studio.told(NEW) == []
    assert studio.build(OLD).reworded == ()
    (reworded,) = studio.build(NEW).reworded
    assert (reworded.prompt.id, reworded.recorded) == ("welcome", OLD)
    assert len(studio.build(NEW).reworded) == 1
    assert len(studio.told(NEW)) == 1


@pytest.mark.slow
def test_another_recording_says_the_text_of_now(studio: Studio):
    """Whether it is imported or put in the place of the first by hand."""
    studio.take(OLD)
    studio.record(studio.recordings / "en", tone=400)
    assert studio.build(NEW).reworded == ()
    studio.record(studio.delivered, tone=500)
    assert studio.take(OLD, replace=True) is Verdict.TAKEN
    assert len(studio.told(NEW)) == 1


def test_the_same_recording_can_be_taken_for_the_new_text(studio: Studio):
    """Where it still will do, and only when that is said: whole folders are imported again."""
    studio.take(OLD)
    assert studio.take(NEW) is Verdict.UNCHANGED
    assert len(studio.told(NEW)) == 1
    assert studio.take(NEW, replace=True, dry_run=True) is Verdict.UNCHANGED
    assert len(studio.told(NEW)) == 1
    assert studio.take(NEW, replace=True) is Verdict.UNCHANGED
    assert studio.told(NEW) == []


@pytest.mark.parametrize("page", ["", "[]", '{"welcome": 1}', '{"welcome": {"text": "x"}}'])
def test_a_page_that_is_spoilt_is_begun_anew(studio: Studio, page: str):
    """It never ends a command."""
    studio.take(OLD)
    place = studio.recordings / "en" / TEXTS
    assert json.loads(place.read_text(encoding="utf-8"))["welcome"]["text"] == OLD
    place.write_text(page, encoding="utf-8")
    assert studio.told(NEW) == []
    assert studio.take(NEW, replace=True) is Verdict.UNCHANGED
    assert studio.told(NEW) == []
    assert len(studio.told(OLD)) == 1


@pytest.mark.slow
def test_a_page_that_cannot_be_written_is_told(studio: Studio):
    """The sounds are built nevertheless."""
    studio.record(studio.recordings / "en")
    (studio.recordings / "en" / TEXTS).mkdir()
    with pytest.raises(PromptBuildError, match=r"texts.json \(Is a directory\).*make room"):
        studio.build(OLD)
    assert (studio.sounds / "rahyab" / "en" / "welcome.wav").is_file()
