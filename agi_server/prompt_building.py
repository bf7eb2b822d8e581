"""Makes the sound files of the prompts, from their texts or from the administrator's recordings.

Each becomes `<sounds>/rahyab/<language>/<id>.wav` and `<id>.wav16`, mono 16-bit PCM of 8 and of
16 kHz: what Asterisk plays to ordinary and to wideband telephones. What is there and unchanged is
left alone.
"""

import fcntl
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO, Final

from agi_server import sound_programs
from agi_server.prompt_manifest import (
    PARTIAL_SUFFIX,
    UNBUILT,
    Built,
    file_of,
    load_manifest,
    replacing,
    save_manifest,
)
from agi_server.prompt_sources import (
    PromptBuildError,
    Source,
    find_recordings,
    sources_of,
    told_reason,
)
from agi_server.recorded_texts import Reworded, note_recordings, reworded
from agi_server.sound_making import RATES, BadPromptError, make_files
from agi_server.voices import EspeakVoice, PiperVoice
from ivr.prompts import SOUND_FOLDER, Catalogue

MOST_WORKERS: Final = 4
"""Prompts made at once: each keeps a core busy for a tenth of a second, more gain nothing."""

NO_PIPER: Final = (
    "RAHYAB_VOICES names a model of Piper, which is not installed: "
    "`.venv/bin/pip install -e '.[piper]'` in the folder of the program installs it, or "
    "leave the setting out for espeak-ng"
)

LOCK: Final = ".lock"

LOCK_SECONDS: Final = 1.0
"""How long to wait for another build's lock."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is: `done` of `total` prompts, the last of them `sound`."""

    done: int
    total: int
    sound: str


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build did, by the names that Asterisk is given (`rahyab/fa/welcome`).

    Attributes:
        built: Those whose files were made now.
        unchanged: Those whose files were there already.
        removed: Those of prompts that are no more.
        recorded: Those of `built` and `unchanged` that come from a recording.
        missing: (prompt, language) without a text.
        unused: Recordings that belong to no prompt with a text.
        reworded: Prompts whose text was changed after it was recorded.
    """

    built: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    recorded: tuple[str, ...]
    missing: tuple[tuple[str, str], ...]
    unused: tuple[Path, ...]
    reworded: tuple[Reworded, ...]


def build_prompts(
    catalogue: Catalogue,
    sounds: Path,
    recordings: Path,
    report: Callable[[Progress], None] = lambda _: None,
    *,
    models: Mapping[str, Path] = MappingProxyType({}),
) -> BuildResult:
    """Bring the sound files of `catalogue` up to date.

    Args:
        catalogue: The prompts.
        sounds: The folder that Asterisk finds `rahyab/` in.
        recordings: The administrator's own recordings; the folder need not exist.
        report: Called after each prompt made, from the calling thread.
        models: Models of Piper by language; in every other language espeak-ng speaks.

    Raises:
        PromptBuildError: A program is missing, a file cannot be written or read, or a prompt makes
            no sound. Prompts without a fault are built nevertheless.
    """
    found = find_recordings(recordings, catalogue)
    jobs = {source.prompt.sound: source for source in sources_of(catalogue, found, models)}
    with _writing(sounds) as folder:
        before = load_manifest(folder)
        due = {name: job for name, job in jobs.items() if not is_built(sounds, job, before)}
        _require_programs(due.values())
        removed = _remove(sounds, before.keys() - jobs.keys())
        kept = {name: entry for name, entry in before.items() if name in jobs}
        if due:
            _build(sounds, due, kept, report)
        elif kept != before:
            save_manifest(folder, kept)
        note_recordings(catalogue, recordings)
    return BuildResult(
        built=tuple(sorted(due)),
        unchanged=tuple(sorted(jobs.keys() - due.keys())),
        removed=removed,
        recorded=tuple(sorted(name for name, job in jobs.items() if job.recording)),
        missing=tuple(catalogue.missing()),
        unused=tuple(file for name in sorted(found.keys() - jobs.keys()) for file in found[name]),
        reworded=tuple(reworded(catalogue, recordings)),
    )


def is_built(sounds: Path, source: Source, manifest: Mapping[str, Built]) -> bool:
    """Whether the files of a prompt are there, whole, and made from the same things.

    Args:
        sounds: The folder that Asterisk finds `rahyab/` in.
        source: What the sound is to be made from.
        manifest: What the last build left (`load_manifest`).
    """
    sound = source.prompt.sound
    entry = manifest.get(sound, UNBUILT)
    return entry.digest == source.digest and entry.is_whole(sounds, sound)


def _require_programs(due: Collection[Source]) -> None:
    """Look before the first file is made, and name all that is missing in one sentence each."""
    needed: set[str] = set()
    for source in due:
        if source.recording is not None or source.voice is not None:
            needed |= {sound_programs.SOX}
        if isinstance(source.voice, EspeakVoice):
            needed |= {sound_programs.ESPEAK}
    missing = sound_programs.not_installed(sorted(needed))
    sentences = [_to_install(missing)] if missing else []
    if not sound_programs.has_piper() and any(isinstance(s.voice, PiperVoice) for s in due):
        sentences.append(NO_PIPER)
    if sentences:
        raise PromptBuildError("\n".join(sentences))


def _to_install(programs: Sequence[str]) -> str:
    return (
        f"{' and '.join(programs)} cannot be found: install with "
        f"`apt install {' '.join(programs)}` (Debian, Ubuntu), or put it on the PATH"
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
            f"cannot write to {error.filename or folder} ({told_reason(error)}): make room or "
            f"set the rights of {sounds}, or choose another folder with RAHYAB_SOUNDS"
        ) from error


def _remove_partial(folder: Path) -> None:
    """Clear away what a killed build was writing; under the lock nobody else writes here."""
    for partial in folder.glob(f"**/*{PARTIAL_SUFFIX}"):
        partial.unlink()


def _remove(sounds: Path, names: Iterable[str]) -> tuple[str, ...]:
    """Remove the files of prompts that are no more, and a language's folder that this empties."""
    removed = tuple(sorted(names))
    for name in removed:
        for suffix in RATES:
            file_of(sounds, name, suffix).unlink(missing_ok=True)
        folder = (sounds / name).parent
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    return removed


def _build(
    sounds: Path,
    due: Mapping[str, Source],
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
    due: Mapping[str, Source],
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
                except BadPromptError as error:
                    bad.append(str(error))
                report(Progress(done, len(due), name))
        finally:
            workers.shutdown(cancel_futures=True)
    return bad


def _make(sounds: Path, source: Source) -> Built:
    """Make the files of one prompt and say what they were made from."""
    files = make_files(source)
    for suffix, content in files.items():
        path = file_of(sounds, source.prompt.sound, suffix)
        path.parent.mkdir(exist_ok=True)
        with replacing(path) as file:
            file.write(content)
    return Built(source.digest, {suffix: len(content) for suffix, content in files.items()})
