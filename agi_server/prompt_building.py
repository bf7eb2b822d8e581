"""Makes the sound files of the prompts, from their texts or from the administrator's recordings.

Each becomes `<sounds>/rahyab/<language>/<id>.wav`, 8 kHz mono 16-bit PCM: what Asterisk plays to a
telephone without converting. What is there and unchanged is left alone.
"""

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from agi_server import sound_programs
from agi_server.prompt_manifest import (
    PARTIAL_SUFFIX,
    UNBUILT,
    Built,
    load_manifest,
    replacing,
    save_manifest,
)
from agi_server.sound_programs import SoundProgramError
from agi_server.sound_samples import Samples, audible, levelled, silence, trimmed, wav
from ivr.prompts import SOUND_FOLDER, Catalogue, Prompt

RATE: Final = 8000
"""Samples a second: all that a telephone line carries."""

RECIPE: Final = 1
"""Counts up when the way of making a sound changes, so that every file is made again."""

MOST_WORKERS: Final = 4
"""Prompts made at once: each keeps a core busy for a tenth of a second, more gain nothing."""

LOCK: Final = ".lock"

LOCK_SECONDS: Final = 1.0
"""How long to wait for another build's lock."""


class PromptBuildError(Exception):
    """Prompts could not be built; the message is one sentence a line, each with its cure."""


class _BadPromptError(Exception):
    """This one prompt cannot be made; the others can."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is: `done` of `total` files, the last of them `sound`."""

    done: int
    total: int
    sound: str


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build did, by the names that Asterisk is given (`rahyab/fa/welcome`).

    Attributes:
        built: Files made now.
        unchanged: Files that were there already.
        removed: Files of prompts that are no more.
        recorded: Those of `built` and `unchanged` that come from a recording.
        missing: (prompt, language) without a text.
        unused: Recordings that belong to no prompt with a text.
    """

    built: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    recorded: tuple[str, ...]
    missing: tuple[tuple[str, str], ...]
    unused: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Job:
    """One file to be: from which prompt, from which recording if any, and the digest of both."""

    prompt: Prompt
    recording: Path | None
    digest: str


def find_recordings(folder: Path, catalogue: Catalogue) -> dict[str, list[Path]]:
    """The administrator's recordings, `<folder>/<language>/<id>.<any>`, by the sound they are for.

    A sound with more than one is for the caller to refuse.

    Raises:
        PromptBuildError: The folder cannot be read.
    """
    found: dict[str, list[Path]] = {}
    for language in catalogue.languages:
        try:
            files = sorted((folder / language.code).iterdir())
        except FileNotFoundError:
            continue
        except OSError as error:
            raise PromptBuildError(_unreadable(folder / language.code, error)) from error
        for file in files:
            if file.is_file() and not file.name.startswith("."):
                found.setdefault(f"{SOUND_FOLDER}/{language.code}/{file.stem}", []).append(file)
    return found


def build_prompts(
    catalogue: Catalogue,
    sounds: Path,
    recordings: Path,
    report: Callable[[Progress], None] = lambda _: None,
) -> BuildResult:
    """Bring the sound files of `catalogue` up to date.

    Args:
        catalogue: The prompts.
        sounds: The folder that Asterisk finds `rahyab/` in.
        recordings: The administrator's own recordings; the folder need not exist.
        report: Called after each file made, from the calling thread.

    Raises:
        PromptBuildError: A program is missing, a file cannot be written or read, or a prompt makes
            no sound. Prompts without a fault are built nevertheless.
    """
    found = find_recordings(recordings, catalogue)
    jobs = {job.prompt.sound: job for job in _jobs(catalogue, found)}
    with _writing(sounds) as folder:
        before = load_manifest(folder)
        due = {name: job for name, job in jobs.items() if not _is_done(sounds, job, before)}
        _require_programs(due.values())
        removed = _remove(sounds, before.keys() - jobs.keys())
        kept = {name: entry for name, entry in before.items() if name in jobs}
        if due:
            _build(sounds, due, kept, report)
        elif kept != before:
            save_manifest(folder, kept)
    return BuildResult(
        built=tuple(sorted(due)),
        unchanged=tuple(sorted(jobs.keys() - due.keys())),
        removed=removed,
        recorded=tuple(sorted(name for name, job in jobs.items() if job.recording)),
        missing=tuple(catalogue.missing()),
        unused=tuple(file for name in sorted(found.keys() - jobs.keys()) for file in found[name]),
    )


def _jobs(catalogue: Catalogue, found: Mapping[str, list[Path]]) -> Iterator[_Job]:
    for prompt in catalogue:
        files = found.get(prompt.sound, [])
        if len(files) > 1:
            names = " and ".join(str(file) for file in files)
            raise PromptBuildError(f"{names} are recordings of the same prompt: keep one of them")
        recording = files[0] if files else None
        yield _Job(prompt, recording, _digest(prompt, recording))


def _digest(prompt: Prompt, recording: Path | None) -> str:
    """A digest of all that the sound is made from."""
    if recording is None:
        source = f"{RECIPE}\0spoken\0{prompt.voice}\0{prompt.silence}\0{prompt.text}".encode(
            errors="replace"
        )
    else:
        source = f"{RECIPE}\0recorded\0{recording.suffix}\0".encode() + _content(recording)
    return hashlib.sha256(source).hexdigest()


def _content(recording: Path) -> bytes:
    try:
        return recording.read_bytes()
    except OSError as error:
        raise PromptBuildError(_unreadable(recording, error)) from error


def _is_done(sounds: Path, job: _Job, before: Mapping[str, Built]) -> bool:
    """Whether the file is there, whole, and made from the same things."""
    entry = before.get(job.prompt.sound, UNBUILT)
    path = _path(sounds, job.prompt.sound)
    return entry.digest == job.digest and path.is_file() and path.stat().st_size == entry.size


def _path(sounds: Path, sound: str) -> Path:
    return sounds / f"{sound}.wav"


def _require_programs(jobs: Iterable[_Job]) -> None:
    """Look before the first file is made, and name all that is missing in one sentence."""
    needed: set[str] = set()
    for job in jobs:
        if job.recording is not None:
            needed |= {sound_programs.SOX}
        elif job.prompt.silence is None:
            needed |= {sound_programs.ESPEAK, sound_programs.SOX}
    missing = sound_programs.not_installed(sorted(needed))
    if missing:
        raise PromptBuildError(
            f"{' and '.join(missing)} cannot be found: install with "
            f"`apt install {' '.join(missing)}` (Debian, Ubuntu), or put it on the PATH"
        )


def _take(lock: IO[bytes]) -> None:
    """Take the lock. Raises BlockingIOError when another build keeps it.

    A build that is killed while it starts espeak-ng leaves the lock to that program for a moment.
    """
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(LOCK_SECONDS / 20)
        else:
            return


@contextmanager
def _writing(sounds: Path) -> Iterator[Path]:
    """Our folder under `sounds`, for one build at a time; what the file system refuses is told."""
    folder = sounds / SOUND_FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOCK).open("ab") as lock:
            _take(lock)
            _remove_partial(folder)
            yield folder
    except BlockingIOError:
        raise PromptBuildError(
            f"another build is writing to {folder}: wait until it has ended"
        ) from None
    except OSError as error:
        raise PromptBuildError(
            f"cannot write to {error.filename or folder} ({_reason(error)}): make room or set the "
            f"rights of {sounds}, or choose another folder with RAHYAB_SOUNDS"
        ) from error


def _remove_partial(folder: Path) -> None:
    """Clear away what a killed build was writing; under the lock nobody else writes here."""
    for partial in folder.glob(f"**/*{PARTIAL_SUFFIX}"):
        partial.unlink()


def _remove(sounds: Path, names: Iterable[str]) -> tuple[str, ...]:
    """Remove the files of prompts that are no more, and a language's folder that this empties."""
    removed = tuple(sorted(names))
    for name in removed:
        path = _path(sounds, name)
        path.unlink(missing_ok=True)
        if path.parent.is_dir() and not any(path.parent.iterdir()):
            path.parent.rmdir()
    return removed


