"""What callers would not hear as they should: prompts without text, words, or a present sound."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from agi_server.prompt_building import is_built
from agi_server.prompt_manifest import UNBUILT, load_manifest
from agi_server.prompt_sources import find_recordings, sources_of
from agi_server.recorded_texts import Reworded, reworded
from ivr.prompts import BUILTIN_LANGUAGES, SOUND_FOLDER, Catalogue
from ivr.spoken import lacking_words
from routing.names import WORD

BUILD: Final = "`rahyab prompts build`"


class Lack(StrEnum):
    """What a prompt lacks."""

    TEXT = "no text"
    WORD = "no word"
    SOUND = "not built"
    PRESENT_SOUND = "out of date"
    PRESENT_WORDS = "text changed since it was recorded"


@dataclass(frozen=True, slots=True)
class Lacking:
    """A prompt that lacks something in a language, and what to do about it."""

    prompt: str
    language: str
    lack: Lack
    cure: str


def lacking_texts(catalogue: Catalogue) -> Iterator[Lacking]:
    """The prompts that have no text in one of the languages."""
    for prompt, language in catalogue.missing():
        cure = f"write `{language}:` under `{prompt}:` of `prompts:` in the rules file"
        yield Lacking(prompt, language, Lack.TEXT, cure)


def lacking_in_grammar(catalogue: Catalogue) -> Iterator[Lacking]:
    """The words that some number, time, date or amount needs, and a language does not have.

    Raises:
        GrammarError: A page of grammar cannot be used at all.
    """
    for language in catalogue.languages:
        if language.code in BUILTIN_LANGUAGES:
            cure = f"write it in ivr/languages/{language.code}/words.yaml"
            for word in lacking_words(language.code):
                yield Lacking(f"{WORD}{word}", language.code, Lack.WORD, cure)


def lacking_words_of_now(catalogue: Catalogue, recordings: Path) -> Iterator[Lacking]:
    """The prompts that were reworded after they had been recorded.

    Args:
        catalogue: The prompts.
        recordings: The administrator's own recordings.

    Raises:
        PromptBuildError: A recording cannot be read.
    """
    for each in reworded(catalogue, recordings):
        prompt = each.prompt
        yield Lacking(prompt.id, prompt.language, Lack.PRESENT_WORDS, told_rewording(each))


def told_rewording(each: Reworded) -> str:
    """What a recording says, and what to do about it."""
    return (
        f'it says "{each.recorded}": record it anew, remove the recording, or import it again with'
        " --replace if it will do for the new text"
    )


def lacking_sounds(
    catalogue: Catalogue, sounds: Path, recordings: Path, models: Mapping[str, Path]
) -> Iterator[Lacking]:
    """The prompts whose sound files are not there, or not made of what they should be.

    Args:
        catalogue: The prompts.
        sounds: The folder that Asterisk finds `rahyab/` in.
        recordings: The administrator's own recordings.
        models: The models of Piper by language.

    Raises:
        PromptBuildError: A prompt has two recordings, or a file cannot be read.
    """
    manifest = load_manifest(sounds / SOUND_FOLDER)
    found = find_recordings(recordings, catalogue)
    for source in sources_of(catalogue, found, models):
        if not is_built(sounds, source, manifest):
            prompt = source.prompt
            built = manifest.get(prompt.sound, UNBUILT)
            there = built.digest and built.is_whole(sounds, prompt.sound)
            lack = Lack.PRESENT_SOUND if there else Lack.SOUND
            yield Lacking(prompt.id, prompt.language, lack, BUILD)
