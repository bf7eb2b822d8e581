"""The languages of the business: what is said in them, and where calls have them."""

from collections.abc import Iterator, Sequence
from typing import Final

from routing.checks.plain import mapping, sequence
from routing.checks.scene import Scene, listed
from routing.checks.speech import spoken_at
from routing.problems import Path, Problem

_MOST_NAMED: Final = 6


def problems(scene: Scene) -> Iterator[Problem]:
    """Every finding about languages, but for texts that are missing of one's own prompts."""
    written = sequence(mapping(scene.data.get("business")).get("languages"))
    for index, language in enumerate(written):
        path: Path = ("business", "languages", index)
        if language in written[:index]:
            yield scene.at(path, "duplicate-id", f'"{language}" is named twice', "delete one")
        elif isinstance(language, str):
            yield from _builtin_gaps(scene, language, path)
    yield from _asked_in_vain(scene)


def _builtin_gaps(scene: Scene, language: str, path: Path) -> Iterator[Problem]:
    """The program's own prompts must be there in every language: a call may begin in any."""
    own = mapping(scene.data.get("prompts"))
    lacking = [
        prompt
        for prompt, texts in scene.builtin.items()
        if any(texts.values())  # silences need no words
        and language not in texts
        and language not in mapping(own.get(prompt))
    ]
    if lacking:
        message = f'built-in prompts have no text in "{language}": {_some(lacking)}'
        hint = (
            "write these under `prompts`, each with its text in this language, or add the language:"
            " docs/adding-a-language.md"
        )
        yield scene.at(path, "missing-text", message, hint)


def _some(prompts: Sequence[str]) -> str:
    """A few of them, and how many more there are: a new language lacks them all."""
    more = len(prompts) - _MOST_NAMED
    return ", ".join(prompts[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _asked_in_vain(scene: Scene) -> Iterator[Problem]:
    """Rules that ask for a language which no call has that comes to their list."""
    if scene.whole is None:
        return
    ways = scene.ways
    spoken = spoken_at(scene, ways)
    for way in ways:
        coming = spoken.get(way.source, ())
        asked = mapping(way.actions.get("when")).get("language") if way.how == "rule" else None
        wanted = sequence(asked) or [asked]
        known = [each for each in wanted if each in scene.languages]
        if coming and known == wanted and not set(known) & set(coming):
            message = f"no call can match: all that come to this list speak {listed([*coming])}"
            hint = "the language is set on every way here: drop the rule, or lead others here too"
            place = (*way.actions_path, "when", "language")
            yield scene.at(place, "contradiction", message, hint, key=True)
