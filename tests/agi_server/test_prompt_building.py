"""Builds real prompts with espeak-ng and sox, and reads the files back."""

import json
import os
import shutil
import signal
import subprocess
import sys
import wave
from array import array
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from agi_server import sound_programs
from agi_server.prompt_building import (
    LOCK,
    BuildResult,
    Progress,
    build_prompts,
)
from agi_server.prompt_manifest import MANIFEST, PARTIAL_SUFFIX
from agi_server.prompt_sources import PromptBuildError
from agi_server.sound_samples import TARGET_DBFS, Loudness, Samples, Sound
from agi_server.sound_samples import decibels as in_decibels
from ivr.prompts import Catalogue

pytestmark = pytest.mark.slow

LATIN = "la"
"""A language that espeak-ng speaks, and callers do not: the program has no texts in it."""

OWN = {
    "welcome": {
        "fa": "به پشتیبانی پارس خوش آمدید.",
        "en": "Welcome to Pars Support.",
        "lv": "Laipni lūdzam! Jūs esat sazinājušies ar atbalsta dienestu.",
    },
}
LANGUAGES = ("fa", "en", "lv")
RATE = 8000


class Site:
    """A site's folders, and a build in them."""

    def __init__(self, folder: Path) -> None:
        self.sounds = folder / "sounds"
        self.recordings = folder / "recordings"

    def build(
        self,
        own: Mapping[str, Mapping[str, str]] = OWN,
        languages: tuple[str, ...] = LANGUAGES,
    ) -> BuildResult:
        """Build this site's prompts."""
        return build_prompts(Catalogue(own, languages), self.sounds, self.recordings)

    def path(self, sound: str) -> Path:
        """The file of a sound."""
        return self.sounds / f"{sound}.wav"

    def record(self, name: str, *, hertz: int = 440, seconds: float = 1.5) -> Path:
        """Put in a recording: a tone in stereo at 44.1 kHz, in the format of the name."""
        path = self.recordings / name
        path.parent.mkdir(parents=True, exist_ok=True)
        tone = ["synth", str(seconds), "sine", str(hertz), "gain", "-20"]
        command = ["sox", "-V1", "-n", "-r", "44100", "-c", "2", str(path), *tone]
        subprocess.run(command, check=True)
        return path


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site that has been built once; copied for each test, because building takes seconds."""
    site = Site(tmp_path_factory.mktemp("template"))
    site.build()
    return site


@pytest.fixture
def site(template: Site, tmp_path: Path) -> Site:
    """A copy of the built site, for one test alone."""
    shutil.copytree(template.sounds, tmp_path / "sounds")
    return Site(tmp_path)


def read(path: Path, rate: int = RATE) -> Samples:
    """The samples of a file, which must be what a telephone plays."""
    with wave.open(str(path)) as file:
        assert file.getparams()[:3] == (1, 2, rate)
        assert file.getcomptype() == "NONE"
        return array("h", file.readframes(file.getnframes()))


def decibels(samples: Samples, rate: int = RATE) -> float:
    """The level of the speech in dBFS."""
    return in_decibels(Loudness(Sound(samples, rate)).speech)


def hertz(samples: Samples) -> float:
    """The pitch of a tone, by counting how often it crosses zero."""
    crossings = sum(a < 0 <= b for a, b in pairwise(samples))
    return crossings * RATE / len(samples)


def whole_files(site: Site) -> Iterator[Path]:
    """Every sound file of a site, each read to its end."""
    for path in site.sounds.rglob("*.wav"):
        assert read(path)
        yield path


def test_every_prompt_is_a_telephone_sound_at_an_even_level(template: Site):
    """All three languages: right format, audible, alike in level, of a sane length."""
    for prompt in Catalogue(OWN, LANGUAGES):
        samples = read(template.path(prompt.sound))
        seconds = len(samples) / RATE
        if prompt.silence is not None:
            assert not any(samples)
            assert seconds == prompt.silence
        else:
            assert decibels(samples) == pytest.approx(TARGET_DBFS, abs=1.5), prompt.sound
            assert 0.3 < seconds < 0.8 + 0.15 * len(prompt.text), prompt.sound


def test_wideband_telephones_get_the_same_sound_with_more_in_it(template: Site):
    """16 kHz: as long, as loud, and with what a narrow line does not carry."""
    for prompt in Catalogue(OWN, ("en",)):
        narrow = read(template.path(prompt.sound))
        wide = read(template.sounds / f"{prompt.sound}.wav16", 2 * RATE)
        assert len(wide) / 2 == pytest.approx(len(narrow), abs=2)
        if prompt.silence is None:
            assert decibels(wide, 2 * RATE) == pytest.approx(TARGET_DBFS, abs=1.5), prompt.sound
    hisses = read(template.sounds / "rahyab/en/welcome.wav16", 2 * RATE)
    assert above_4_khz(hisses) > 100 * above_4_khz(read_as_wide(template, "rahyab/en/welcome"))


def above_4_khz(samples: Samples) -> float:
    """Some measure of what is there above 4 kHz in samples of 16 kHz."""
    filtered = sox(
        "-t", "raw", *PCM, "-r", "16000", "-", *RAW, "sinc", "4500", given=samples.tobytes()
    )
    return sum(sample * sample for sample in filtered) / len(filtered)


def read_as_wide(site: Site, sound: str) -> Samples:
    """The narrow file of a sound, brought to 16 kHz."""
    return sox("-t", "wav", str(site.path(sound)), *RAW, "rate", "16000")


PCM = ("-b", "16", "-e", "signed-integer", "-c", "1")
RAW = ("-t", "raw", *PCM, "-")


def sox(*arguments: str, given: bytes = b"") -> Samples:
    """What sox makes of samples, or of a file."""
    command = ["sox", "-V1", "-D", *arguments]
    return array("h", subprocess.run(command, input=given, capture_output=True, check=True).stdout)


def test_other_users_such_as_asterisk_may_read_the_files(template: Site):
    """No file keeps the narrow rights of a temporary one."""
    umask = os.umask(0)
    os.umask(umask)
    for path in whole_files(template):
        assert path.stat().st_mode & 0o777 == 0o666 & ~umask


def test_a_first_build_says_that_it_built_everything(template: Site, tmp_path: Path):
    """The result names each file, and the same texts give the same bytes."""
    site = Site(tmp_path)
    result = site.build(languages=("lv",))
    catalogue = Catalogue(OWN, ("lv",))
    assert result.built == tuple(sorted(prompt.sound for prompt in catalogue))
    assert result.unchanged == result.removed == result.recorded == result.missing == ()
    for prompt in catalogue:
        assert site.path(prompt.sound).read_bytes() == template.path(prompt.sound).read_bytes()


def test_a_second_build_makes_nothing_and_needs_no_program(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    """Nothing is run: the PATH is empty. Nothing is written, not even a note of the build."""
    monkeypatch.setenv("PATH", "")
    before = {path: path.stat().st_mtime_ns for path in site.sounds.rglob("*")}
    result = site.build()
    assert {path: path.stat().st_mtime_ns for path in site.sounds.rglob("*")} == before
    assert result.built == ()
    assert len(result.unchanged) == len(Catalogue(OWN, LANGUAGES))


def test_a_changed_text_rebuilds_its_file_alone(site: Site):
    """The other files are not even touched."""
    before = {path: path.stat().st_mtime_ns for path in whole_files(site)}
    length = len(read(site.path("rahyab/fa/welcome")))
    result = site.build(OWN | {"welcome": OWN["welcome"] | {"fa": "سلام."}})
    assert result.built == ("rahyab/fa/welcome",)
    assert len(read(site.path("rahyab/fa/welcome"))) < length
    after = {path: path.stat().st_mtime_ns for path in whole_files(site)}
    assert {path for path in after if after[path] != before[path]} == {
        site.path("rahyab/fa/welcome")
    }


def test_a_file_that_was_lost_or_cut_short_is_built_again(site: Site):
    """The manifest is not believed against what is on disk."""
    site.path("rahyab/fa/welcome").unlink()
    cut = site.path("rahyab/en/goodbye")
    cut.write_bytes(cut.read_bytes()[:100])
    wide = site.sounds / "rahyab/lv/goodbye.wav16"
    wide.unlink()
    built = ("rahyab/en/goodbye", "rahyab/fa/welcome", "rahyab/lv/goodbye")
    assert site.build().built == built
    assert len(read(cut)) > 0.3 * RATE
    assert len(read(wide, 2 * RATE)) > 0.3 * 2 * RATE


@pytest.mark.parametrize("page", ["", "{", "[]", '{"rahyab/fa/welcome": 3}', "\x00"])
def test_a_broken_manifest_only_costs_a_full_build(tmp_path: Path, page: str):
    """Garbage in it is no error."""
    site = Site(tmp_path)
    own = {"welcome": {LATIN: "Guten Tag."}}
    site.build(own, (LATIN,))
    (site.sounds / "rahyab" / MANIFEST).write_text(page)
    assert len(site.build(own, (LATIN,)).built) == 3


def test_what_an_earlier_version_built_is_made_again_or_removed(tmp_path: Path):
    """It made one file a sound, and told its size alone."""
    site = Site(tmp_path)
    folder = site.sounds / "rahyab" / LATIN
    folder.mkdir(parents=True)
    for name in ("welcome", "gone"):
        (folder / f"{name}.wav").write_bytes(b"of then")
    entries = {f"rahyab/la/{name}": {"digest": "x", "size": 7} for name in ("welcome", "gone")}
    (folder.parent / MANIFEST).write_text(json.dumps(entries))
    result = site.build({"welcome": {LATIN: "Guten Tag."}}, (LATIN,))
    assert "rahyab/la/welcome" in result.built
    assert result.removed == ("rahyab/la/gone",)
    assert not (folder / "gone.wav").exists()


def test_a_manifest_never_has_a_foreign_file_removed(site: Site):
    """A name in it that leads out of the folder is passed over."""
    victim = site.sounds.parent / "victim.wav"
    victim.write_bytes(b"mine")
    manifest = site.sounds / "rahyab" / MANIFEST
    entry = '"rahyab/fa/../../../victim": {"digest": "x", "size": 1},'
    manifest.write_text(manifest.read_text().replace("{", "{" + entry, 1))
    assert site.build().removed == ()
    assert victim.read_bytes() == b"mine"


def test_the_files_of_prompts_and_languages_that_are_no_more_are_removed(site: Site):
    """Ours go, with the folder they empty; a stranger's file stays."""
    foreign = site.sounds / "rahyab" / "en" / "by-hand.wav"
    foreign.write_bytes(b"put here by somebody else")
    result = site.build({}, ("fa", "en"))
    assert set(result.removed) > {"rahyab/fa/welcome", "rahyab/en/welcome", "rahyab/lv/goodbye"}
    assert not list(site.sounds.rglob("welcome*"))
    assert not site.path("rahyab/en/welcome").exists()
    assert not (site.sounds / "rahyab" / "lv").exists()
    assert foreign.exists()
    assert site.build({}, ("fa", "en")).removed == ()


