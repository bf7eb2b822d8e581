"""What the sound of each prompt is made from: an own recording, a text and a voice, or silence."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from agi_server.prompt_manifest import PARTIAL_SUFFIX
from agi_server.voices import Voice, VoiceError, identity, voice_of
from ivr.prompts import SOUND_FOLDER, Catalogue, Prompt

RECIPE: Final = 2
"""Counts up when the way of making a sound changes, so that every file is made again."""


class PromptBuildError(Exception):
    """Prompts could not be built; the message is one sentence a line, each with its cure."""


@dataclass(frozen=True, slots=True)
class Source:
    """What the sound of one prompt is made from.

    Attributes:
        prompt: The prompt.
        recording: The own recording; None where there is none.
        voice: Who speaks the text; None for a recording and for silence.
        digest: Of all that the sound is made from.
    """

    prompt: Prompt
    recording: Path | None
    voice: Voice | None
    digest: str


def find_recordings(folder: Path, catalogue: Catalogue) -> dict[str, list[Path]]:
    """The administrator's recordings, `<folder>/<language>/<id>.<any>`, by the sound they are for.

    A sound with more than one is for the caller to refuse.

    Raises:
        PromptBuildError: The folder cannot be read.
    """
    found: dict[str, list[Path]] = {}
    for language in catalogue.languages:
        for file in recordings_in(folder / language.code):
            found.setdefault(f"{SOUND_FOLDER}/{language.code}/{file.stem}", []).append(file)
    return found


def recordings_in(folder: Path) -> list[Path]:
    """The recordings of one language, in the order of their names; none if there is no folder.

    Raises:
        PromptBuildError: The folder cannot be read.
    """
    try:
        files = sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise PromptBuildError(_unreadable(folder, error)) from error
    return [file for file in files if file.is_file() and not _is_set_aside(file.name)]


def _is_set_aside(name: str) -> bool:
    """Whether it is what file managers hide, or what a killed import left."""
    return name.startswith(".") or name.endswith(PARTIAL_SUFFIX)


def sources_of(
    catalogue: Catalogue, found: Mapping[str, list[Path]], models: Mapping[str, Path]
) -> Iterator[Source]:
    """The source of each prompt.

    Args:
        catalogue: The prompts.
        found: The recordings (`find_recordings`).
        models: The models of Piper by language.

    Raises:
        PromptBuildError: A prompt has two recordings, or a file cannot be read.
    """
    identity_of = cache(identity)  # a model is tens of megabytes: read once, not for every prompt
    for prompt in catalogue:
        recording = _the_one(found.get(prompt.sound, []))
        if recording is not None:
            yield Source(prompt, recording, None, _digest(b"recorded", _content(recording)))
        elif prompt.silence is not None:
            yield Source(prompt, None, None, _digest(b"silence", str(prompt.silence).encode()))
        else:
            voice = voice_of(prompt, models)
            try:
                speaker = identity_of(voice)
            except VoiceError as error:
                raise PromptBuildError(str(error)) from error
            words = prompt.text.encode(errors="replace")
            yield Source(prompt, None, voice, _digest(b"spoken", speaker.encode(), words))


def _the_one(files: list[Path]) -> Path | None:
    if len(files) > 1:
        names = " and ".join(str(file) for file in files)
        raise PromptBuildError(f"{names} are recordings of the same prompt: keep one of them")
    return files[0] if files else None


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join((str(RECIPE).encode(), *parts))).hexdigest()


def _content(recording: Path) -> bytes:
    """Its bytes, with its kind: sox goes by the end of the name."""
    try:
        return recording.suffix.encode(errors="replace") + b"\0" + recording.read_bytes()
    except OSError as error:
        raise PromptBuildError(_unreadable(recording, error)) from error


def _unreadable(path: Path, error: OSError) -> str:
    return f"cannot read {path} ({told_reason(error)}): set its rights, or remove it"


def told_reason(error: OSError) -> str:
    """Why, in words: the system says "File exists" where a file stands in a folder's place."""
    in_the_way = isinstance(error, FileExistsError | NotADirectoryError)
    return "it is not a folder" if in_the_way else error.strerror or str(error)
