"""Recordings are taken in, or refused with the reason: sound files, and files that are none."""

import os
import shutil
import subprocess
import wave
from pathlib import Path

import pytest

from agi_server import sound_programs
from agi_server.cli.prompts_script import FORMAT
from agi_server.delivered_kinds import told_kinds
from agi_server.prompt_building import build_prompts
from agi_server.prompt_manifest import PARTIAL_SUFFIX
from agi_server.prompt_sources import PromptBuildError, recordings_in
from agi_server.recorded_texts import TEXTS
from agi_server.recordings_import import (
    MOST_BYTES,
    Judged,
    RecordingsImportError,
    Verdict,
    Wish,
    import_recordings,
)
from ivr.prompts import Catalogue

CATALOGUE = Catalogue(
    {"welcome": {"en": "Welcome to Pars Support."}, "bye": {"fa": "بدرود"}}, ["en"]
)
LIKE_SPEECH = ("synth", "1.5", "sine", "300", "gain", "-20")


class Desk:
    """A folder from a studio, and the folder of the own recordings."""

    def __init__(self, folder: Path) -> None:
        self.delivered = folder / "delivered"
        self.kept = folder / "recordings" / "en"
        self.delivered.mkdir()

    def record(self, name: str, *effects: str) -> Path:
        """A file of the studio: 48 kHz in stereo."""
        path = self.delivered / name
        command = ["sox", "-V1", "-n", "-r", "48000", "-c", "2", str(path)]
        subprocess.run([*command, *(effects or LIKE_SPEECH)], check=True, capture_output=True)
        return path

    def take(self, *, replace: bool = False, dry_run: bool = False) -> dict[str, Judged]:
        """Import what was delivered; what became of each file, by its name."""
        wish = Wish(self.delivered, self.kept, "en", replace, dry_run)
        return {each.file: each for each in import_recordings(wish, CATALOGUE)}

    def names(self) -> list[str]:
        """What is kept."""
        return sorted({path.name for path in self.kept.glob("*")} - {TEXTS})


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk of its own for each test."""
    return Desk(tmp_path)


@pytest.mark.parametrize("kind", ["wav", "flac", "aiff", "WAV"])
@pytest.mark.slow
def test_a_recording_is_converted_and_then_built(desk: Desk, tmp_path: Path, kind: str):
    """Whatever its kind; the silence at its ends is gone."""
    desk.record(f"welcome.{kind}", *LIKE_SPEECH, "pad", "2", "2")
    (judged,) = desk.take().values()
    assert (judged.verdict, judged.remark) == (Verdict.TAKEN, "")
    assert judged.seconds == pytest.approx(1.68, abs=0.05)
    with wave.open(str(desk.kept / "welcome.wav")) as file:
        assert file.getparams()[:3] == (1, 2, 16000)
        assert file.getnframes() / 16000 == pytest.approx(judged.seconds)
    result = build_prompts(CATALOGUE, tmp_path / "sounds", desk.kept.parent)
    assert result.recorded == ("rahyab/en/welcome",)
    assert result.unused == ()


@pytest.mark.parametrize(
    ("effects", "reason"),
    [
        (("synth", "1", "sine", "300", "gain", "12"), "its peaks are cut off"),
        (("synth", "1", "sine", "300", "gain", "-39"), "it is too quiet (-42 dB"),
        (("trim", "0", "1"), "it holds no sound"),
        (("synth", "125", "sine", "300", "gain", "-20"), "longer than 120 s"),
    ],
)
def test_what_no_caller_should_hear_is_refused(desk: Desk, effects: tuple[str, ...], reason: str):
    """Nothing of it is kept."""
    desk.record("welcome.wav", *effects)
    judged = desk.take()["welcome.wav"]
    assert judged.verdict is Verdict.REFUSED
    assert reason in judged.remark
    assert desk.names() == []


def test_a_loud_recording_that_is_not_cut_off_is_taken(desk: Desk):
    """A peak at the end of the scale is no fault by itself."""
    desk.record("welcome.wav", "synth", "1.5", "sine", "300", "gain", "-0.01")
    assert desk.take()["welcome.wav"].verdict is Verdict.TAKEN


@pytest.mark.parametrize(("seconds", "odd"), [("0.3", "far shorter"), ("9", "far longer")])
def test_a_length_that_does_not_fit_the_text_is_told(desk: Desk, seconds: str, odd: str):
    """It may be right all the same: it is taken."""
    desk.record("welcome.wav", "synth", seconds, "sine", "300", "gain", "-20")
    judged = desk.take()["welcome.wav"]
    assert judged.verdict is Verdict.TAKEN
    assert odd in judged.remark


def test_names_that_are_no_prompts_are_told_with_the_nearest(desk: Desk):
    """Also that of a prompt without a text in this language."""
    for name in ("welcom.wav", "Welcome.wav", "bye.wav", "-n.wav", "|id.wav"):
        shutil.copy(desk.record("welcome.wav"), desk.delivered / name)
    judged = desk.take()
    refused = {name for name, each in judged.items() if each.verdict is Verdict.REFUSED}
    assert refused == judged.keys() - {"welcome.wav"}
    assert 'did you mean "welcome"?' in judged["welcom.wav"].remark
    assert "no prompt with a text in en" in judged["bye.wav"].remark


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Welcome (take 2).wav", 'did you mean "welcome"?'),
        ("digit 7.wav", 'did you mean "digit-7"?'),
        ("number_20.wav", 'did you mean "word-number-20"?'),
        ("zzz.wav", "the last column of `rahyab prompts script` has the names"),
    ],
)
def test_a_name_that_is_far_off_is_told_without_a_list(desk: Desk, name: str, told: str):
    """Of two hundred names nobody finds the one in a dozen that happen to come first."""
    desk.record("welcome.wav").rename(desk.delivered / name)
    (judged,) = desk.take().values()
    assert judged.remark == f"no prompt with a text in en is called so: {told}"


def test_a_sound_that_lost_something_is_taken_with_a_remark(desk: Desk):
    """It is said before the studio is paid."""
    desk.record("welcome.ogg")
    (judged,) = desk.take().values()
    assert judged.verdict is Verdict.TAKEN
    assert "loses sound: deliver WAV or FLAC" in judged.remark


def test_a_name_that_does_not_fit_the_content_is_refused(desk: Desk):
    """The name says what it is worth."""
    desk.record("welcome.wav").rename(desk.delivered / "welcome.ogg")
    (judged,) = desk.take().values()
    assert judged.remark == "it is WAV, though its name ends with .ogg: let it end with .wav"


def test_a_kind_that_is_not_taken_is_told_with_those_that_are(desk: Desk):
    """The same that the script asks for."""
    desk.record("welcome.au")
    (judged,) = desk.take().values()
    assert judged.verdict is Verdict.REFUSED
    assert told_kinds() in judged.remark
    assert told_kinds() in FORMAT


def test_a_damaged_recording_is_told_in_plain_words(desk: Desk):
    """Neither sox nor a path of this machine says anything to a studio."""
    file = desk.record("welcome.wav")
    file.write_bytes(file.read_bytes()[:30])
    (judged,) = desk.take().values()
    assert judged.remark == "it is damaged: save it anew and deliver it again"


@pytest.mark.parametrize("prompt", ["digit-7", "word-hundred"])
def test_a_part_of_numbers_that_is_far_too_long_is_refused(desk: Desk, prompt: str):
    """It would be heard in the midst of every number; a little too long is told alone."""
    desk.record(f"{prompt}.wav", "synth", "3.4", "sine", "300", "gain", "-20")
    judged = desk.take()[f"{prompt}.wav"]
    assert judged.verdict is Verdict.REFUSED
    assert "more than 4 times as long as its text" in judged.remark
    desk.record(f"{prompt}.wav", "synth", "2.2", "sine", "300", "gain", "-20")
    judged = desk.take()[f"{prompt}.wav"]
    assert judged.verdict is Verdict.TAKEN
    assert "far longer than its text" in judged.remark


def test_two_files_of_one_prompt_are_both_refused(desk: Desk):
    """Which one is meant is not ours to guess."""
    desk.record("welcome.wav")
    desk.record("welcome.flac")
    judged = desk.take()
    assert all("several files of welcome" in each.remark for each in judged.values())
    assert desk.names() == []


@pytest.mark.slow
def test_hostile_files_are_refused_one_by_one(desk: Desk):
    """None hangs or ends the import; what is good among them is taken."""
    good = desk.record("welcome.wav")
    (desk.delivered / "goodbye.wav").write_text("this is no sound")
    (desk.delivered / "please-hold.wav").write_bytes(b"")
    (desk.delivered / "message-kept.wav").write_bytes(good.read_bytes()[:60])
    (desk.delivered / "digit-0.wav").symlink_to(good)
    os.mkfifo(desk.delivered / "digit-1.wav")
    with (desk.delivered / "digit-2.wav").open("wb") as huge:
        huge.truncate(MOST_BYTES + 1)
    (desk.delivered / "digit-3.m3u").write_text(f"{good}\n")
    (desk.delivered / "digit-4.wav").write_bytes(good.read_bytes()[:44] + os.urandom(5000))
    (desk.delivered / "digit-5").mkdir()
    (desk.delivered / os.fsdecode(b"\xff\xfe.wav")).write_bytes(b"x")
    (desk.delivered / ".DS_Store").write_bytes(b"x")
    judged = desk.take()
    taken = {name for name, each in judged.items() if each.verdict is Verdict.TAKEN}
    assert taken - {"digit-4.wav"} == {"welcome.wav"}
    assert len(judged) == 11
    assert "it does not begin as a sound file does" in judged["goodbye.wav"].remark
    assert all("sox" not in each.remark for each in judged.values())
    assert all(str(desk.delivered) not in each.remark for each in judged.values())
    assert "a link" in judged["digit-0.wav"].remark
    assert "MB" in judged["digit-2.wav"].remark
    assert "files named .m3u are not taken" in judged["digit-3.m3u"].remark
    assert "a folder" in judged["digit-5"].remark


def test_a_sox_that_hangs_is_stopped(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """After its time, with a reason for each file."""
    desk.record("welcome.wav")
    hanging = tmp_path / "bin" / "sox"
    hanging.parent.mkdir()
    hanging.write_text("#!/bin/sh\nexec sleep 600\n")
    hanging.chmod(0o755)
    monkeypatch.setenv("PATH", f"{hanging.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(sound_programs, "LONGEST_RUN_SECONDS", 0.3)
    assert "was not done in" in desk.take()["welcome.wav"].remark


def test_nothing_is_replaced_unless_it_is_said(desk: Desk):
    """Then the earlier one goes, whatever its kind; the same one again is no refusal."""
    desk.kept.mkdir(parents=True)
    earlier = desk.kept / "welcome.flac"
    shutil.copy(desk.record("welcome.flac"), earlier)
    before = earlier.read_bytes()
    judged = desk.take()["welcome.flac"]
    assert judged.verdict is Verdict.REFUSED
    assert f"{earlier} is there: --replace" in judged.remark
    assert earlier.read_bytes() == before
    assert desk.take(replace=True)["welcome.flac"].verdict is Verdict.TAKEN
    assert desk.names() == ["welcome.wav"]
    assert desk.take()["welcome.flac"].verdict is Verdict.UNCHANGED


def test_a_trial_writes_nothing(desk: Desk):
    """And says the same as the import would."""
    desk.record("welcome.wav")
    (desk.delivered / "goodbye.wav").write_text("no sound")
    tried = desk.take(dry_run=True)
    assert desk.names() == []
    assert desk.take() == tried
    assert desk.names() == ["welcome.wav"]


def test_a_place_that_cannot_be_written_is_told(desk: Desk):
    """For the file; nothing half-written stays, and the others are taken."""
    desk.record("welcome.wav")
    desk.record("goodbye.wav")
    (desk.kept / "welcome.wav").mkdir(parents=True)
    judged = desk.take()
    assert (
        "welcome.wav cannot be written (Is a directory): make room" in judged["welcome.wav"].remark
    )
    assert judged["goodbye.wav"].verdict is Verdict.TAKEN
    assert desk.names() == ["goodbye.wav", "welcome.wav"]


def test_what_a_killed_import_left_is_no_recording(desk: Desk):
    """A build does not stumble over it."""
    desk.record("welcome.wav")
    desk.take()
    (desk.kept / f"welcome.wav{PARTIAL_SUFFIX}").write_bytes(b"half")
    assert [path.name for path in recordings_in(desk.kept)] == ["welcome.wav"]


def test_folders_that_cannot_be_meant_are_told(desk: Desk, tmp_path: Path):
    """One that is not there, and that of the own recordings itself."""
    with pytest.raises(RecordingsImportError, match="cannot be read"):
        import_recordings(
            Wish(tmp_path / "nowhere", desk.kept, "en", replace=False, dry_run=False), CATALOGUE
        )
    desk.kept.mkdir(parents=True)
    with pytest.raises(RecordingsImportError, match="takes them from there"):
        import_recordings(Wish(desk.kept, desk.kept, "en", replace=True, dry_run=False), CATALOGUE)
    desk.record("welcome.wav")
    desk.kept.rmdir()
    desk.kept.write_text("a file")
    with pytest.raises(PromptBuildError, match="it is not a folder"):
        desk.take()


def test_a_missing_sox_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """Once, not for each file."""
    desk.record("welcome.wav")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RecordingsImportError, match="apt install sox"):
        desk.take()
