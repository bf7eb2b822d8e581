"""Takes recordings of prompts in: each is checked, converted, and put where builds look for it.

What comes from a studio, or by e-mail, is not trusted: names, sizes and contents may be anything.
"""

import re
import stat
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Final

from agi_server import sound_programs
from agi_server.delivered_kinds import Kind, kind_by_content, kind_by_name, told_kinds
from agi_server.prompt_manifest import replacing
from agi_server.prompt_sources import recordings_in, told_reason
from agi_server.recorded_sounds import BadRecordingError, checked_sound
from agi_server.recorded_texts import Recorded, digest_of, load_texts, save_texts
from agi_server.sound_samples import Sound, wav
from ivr.prompts import Catalogue, Prompt
from ivr.studio import FILE_SUFFIX

MOST_BYTES: Final = 200_000_000
"""Ten minutes in stereo at 48 kHz and 24 bits; no prompt is as long."""


FAR_FROM_ANY: Final = 0.5
"""How alike two names are at least for one to be meant by the other, from 0 to 1 (the same)."""


class RecordingsImportError(Exception):
    """Nothing can be taken in; the message says why and what to do."""


class Verdict(StrEnum):
    """What became of a file."""

    TAKEN = "taken"
    UNCHANGED = "there already"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Judged:
    """One file, and what became of it.

    Attributes:
        file: Its name.
        verdict: Whether it was taken.
        seconds: How long it takes without the silence at its ends; None where it was not read.
        remark: Why it was refused, or what is odd in it though it was taken; may be empty.
    """

    file: str
    verdict: Verdict
    seconds: float | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be taken in.

    Attributes:
        folder: Where the files are.
        target: The folder of the own recordings of the language.
        language: In which they speak.
        replace: Whether they take the place of recordings that are there.
        dry_run: Whether nothing is to be written.
    """

    folder: Path
    target: Path
    language: str
    replace: bool
    dry_run: bool


def import_recordings(
    wish: Wish, catalogue: Catalogue, report: Callable[[int, int], None] = lambda *_: None
) -> list[Judged]:
    """Take the recordings of a folder in, one by one; a bad one stops no other.

    Args:
        wish: Which, and how.
        catalogue: The prompts that they may be of.
        report: Called with how many files of how many are done.

    Raises:
        RecordingsImportError: The folder cannot be read, or sox is not installed.
        PromptBuildError: The folder of the own recordings cannot be read.
    """
    files = _files(wish)
    if sound_programs.not_installed([sound_programs.SOX]):
        raise RecordingsImportError(
            "sox cannot be found: install with `apt install sox` (Debian, Ubuntu)"
        )
    prompts = {prompt.id: prompt for prompt in catalogue if prompt.language == wish.language}
    twice = Counter(file.stem for file in files)
    judged = []
    for done, file in enumerate(files, start=1):
        judged.append(_judge(file, wish, prompts, alone=twice[file.stem] == 1))
        report(done, len(files))
    return judged


def _files(wish: Wish) -> list[Path]:
    """What lies in the folder, but for what file managers hide."""
    try:
        if wish.folder.resolve() == wish.target.resolve():
            raise RecordingsImportError(
                f"{wish.folder} is where own recordings are kept: `rahyab prompts build` takes"
                " them from there as they are"
            )
        return sorted(file for file in wish.folder.iterdir() if not file.name.startswith("."))
    except OSError as error:
        raise RecordingsImportError(
            f"{wish.folder} cannot be read ({told_reason(error)}): name the folder of the"
            " recordings"
        ) from error


def _judge(file: Path, wish: Wish, prompts: dict[str, Prompt], *, alone: bool) -> Judged:
    try:
        prompt = _prompt_of(file, prompts, wish.language, alone=alone)
        kind = _kind_of(file)
        sound, remark = checked_sound(file, prompt)
        verdict = _keep(sound, prompt, wish)
    except BadRecordingError as error:
        return Judged(file.name, Verdict.REFUSED, error.seconds, str(error))
    loss = f"{kind.name} loses sound: deliver WAV or FLAC if you can" if kind.is_lossy else ""
    return Judged(file.name, verdict, sound.seconds, "; ".join(filter(None, (remark, loss))))


def _kind_of(file: Path) -> Kind:
    """What a file holds, which must be what its name says."""
    named = kind_by_name(file)
    try:
        kind = kind_by_content(file)
    except OSError as error:
        raise BadRecordingError(
            f"it cannot be read ({told_reason(error)}): set its rights"
        ) from error
    if kind is None:
        raise BadRecordingError(
            "it does not begin as a sound file does: it is damaged, or no sound; deliver"
            f" {told_kinds()}"
        )
    if kind != named:
        raise BadRecordingError(
            f"it is {kind.name}, though its name ends with {file.suffix}: let it end with"
            f" {kind.suffixes[0]}"
        )
    return kind


def _nearest(stem: str, prompts: dict[str, Prompt]) -> str:
    """What a file may have been meant to be called; nobody reads hundreds of names."""
    plain = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")
    near = get_close_matches(plain, prompts, n=1, cutoff=FAR_FROM_ANY)
    if near:
        return f'did you mean "{near[0]}"?'
    return "the last column of `rahyab prompts script` has the names"


def _prompt_of(file: Path, prompts: dict[str, Prompt], language: str, *, alone: bool) -> Prompt:
    """The prompt that a file is a recording of, by its name; nothing of it is read yet."""
    about = file.lstat()
    if stat.S_ISDIR(about.st_mode):
        raise BadRecordingError("it is a folder: import it by itself")
    if not stat.S_ISREG(about.st_mode):
        raise BadRecordingError("it is no ordinary file (a link, perhaps): copy the recording here")
    if kind_by_name(file) is None:
        raise BadRecordingError(
            f"files named {file.suffix or 'so'} are not taken: deliver {told_kinds()}"
        )
    if file.stem not in prompts:
        raise BadRecordingError(
            f"no prompt with a text in {language} is called so: {_nearest(file.stem, prompts)}"
        )
    if not alone:
        raise BadRecordingError(f"there are several files of {file.stem}: keep one of them")
    if about.st_size > MOST_BYTES:
        raise BadRecordingError(
            f"it has {about.st_size / 1e6:.0f} MB, which no prompt needs: {MOST_BYTES / 1e6:.0f} MB"
            " are the most"
        )
    return prompts[file.stem]


def _keep(sound: Sound, prompt: Prompt, wish: Wish) -> Verdict:
    """Write a recording into its place, whole or not at all."""
    content, place = wav(sound), wish.target / f"{prompt.id}{FILE_SUFFIX}"
    present = [each for each in recordings_in(wish.target) if each.stem == prompt.id]
    try:
        if present == [place] and place.read_bytes() == content:
            if wish.replace and not wish.dry_run:
                _note(content, prompt, wish)
            return Verdict.UNCHANGED
        if present and not wish.replace:
            raise BadRecordingError(
                f"{present[0]} is there: --replace puts this one in its place", sound.seconds
            )
        if not wish.dry_run:
            _write(content, place)
            for other in present:
                if other != place:
                    other.unlink()
            _note(content, prompt, wish)
    except OSError as error:
        raise BadRecordingError(
            f"{place} cannot be written ({told_reason(error)}): make room or set the rights of"
            f" {wish.target}",
            sound.seconds,
        ) from error
    return Verdict.TAKEN


def _write(content: bytes, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with replacing(place) as file:
        file.write(content)


def _note(content: bytes, prompt: Prompt, wish: Wish) -> None:
    """Keep the text that a recording is taken for, to notice when the text is changed later."""
    texts = load_texts(wish.target)
    texts[prompt.id] = Recorded(prompt.text, digest_of(content))
    save_texts(wish.target, texts)
