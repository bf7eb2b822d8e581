"""What recordings say: the text that each was made of, kept beside them.

`<recordings>/<language>/.texts.json` holds for each prompt the text that it had when its recording
was imported, or first built if it was put there by hand. When the rules are reworded afterwards,
the recording still says the old words; nothing else could tell.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agi_server.prompt_manifest import replacing
from agi_server.prompt_sources import PromptBuildError, find_recordings, told_reason
from ivr.prompts import Catalogue, Prompt

TEXTS: Final = ".texts.json"
"""The name of the page; recordings never begin with a dot."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a recording says.

    Attributes:
        text: The text of the prompt when it was recorded.
        digest: Of the recording: another file in its place says other words.
    """

    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class Reworded:
    """A prompt whose text was changed after it was recorded.

    Attributes:
        prompt: As it is now.
        recorded: The text that callers hear.
    """

    prompt: Prompt
    recorded: str


def load_texts(folder: Path) -> dict[str, Recorded]:
    """What the recordings of one language say, by prompt.

    A page that cannot be read or understood is as good as none: the next build begins another.
    """
    try:
        page = json.loads((folder / TEXTS).read_text(encoding="utf-8"))
        return {
            str(prompt): Recorded(str(entry["text"]), str(entry["digest"]))
            for prompt, entry in page.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def save_texts(folder: Path, texts: Mapping[str, Recorded]) -> None:
    """Put the page of one language on disk, whole or not at all.

    Raises:
        OSError: It cannot be written.
    """
    page = {
        prompt: {"text": each.text, "digest": each.digest} for prompt, each in sorted(texts.items())
    }
    with replacing(folder / TEXTS) as file:
        file.write(json.dumps(page, indent=1, ensure_ascii=False).encode(errors="replace"))


def digest_of(content: bytes) -> str:
    """What tells the content of a recording from that of another."""
    return hashlib.sha256(content).hexdigest()


def note_recordings(catalogue: Catalogue, recordings: Path) -> None:
    """Keep the present text of every recording of which none is kept yet.

    Args:
        catalogue: The prompts.
        recordings: The administrator's own recordings.

    Raises:
        PromptBuildError: A recording cannot be read, or the page cannot be written.
    """
    known = {each.code: load_texts(recordings / each.code) for each in catalogue.languages}
    new: dict[str, dict[str, Recorded]] = {}
    for prompt, digest in _recorded(catalogue, recordings):
        before = known[prompt.language].get(prompt.id)
        if before is None or before.digest != digest:
            new.setdefault(prompt.language, {})[prompt.id] = Recorded(prompt.text, digest)
    for language, texts in new.items():
        folder = recordings / language
        try:
            save_texts(folder, known[language] | texts)
        except OSError as error:
            raise PromptBuildError(
                f"cannot write {folder / TEXTS} ({told_reason(error)}), which keeps what the"
                f" recordings say: make room or set the rights of {folder}"
            ) from error


def reworded(catalogue: Catalogue, recordings: Path) -> Iterator[Reworded]:
    """The prompts whose recordings say another text than the rules do.

    Args:
        catalogue: The prompts.
        recordings: The administrator's own recordings.

    Raises:
        PromptBuildError: A recording cannot be read.
    """
    known = {each.code: load_texts(recordings / each.code) for each in catalogue.languages}
    for prompt, digest in _recorded(catalogue, recordings):
        recorded = known[prompt.language].get(prompt.id)
        if recorded is None or recorded.digest != digest:
            continue
        if recorded.text.split() != prompt.text.split():
            yield Reworded(prompt, recorded.text)


def _recorded(catalogue: Catalogue, recordings: Path) -> Iterator[tuple[Prompt, str]]:
    """Each prompt that has a recording, with the digest of it."""
    found = find_recordings(recordings, catalogue)
    for prompt in catalogue:
        for file in found.get(prompt.sound, [])[:1]:
            try:
                yield prompt, digest_of(file.read_bytes())
            except OSError as error:
                raise PromptBuildError(
                    f"cannot read {file} ({told_reason(error)}): set its rights, or remove it"
                ) from error
