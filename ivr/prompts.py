"""The catalogue of prompts: an id, its text in each language, the name of its sound for Asterisk.

The texts come from the rules file and, for what the program itself says, from `ivr/languages`: a
folder for each language, whose `prompts.yaml` holds what every language says and whose `words.yaml`
the words that its own grammar (`ivr.spoken`) makes numbers and dates of.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final

import yaml

from routing.names import WORD
from routing.rules import Policy

SOUND_FOLDER: Final = "rahyab"
"""Our corner of Asterisk's sound folder: a prompt never hides one of Asterisk's own sounds."""

LANGUAGES: Final[Traversable] = resources.files("ivr") / "languages"
"""A folder for each language that the program itself speaks."""

BUILTIN_LANGUAGES: Final = tuple(
    sorted(folder.name for folder in LANGUAGES.iterdir() if (folder / "prompts.yaml").is_file())
)
"""The languages that the program itself speaks."""

SILENCE: Final = "silence"
"""The prompt that is played where another one is missing."""

PAUSE: Final = "pause"
"""The prompt that is played between two groups of digits."""

SILENCES: Final[Mapping[str, float]] = MappingProxyType({SILENCE: 1.0, PAUSE: 0.35})
"""Prompts that are no speech, with their length in seconds. A text of one's own replaces them."""

_PROMPT_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
_LANGUAGE_CODE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]+)*")
_SOUND: Final = re.compile(f"{SOUND_FOLDER}/{_LANGUAGE_CODE.pattern}/{_PROMPT_ID.pattern}")


class PromptNameError(ValueError):
    """A prompt id or language code holds what cannot stand in the name of a sound file."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language to speak in.

    Attributes:
        code: As the rules file writes it: `fa`.
        name: The language's own name for itself.
        voice: The voice of espeak-ng (`espeak-ng --voices`).
        digit_group: How many digits of a long number are read in one breath.
    """

    code: str
    name: str
    voice: str
    digit_group: int


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt in one language, as it is to be built. A silent one has the text ""."""

    id: str
    language: str
    text: str
    voice: str

    @property
    def sound(self) -> str:
        """The name given to Asterisk, without an extension: `rahyab/fa/welcome`."""
        return f"{SOUND_FOLDER}/{self.language}/{self.id}"

    @property
    def silence(self) -> float | None:
        """The length in seconds of a silent prompt; None for one that speaks."""
        return None if self.text else SILENCES[self.id]


@cache
def _language_file(code: str) -> tuple[Language, Mapping[str, str]]:
    """`prompts.yaml` of a language: itself and its texts. Read once: part of the program."""
    page = yaml.safe_load((LANGUAGES / code / "prompts.yaml").read_text(encoding="utf-8"))
    language = Language(code, page["name"], page["voice"], page["digit-group"])
    return language, MappingProxyType(dict(page["prompts"]))


@cache
def builtin_texts() -> Mapping[str, Mapping[str, str]]:
    """What the program itself sends as text messages: id, language, text with `{placeholders}`."""
    texts: dict[str, dict[str, str]] = {}
    for code in BUILTIN_LANGUAGES:
        page = yaml.safe_load((LANGUAGES / code / "prompts.yaml").read_text(encoding="utf-8"))
        for name, text in page["texts"].items():
            texts.setdefault(name, {})[code] = text
    return MappingProxyType({name: MappingProxyType(each) for name, each in texts.items()})


@cache
def words(code: str) -> Mapping[str, str]:
    """The words of which a built-in language makes numbers, times, dates and amounts: word, text.

    Read once: part of the program.
    """
    page = yaml.safe_load((LANGUAGES / code / "words.yaml").read_text(encoding="utf-8"))
    return MappingProxyType(dict(page))


@cache
def builtin_words() -> Mapping[str, Mapping[str, str]]:
    """The words as prompts: prompt id, language, text.

    No language lacks the words of another: which ones it has is a matter of its grammar.
    """
    prompts: dict[str, dict[str, str]] = {}
    for code in BUILTIN_LANGUAGES:
        for word, text in words(code).items():
            prompts.setdefault(f"{WORD}{word}", {})[code] = text
    return MappingProxyType({name: MappingProxyType(texts) for name, texts in prompts.items()})


def language(code: str) -> Language:
    """The language with this code.

    One that is not built in is taken to have an espeak-ng voice of the same name, as most have.

    Raises:
        PromptNameError: `code` is no language code.
    """
    if code in BUILTIN_LANGUAGES:
        return _language_file(code)[0]
    if not _LANGUAGE_CODE.fullmatch(code):
        raise PromptNameError(
            f"{code!r} is not a language code: write two or three small letters, as in fa or pt-br"
        )
    return Language(code, name=code, voice=code, digit_group=3)


@cache
def builtin_prompts() -> Mapping[str, Mapping[str, str]]:
    """What the program itself says: prompt id, language, text. The silent ones have the text "".

    Every language of a business needs these; `builtin_words` are a matter of each one's grammar.
    """
    prompts: dict[str, dict[str, str]] = {
        silent: dict.fromkeys(BUILTIN_LANGUAGES, "") for silent in SILENCES
    }
    for code in BUILTIN_LANGUAGES:
        for prompt, text in _language_file(code)[1].items():
            prompts.setdefault(prompt, {})[code] = text
    return MappingProxyType({name: MappingProxyType(texts) for name, texts in prompts.items()})


def is_sound(name: str) -> bool:
    """Whether `name` is the name of a prompt's sound, as `rahyab/fa/welcome` is."""
    return _SOUND.fullmatch(name) is not None


