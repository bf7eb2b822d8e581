"""Who speaks the prompts of a language: a voice of espeak-ng, or a model of Piper.

A model is a file `<name>.onnx` with its description `<name>.onnx.json` beside it, as they are
downloaded (https://github.com/OHF-Voice/piper1-gpl, docs/VOICES.md). It is given by its path.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from agi_server import sound_programs
from agi_server.sound_samples import Sound
from ivr.prompts import Prompt

DESCRIPTION_SUFFIX: Final = ".json"
"""Follows the name of a model: Piper looks for its description there."""


class VoiceError(Exception):
    """A voice cannot be used; the message says which, why, and what to do."""


@dataclass(frozen=True, slots=True)
class EspeakVoice:
    """A voice of espeak-ng.

    Attributes:
        name: As `espeak-ng --voices` lists it.
    """

    name: str

    @property
    def label(self) -> str:
        """The program and the voice, for people: `espeak-ng fa`."""
        return f"{sound_programs.ESPEAK} {self.name}"


@dataclass(frozen=True, slots=True)
class PiperVoice:
    """A voice of Piper.

    Attributes:
        model: The file of the model.
    """

    model: Path

    @property
    def label(self) -> str:
        """The program and the voice, for people: `Piper en_US-joe-medium`."""
        return f"Piper {self.model.stem}"


Voice: TypeAlias = EspeakVoice | PiperVoice


def voice_of(prompt: Prompt, models: Mapping[str, Path]) -> Voice:
    """Who speaks a prompt.

    Args:
        prompt: The prompt.
        models: The models of Piper by language; where there is none, espeak-ng speaks.
    """
    model = models.get(prompt.language)
    return EspeakVoice(prompt.voice) if model is None else PiperVoice(model)


def identity(voice: Voice) -> str:
    """What is different when the voice would sound different; for a model, of its content.

    Raises:
        VoiceError: The model or its description cannot be read.
    """
    if isinstance(voice, EspeakVoice):
        return voice.label
    description = voice.model.with_name(voice.model.name + DESCRIPTION_SUFFIX)
    return f"Piper {_digest(voice.model)} {_digest(description)}"


def speak(text: str, voice: Voice) -> Sound:
    """A text spoken by a voice.

    Raises:
        SoundProgramError: It cannot be spoken.
    """
    if isinstance(voice, EspeakVoice):
        return sound_programs.speak(text, voice.name)
    return sound_programs.speak_with_model(text, voice.model)


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise VoiceError(
            f"{file} cannot be read ({error.strerror}): RAHYAB_VOICES names a model of Piper, "
            f"which is two files, <name>.onnx and <name>.onnx{DESCRIPTION_SUFFIX}"
        ) from error