def _build(
    sounds: Path,
    due: Mapping[str, _Job],
    kept: dict[str, Built],
    report: Callable[[Progress], None],
) -> None:
    """Make every file that is due; the manifest tells the truth however this ends."""
    entries = kept | dict.fromkeys(due, UNBUILT)
    save_manifest(sounds / SOUND_FOLDER, entries)
    try:
        bad = _build_all(sounds, due, entries, report)
    finally:
        save_manifest(sounds / SOUND_FOLDER, entries)
    if bad:
        raise PromptBuildError("\n".join(sorted(bad)))


def _build_all(
    sounds: Path,
    due: Mapping[str, _Job],
    entries: dict[str, Built],
    report: Callable[[Progress], None],
) -> list[str]:
    """Make the files, several at once; gives a sentence for each prompt that cannot be made."""
    bad: list[str] = []
    with ThreadPoolExecutor(min(MOST_WORKERS, os.cpu_count() or 1)) as workers:
        running = {workers.submit(_make, sounds, job): name for name, job in due.items()}
        try:
            for done, future in enumerate(as_completed(running), start=1):
                name = running[future]
                try:
                    entries[name] = future.result()
                except _BadPromptError as error:
                    bad.append(str(error))
                report(Progress(done, len(due), name))
        finally:
            workers.shutdown(cancel_futures=True)
    return bad


def _make(sounds: Path, job: _Job) -> Built:
    """Make one file and say what it was made from."""
    path = _path(sounds, job.prompt.sound)
    samples = _samples(job)
    path.parent.mkdir(exist_ok=True)
    content = wav(samples, RATE)
    with replacing(path) as file:
        file.write(content)
    return Built(job.digest, len(content))


def _samples(job: _Job) -> Samples:
    """The finished sound of a prompt."""
    if job.recording is None and job.prompt.silence is not None:
        return silence(job.prompt.silence, RATE)
    samples = _recorded(job.recording) if job.recording else _spoken(job.prompt)
    return levelled(trimmed(samples, RATE), RATE)


def _spoken(prompt: Prompt) -> Samples:
    where = f"prompt {prompt.id} ({prompt.language})"
    try:
        samples = sound_programs.speak(prompt.text, prompt.voice, RATE)
    except SoundProgramError as error:
        raise _BadPromptError(
            f"{where}: the text cannot be spoken: {error} (record the prompt instead, or see "
            "`espeak-ng --voices` for the languages that have a voice)"
        ) from error
    if not audible(samples, RATE):
        raise _BadPromptError(
            f"{where}: the text {prompt.text!r} makes no sound: write words, or record the prompt"
        )
    return samples


def _recorded(recording: Path) -> Samples:
    try:
        samples = sound_programs.read(recording, RATE)
    except SoundProgramError as error:
        raise _BadPromptError(
            f"{recording} cannot be read: {error}; save it as a WAV file"
        ) from error
    if not audible(samples, RATE):
        raise _BadPromptError(f"{recording} holds no sound: record it again, or remove it")
    return samples


def _unreadable(path: Path, error: OSError) -> str:
    return f"cannot read {path} ({_reason(error)}): set its rights, or remove it"


def _reason(error: OSError) -> str:
    """Why, in words: the system says "File exists" where a file stands in a folder's place."""
    in_the_way = isinstance(error, FileExistsError | NotADirectoryError)
    return "it is not a folder" if in_the_way else error.strerror or str(error)
