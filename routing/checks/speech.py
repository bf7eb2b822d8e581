"""What callers hear: each prompt has a text in every language in which a call can come to it.

A call may begin in any language of the business, as a customer has their own. After that, a
`language` on a route changes it, and a rule that asks for the language lets only some go on.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from routing.checks.plain import mapping, sequence
from routing.checks.scene import Scene
from routing.checks.ways import Node, Way, in_words, node_path, starts
from routing.problems import Problem


def problems(scene: Scene) -> Iterator[Problem]:
    """Texts that are missing."""
    told: set[tuple[str, str]] = set()
    for prompt, languages, where in _heard(scene):
        own = mapping(scene.data.get("prompts")).get(prompt)
        if not isinstance(own, dict):
            continue
        for language in languages:
            has = language in own or language in scene.builtin.get(prompt, {})
            if has or (prompt, language) in told:
                continue
            told.add((prompt, language))
            message = f'the prompt "{prompt}" has no text in "{language}": {where} says it'
            hint = f"write `{language}: …` beside the other languages"
            yield scene.at(("prompts", prompt), "missing-text", message, hint, key=True)


Languages: TypeAlias = tuple[str, ...]
"""Languages of calls, in the order of the file."""

_SPEAKING: Final = frozenset({"menu", "voicemail", "survey", "enter", "queue"})


def spoken_at(scene: Scene, ways: tuple[Way, ...]) -> Mapping[Node, Languages]:
    """The languages that a call can have when it comes to each place; absent where none comes."""
    onward: dict[Node, list[tuple[Way, Languages]]] = {}
    for way, let_on in _let_on(scene, ways):
        onward.setdefault(way.source, []).append((way, let_on))
    found: dict[Node, Languages] = {}
    pending = [(node, scene.languages) for node in starts(scene.data)]
    while pending:
        node, languages = pending.pop()
        before = found.get(node, ())
        after = tuple(each for each in scene.languages if each in before or each in languages)
        if after == before:
            continue
        found[node] = after
        for way, let_on in onward.get(node, ()):
            changed = change(scene, way, [each for each in after if each in let_on])
            if way.target is not None and changed:
                pending.append((way.target, changed))
    return found


def change(scene: Scene, way: Way, languages: Sequence[str]) -> Languages:
    """The languages of the calls that have gone along a way, which may set one."""
    if "language" not in way.actions:
        return tuple(languages)
    return tuple(each for each in scene.languages if each == way.actions["language"] and languages)


def _let_on(scene: Scene, ways: tuple[Way, ...]) -> Iterator[tuple[Way, Languages]]:
    """Each way with the languages that may go along it: rules may ask for some.

    After a rule that asks for nothing but a language, no call has that language any more.
    """
    gone: dict[Node, set[object]] = {}
    for way in ways:
        when = mapping(way.actions.get("when")) if way.how == "rule" else {}
        asked = when.get("language")
        wanted = scene.languages if asked is None else sequence(asked) or [asked]
        before = gone.setdefault(way.source, set())
        yield way, tuple(each for each in scene.languages if each in wanted and each not in before)
        if list(when) == ["language"]:
            before.update(each for each in wanted if isinstance(each, str))


def _heard(scene: Scene) -> Iterator[tuple[str, Languages, str]]:
    """Each mention of a prompt that calls come to: its languages, and where it is, in words."""
    ways = scene.ways
    spoken = spoken_at(scene, ways)
    for way, let_on in _let_on(scene, ways):
        coming = [each for each in spoken.get(way.source, ()) if each in let_on]
        for prompt in _prompts(way.actions.get("say")):
            yield prompt, change(scene, way, coming), _from(way)
    for node, languages in spoken.items():
        for prompt in _said_at(scene.data, node):
            yield prompt, languages, in_words(node)


def _from(way: Way) -> str:
    kind, name = way.source
    if way.how == "rule":
        return f'a rule of "{name}"'
    return (
        f'the number "{name}"' if kind == "start" and name != "unlisted" else in_words(way.source)
    )


def _said_at(data: Mapping[str, object], node: Node) -> Iterator[str]:
    """What a menu, a mailbox, a survey, an entry or a queue says of its own."""
    if node[0] not in _SPEAKING:
        return
    section, name = node_path(node)
    here = mapping(mapping(data.get(str(section))).get(str(name)))
    said_in_queue = mapping(here.get("say")).get("prompt")
    for said in (here.get("say"), here.get("consent"), said_in_queue):
        yield from _prompts(said)
    for patience in ("silence", "wrong_key"):
        yield from _prompts(mapping(here.get(patience)).get("say"))
    for choice in mapping(here.get("keys")).values():
        yield from _prompts(mapping(choice).get("say_key"))
    for question in sequence(here.get("questions")):
        yield from _prompts(mapping(question).get("say"))


def _prompts(said: object) -> Iterator[str]:
    yield from (each for each in (sequence(said) or [said]) if isinstance(each, str))
