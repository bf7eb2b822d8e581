"""Prompts spoken by Piper: by a stand-in that takes what the real program takes, and fails alike.

The real one is tens of megabytes, and a voice for it as many more.
"""

import os
import wave
from pathlib import Path

import pytest

from agi_server.prompt_building import BuildResult, build_prompts
from agi_server.prompt_sources import PromptBuildError
from agi_server.prompt_state import Lack, lacking_sounds
from ivr.prompts import Catalogue

STAND_IN = '''
"""Speaks as `python -m piper -m MODEL -f -` does: a tone for each letter of the text."""
import argparse, array, io, math, pathlib, sys, wave
parser = argparse.ArgumentParser()
parser.add_argument("-m", required=True)
parser.add_argument("-f", required=True)
given = parser.parse_args()
assert given.f == "-"
if not pathlib.Path(given.m).exists():
    raise ValueError(f"Unable to find voice: {given.m}")
pathlib.Path(given.m + ".json").read_text()
hertz = int(pathlib.Path(given.m).read_text())
letters = sum(each.isalpha() for line in sys.stdin for each in line)
if letters == 0:
    raise wave.Error("# channels not specified")
count = 22050 * letters // 20
content = io.BytesIO()
with wave.open(content, "wb") as file:
    file.setparams((1, 2, 22050, 0, "NONE", ""))
    file.writeframes(array.array("h", [
        round(9000 * math.sin(2 * math.pi * hertz * i / 22050)) for i in range(count)]).tobytes())
sys.stdout.buffer.write(content.getvalue())
'''

CATALOGUE = Catalogue({"welcome": {"de": "Guten Tag."}}, ["de"])


@pytest.fixture
def piper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stand-in is installed; a model of it holds the pitch of the voice."""
    package = tmp_path / "packages" / "piper"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text(STAND_IN)
    monkeypatch.syspath_prepend(package.parent)
    monkeypatch.setenv("PYTHONPATH", f"{package.parent}:{os.environ.get('PYTHONPATH', '')}")
    model = tmp_path / "de_DE-tone.onnx"
    model.write_text("500")
    (tmp_path / "de_DE-tone.onnx.json").write_text("{}")
    return model


def build(model: Path, catalogue: Catalogue = CATALOGUE) -> BuildResult:
    """A build of German prompts by this model."""
    folder = model.parent
    return build_prompts(catalogue, folder / "sounds", folder / "recordings", models={"de": model})


def seconds(model: Path, end: str) -> float:
    """How long the built sound of the welcome takes."""
    with wave.open(f"{model.parent}/sounds/rahyab/de/welcome{end}") as file:
        return file.getnframes() / file.getframerate()


def test_a_model_speaks_the_prompts_of_its_language(piper: Path):
    """Eight letters are 0.4 s, at both rates."""
    assert "rahyab/de/welcome" in build(piper).built
    assert seconds(piper, ".wav") == pytest.approx(0.4, abs=0.02)
    assert seconds(piper, ".wav16") == pytest.approx(0.4, abs=0.02)


@pytest.mark.parametrize("end", ["", ".json"])
def test_another_model_speaks_everything_anew(piper: Path, end: str):
    """Whichever of its two files has changed; silent prompts stay."""
    build(piper)
    assert build(piper).built == ()
    piper.with_name(piper.name + end).write_text("600")
    sounds, recordings = piper.parent / "sounds", piper.parent / "recordings"
    (lacking,) = lacking_sounds(CATALOGUE, sounds, recordings, {"de": piper})
    assert (lacking.prompt, lacking.lack) == ("welcome", Lack.PRESENT_SOUND)
    assert build(piper).built == ("rahyab/de/welcome",)


def test_a_text_that_it_cannot_speak_is_told(piper: Path):
    """With the prompt; the others are built."""
    own = {"dots": {"de": "..."}, "welcome": {"de": "Guten Tag."}}
    with pytest.raises(PromptBuildError) as told:
        build(piper, Catalogue(own, ["de"]))
    assert str(told.value).startswith(
        "prompt dots (de): the text cannot be spoken by Piper de_DE-tone: piper says: "
    )
    assert seconds(piper, ".wav") > 0


@pytest.mark.parametrize("end", ["", ".json"])
def test_a_model_of_which_a_file_is_missing_is_told(piper: Path, end: str):
    """Before anything is made."""
    missing = piper.with_name(piper.name + end)
    missing.unlink()
    with pytest.raises(
        PromptBuildError, match=r"two files, <name>.onnx and <name>.onnx.json"
    ) as told:
        build(piper)
    assert str(missing) in str(told.value)
    assert not list(piper.parent.rglob("*.wav"))


def test_nothing_in_the_working_folder_passes_for_piper(
    piper: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A folder that is called like it is not run."""
    other = tmp_path / "work" / "piper"
    other.mkdir(parents=True)
    (other / "__init__.py").write_text("")
    (other / "__main__.py").write_text("raise SystemExit('the wrong one')")
    monkeypatch.chdir(other.parent)
    assert "rahyab/de/welcome" in build(piper).built


def test_that_piper_is_not_installed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """With the cure, before anything is made."""
    model = tmp_path / "de.onnx"
    for end in ("", ".json"):
        model.with_name(model.name + end).write_text("{}")
    monkeypatch.setattr("sys.path", [])
    with pytest.raises(PromptBuildError, match=r"Piper, which is not installed: .*\[piper\]"):
        build(model)
    assert not list(tmp_path.rglob("*.wav"))