@pytest.mark.parametrize("kind", ["wav", "ogg", "flac", "aiff"])
def test_a_recording_wins_and_is_converted(site: Site, kind: str):
    """Any kind that sox reads becomes the telephone's kind, at the same level."""
    site.record(f"fa/welcome.{kind}")
    result = site.build()
    assert result.built == result.recorded == ("rahyab/fa/welcome",)
    samples = read(site.path("rahyab/fa/welcome"))
    assert len(samples) / RATE == pytest.approx(1.5, abs=0.05)
    assert hertz(samples) == pytest.approx(440, abs=5)
    assert decibels(samples) == pytest.approx(TARGET_DBFS, abs=0.5)


def test_a_recording_that_was_replaced_or_taken_away_is_followed(site: Site):
    """Even a silent prompt may be recorded, and is silent again without."""
    recording = site.record("fa/silence.wav")
    site.build()
    site.record("fa/silence.wav", hertz=800)
    assert site.build().built == ("rahyab/fa/silence",)
    assert hertz(read(site.path("rahyab/fa/silence"))) == pytest.approx(800, abs=5)
    recording.unlink()
    result = site.build()
    assert result.built == ("rahyab/fa/silence",)
    assert result.recorded == ()
    assert not any(read(site.path("rahyab/fa/silence")))