class Catalogue:
    """Every prompt of a site in every one of its languages.

    Iterating gives each prompt that is to be built, language by language in the order of their ids.

    Args:
        prompts: The administrator's texts: prompt id, language, text. They win over the built-in.
        languages: The business's languages; the first is the default.

    Raises:
        PromptNameError: A prompt id or a language code cannot stand in the name of a file.
    """

    def __init__(self, prompts: Mapping[str, Mapping[str, str]], languages: Sequence[str]) -> None:
        self._languages = {code: language(code) for code in languages}
        self._own = tuple(prompts)
        words = (word for word, texts in builtin_words().items() if texts.keys() & {*languages})
        self._texts = {
            prompt: _texts(prompt, prompts, self._languages)
            for prompt in sorted({*builtin_prompts(), *words, *prompts})
        }

    @classmethod
    def of(cls, policy: Policy) -> "Catalogue":
        """The catalogue of compiled rules."""
        return cls(policy.prompts, policy.business.languages)

    @property
    def languages(self) -> tuple[Language, ...]:
        """The business's languages; the first is the default."""
        return tuple(self._languages.values())

    @property
    def ids(self) -> tuple[str, ...]:
        """Every prompt id, in order."""
        return tuple(self._texts)

    @property
    def own(self) -> tuple[str, ...]:
        """The ids that the administrator's texts are written under, in their order."""
        return self._own

    def text(self, prompt: str, language: str) -> str | None:
        """What `prompt` says in exactly this language; None where it has no text there."""
        return self._texts.get(prompt, {}).get(language)

    def sound(self, prompt: str, language: str) -> str:
        """The name to give to Asterisk: `rahyab/fa/welcome`.

        A prompt without a text in `language` is said in the default language, else in the next of
        the business's languages that has it; one that nobody can say becomes a second of silence.
        """
        texts = self._texts.get(prompt, {})
        for code in (language, *self._languages):
            if code in texts:
                return f"{SOUND_FOLDER}/{code}/{prompt}"
        return f"{SOUND_FOLDER}/{self._spoken(language)}/{SILENCE}"

    def heard(self, sound: str) -> str | None:
        """What a caller hears when Asterisk plays `sound`; None for a sound that is not ours."""
        folder, _, name = sound.partition("/")
        code, _, prompt = name.partition("/")
        return self.text(prompt, code) if folder == SOUND_FOLDER else None

    def missing(self) -> list[tuple[str, str]]:
        """Each (prompt, language) without a text, but for words that its grammar does not use."""
        return [
            (prompt, code)
            for prompt, texts in self._texts.items()
            if prompt not in builtin_words()
            for code in self._languages
            if code not in texts
        ]

    def __iter__(self) -> Iterator[Prompt]:
        for code, spoken in self._languages.items():
            for prompt, texts in self._texts.items():
                if code in texts:
                    yield Prompt(prompt, code, texts[code], spoken.voice)

    def __len__(self) -> int:
        return sum(len(texts) for texts in self._texts.values())

    def _spoken(self, language: str) -> str:
        """This language if it is one of the business's, else the default."""
        return language if language in self._languages else next(iter(self._languages))


def _texts(
    prompt: str, own: Mapping[str, Mapping[str, str]], languages: Mapping[str, Language]
) -> dict[str, str]:
    """What one prompt says: the administrator's text, the built-in one, or a silence."""
    if not _PROMPT_ID.fullmatch(prompt):
        raise PromptNameError(
            f"{prompt!r} cannot name a prompt: use small letters a-z, digits and hyphens, "
            "as in for-support"
        )
    silent = dict.fromkeys(languages, "") if prompt in SILENCES else {}
    builtin = builtin_prompts().get(prompt) or builtin_words().get(prompt, {})
    written = {code: text for code, text in own.get(prompt, {}).items() if text.strip()}
    texts = silent | dict(builtin) | written
    return {code: text for code, text in texts.items() if code in languages}