def test_the_path_of_a_recording_is_taken_as_it_stands(site: Site):
    """Sox would take some of these for options, commands or patterns."""
    site.recordings = site.recordings.parent / "-n |touch x; * [a] $(id)"
    site.record("en/welcome.wav")
    assert site.build().built == ("rahyab/en/welcome",)


def test_recordings_of_no_prompt_are_told(site: Site):
    """A typing error in a file name does not go unseen; hidden files do."""
    misspelt = site.record("fa/welcom.wav")
    site.record("fa/.hidden.wav")
    assert site.build().unused == (misspelt,)


def test_missing_texts_are_told(site: Site):
    """What can be built is built, and the gaps are named."""
    result = site.build(OWN | {"closed-now": {"en": "We are closed."}})
    assert result.missing == (("closed-now", "fa"), ("closed-now", "lv"))
    assert result.built == ("rahyab/en/closed-now",)


@pytest.mark.parametrize("text", ["-w stolen.wav", "--version", "$(touch stolen.wav); `id` | \"'"])
def test_a_text_is_never_an_option_nor_a_command(
    site: Site, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The text is spoken, whatever it looks like."""
    monkeypatch.chdir(tmp_path)
    site.build(OWN | {"welcome": OWN["welcome"] | {"en": text}})
    assert len(read(site.path("rahyab/en/welcome"))) > 0.4 * RATE
    assert not (tmp_path / "stolen.wav").exists()


def test_progress_counts_every_file_that_is_made(site: Site):
    """One report a file, counting up to the total."""
    seen: list[Progress] = []
    own = OWN | {"bye": {"fa": "بدرود", "en": "bye", "lv": "ardievu"}}
    build_prompts(Catalogue(own, LANGUAGES), site.sounds, site.recordings, seen.append)
    assert [step.done for step in seen] == [1, 2, 3]
    assert {step.total for step in seen} == {3}
    assert {step.sound for step in seen} == {f"rahyab/{code}/bye" for code in LANGUAGES}


def test_what_was_made_before_an_interruption_is_not_made_again(tmp_path: Path):
    """Ctrl-C loses only what was being made."""
    site = Site(tmp_path)
    catalogue = Catalogue(OWN, ("en",))

    def interrupt(progress: Progress) -> None:
        if progress.done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_prompts(catalogue, site.sounds, site.recordings, interrupt)
    result = site.build(languages=("en",))
    assert len(result.unchanged) == 5
    assert len(list(whole_files(site))) == len(catalogue)


BUILD_SCRIPT = """
import resource, sys
from pathlib import Path
from agi_server.prompt_building import build_prompts
from agi_server.prompt_sources import PromptBuildError
from ivr.prompts import Catalogue

folder, limit = Path(sys.argv[1]), int(sys.argv[2])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
tell = lambda progress: print(progress.done, flush=True)
try:
    build_prompts(Catalogue({}, ["en"]), folder / "sounds", folder / "recordings", tell)
except PromptBuildError as error:
    sys.exit(str(error))
"""


def build_elsewhere(folder: Path, limit: int = 0) -> subprocess.Popen[str]:
    """A build in a process of its own, with a limit on the size of files in bytes (0: none)."""
    return subprocess.Popen(
        [sys.executable, "-c", BUILD_SCRIPT, str(folder), str(limit)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )


def test_a_killed_build_leaves_no_half_file_and_the_next_one_completes_it(tmp_path: Path):
    """Every file under its own name is whole, at any moment."""
    site = Site(tmp_path)
    with build_elsewhere(tmp_path) as building:
        assert building.stdout is not None
        assert building.stdout.readline() == "1\n"
        building.send_signal(signal.SIGKILL)
    assert list(whole_files(site))
    leftover = site.sounds / "rahyab" / "en" / f"goodbye.wav{PARTIAL_SUFFIX}"
    leftover.write_bytes(b"half")
    site.build({}, ("en",))
    assert len(list(whole_files(site))) == len(Catalogue({}, ("en",)))
    assert not leftover.exists()


def test_files_of_a_killed_build_are_removed_when_their_prompts_are_gone(tmp_path: Path):
    """The killed build had noted what it was about to write."""
    site = Site(tmp_path)
    with build_elsewhere(tmp_path) as building:
        assert building.stdout is not None
        assert building.stdout.readline() == "1\n"
        building.send_signal(signal.SIGKILL)
    site.build({}, ("lv",))
    assert not (site.sounds / "rahyab" / "en").exists()


def test_a_file_that_the_disk_refuses_is_one_sentence(tmp_path: Path):
    """The limit on a file's size stands for a full disk: the same path."""
    with build_elsewhere(tmp_path, limit=9000) as building:
        _, said = building.communicate()
    assert building.returncode == 1
    assert said.count("\n") == 1
    assert "cannot write to" in said
    assert "File too large" in said
    assert "make room" in said
    assert not list(tmp_path.rglob(f"*{PARTIAL_SUFFIX}"))
    assert all(path.stat().st_size <= 9000 for path in whole_files(Site(tmp_path)))


def test_two_builds_do_not_write_at_once(site: Site):
    """The second one says so and ends; afterwards it may."""
    holder = 'import fcntl,sys; f=open(sys.argv[1],"wb"); fcntl.flock(f,2); print(); input()'
    lock = site.sounds / "rahyab" / LOCK
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(PromptBuildError, match="another build is writing"):
            site.build()
        other.communicate("\n")
    assert site.build().built == ()


def test_missing_programs_are_named_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Both in one sentence, before anything is made."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PromptBuildError, match="apt install espeak-ng sox"):
        Site(tmp_path).build()
    assert not list(tmp_path.rglob("*.wav"))


def test_a_missing_sox_is_named_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Only what is missing is to be installed."""
    espeak = shutil.which("espeak-ng")
    assert espeak is not None
    (tmp_path / "espeak-ng").symlink_to(espeak)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PromptBuildError, match=r"^sox cannot be found: .*`apt install sox`"):
        Site(tmp_path).build()


@pytest.mark.parametrize(
    ("does", "told"),
    [
        ("kill -KILL $$", "sox says: nothing, but ends with code -9"),
        ("exec sleep 600", "sox was not done in 1 s"),
        ("exit 0", "prompt hi (la): sox gave no sound"),
    ],
)
def test_a_sox_that_dies_or_hangs_is_told_for_each_prompt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str, told: str
):
    """Nothing waits for ever, and no empty file is left."""
    broken = tmp_path / "bin" / "sox"
    broken.parent.mkdir()
    broken.write_text(f"#!/bin/sh\n{does}\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(sound_programs, "LONGEST_RUN_SECONDS", 1.0)
    site = Site(tmp_path)
    recording = site.recordings / LATIN / "silence.wav"
    recording.parent.mkdir(parents=True)
    recording.write_bytes(b"any")
    with pytest.raises(PromptBuildError) as caught:
        site.build({"hi": {LATIN: "Hallo."}}, (LATIN,))
    assert any("silence.wav" in line for line in str(caught.value).splitlines())
    assert told in str(caught.value)
    assert not list(site.sounds.rglob("hi.wav*"))


@pytest.mark.parametrize("in_the_way", ["sounds", "sounds/rahyab", "sounds/rahyab/fa"])
def test_a_file_in_the_place_of_the_folder_is_one_sentence(tmp_path: Path, in_the_way: str):
    """At any depth: what, where, why, and the cure."""
    path = tmp_path / in_the_way
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("a file")
    with pytest.raises(PromptBuildError) as caught:
        Site(tmp_path).build()
    assert "\n" not in str(caught.value)
    assert f"cannot write to {path}" in str(caught.value)
    assert "it is not a folder" in str(caught.value)
    assert "RAHYAB_SOUNDS" in str(caught.value)


def test_prompts_that_cannot_be_made_are_all_told_and_the_others_are_built(site: Site):
    """One round of mending is enough; the faults are told again until then."""
    junk = site.recordings / "fa" / "goodbye.wav"
    junk.parent.mkdir(parents=True)
    junk.write_bytes(b"this is no sound")
    quiet = site.recordings / "fa" / "pause.wav"
    subprocess.run(["sox", "-n", "-r", "8000", str(quiet), "trim", "0", "1"], check=True)
    own = OWN | {"dots": {"en": "..."}, "good": {"en": "good"}}
    with pytest.raises(PromptBuildError) as caught:
        site.build(own)
    sentences = str(caught.value).splitlines()
    assert len(sentences) == 3
    assert sentences[0].startswith(f"{junk} cannot be read: sox says: ")
    assert sentences[1].startswith(f"{quiet} holds no sound")
    assert sentences[2].startswith("prompt dots (en): the text '...' makes no sound")
    assert len(read(site.path("rahyab/en/good"))) > 0.3 * RATE
    with pytest.raises(PromptBuildError):
        site.build(own)


def test_a_language_without_a_voice_is_told(tmp_path: Path):
    """espeak-ng's own words, with the prompt's name."""
    with pytest.raises(PromptBuildError, match=r"prompt hi \(qq\): the text cannot be spoken"):
        Site(tmp_path).build({"hi": {"qq": "hi"}}, ("qq",))


def test_two_recordings_of_one_prompt_are_refused(site: Site):
    """Which one is meant is not ours to guess."""
    site.record("fa/welcome.wav")
    site.record("fa/welcome.ogg")
    with pytest.raises(PromptBuildError, match="recordings of the same prompt: keep one"):
        site.build()


def test_a_folder_of_recordings_that_is_a_file_is_told(site: Site):
    """The folder may be absent, but not something else."""
    site.recordings.write_text("a file")
    with pytest.raises(PromptBuildError, match=r"cannot read .*it is not a folder"):
        site.build()
