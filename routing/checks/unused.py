"""What is defined, and no call ever meets.

Told only of a file in which nothing is malformed: a misspelt name makes the right one look unused.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from routing.checks.ladders import callers_of, queues_of, roster_of
from routing.checks.plain import mapping, sequence
from routing.checks.scene import Scene
from routing.checks.ways import (
    CALLBACK,
    PERSON,
    PROOF,
    TRACK,
    Node,
    Way,
    in_words,
    node_path,
    reached,
    starts,
)
from routing.names import PLURALS, is_word
from routing.problems import Problem
from routing.rules import CALLERS_LANGUAGE
from routing.skills import first_step, served

_CODE: Final = "unused"
_HINT: Final = "delete it, or use it where it is meant"
_PLACES: Final = {"queues": "queue", "menus": "menu", "rules": "rules", "surveys": "survey"} | {
    "mailboxes": "voicemail",
    "entries": "enter",
}
"""The sections whose entries calls come to, and what kind of destination these are."""

_ALONE: Final[Mapping[str, Node]] = {
    "tracking": TRACK,
    "callbacks": CALLBACK,
    "proof": PROOF,
    "person": PERSON,
}
"""The sections that calls come to themselves."""


def problems(scene: Scene) -> Iterator[Problem]:
    """Everything that could be deleted, and no call would go otherwise."""
    if scene.whole is None:
        return
    yield from _places(scene)
    yield from _skills(scene)
    yield from _agents(scene)
    used = {
        "hours": _mentioned_in_rules(scene, "hours") | frozenset(_hours_elsewhere(scene)),
        "variable": _mentioned_in_rules(scene, "variable"),
        "prompt": frozenset(_said(scene.data)) | scene.builtin.keys(),
    }
    for kind, names in used.items():
        section = PLURALS[kind]
        for name in mapping(scene.data.get(section)):
            if name not in names and not (kind == "prompt" and is_word(name)):
                message = f'nothing uses the {kind} "{name}"'
                yield scene.at((section, name), _CODE, message, _HINT, key=True)


def _places(scene: Scene) -> Iterator[Problem]:
    """Destinations that no call comes to."""
    ways = scene.ways
    fallback = mapping(scene.data.get("business")).get("fallback")
    alive = reached(ways, (*starts(scene.data), ("queue", str(fallback))))
    nodes: list[Node] = [
        (kind, name)
        for section, kind in _PLACES.items()
        for name in mapping(scene.data.get(section))
    ]
    nodes += [node for section, node in _ALONE.items() if section in scene.data]
    for node in nodes:
        if node not in alive:
            message, hint = f"no call comes to {in_words(node)}", _HINT
            senders = _senders(node, ways)
            if senders:
                message += f": only {' and '.join(senders)} sends there, and no call comes to that"
            yield scene.at(node_path(node), _CODE, message, hint, key=True)


def _senders(node: Node, ways: tuple[Way, ...]) -> list[str]:
    found = (way.source for way in ways if way.target == node and way.source != node)
    return [in_words(source) for source in dict.fromkeys(found) if source not in (CALLBACK, PERSON)]


def _skills(scene: Scene) -> Iterator[Problem]:
    """Skills that no queue needs."""
    queues = queues_of(scene)
    needed = {need.skill for queue in queues for step in queue.steps for need in step.need}
    if CALLERS_LANGUAGE in needed:
        needed |= set(scene.languages)
    for skill in mapping(scene.data.get("skills")):
        if skill not in needed:
            message = f'no queue needs the skill "{skill}"'
            hint = "ask for it under `need` of a queue, or delete it"
            yield scene.at(("skills", skill), _CODE, message, hint, key=True)


def _agents(scene: Scene) -> Iterator[Problem]:
    """Agents who are good enough for no queue; where a queue lacks agents, that is the cause."""
    callers = [
        (queue, language) for queue in queues_of(scene) for language in callers_of(scene, queue)
    ]
    roster = roster_of(scene) or ()
    if not all(served(queue, roster, language) for queue, language in callers):
        return
    for agent in roster:
        if all(first_step(queue, agent, language) is None for queue, language in callers):
            message = f'"{agent.id}" can serve none of the queues'
            hint = "give them a skill, or a higher level, or let a queue need less"
            yield scene.at(("agents", agent.id), _CODE, message, hint, key=True)


def _mentioned_in_rules(scene: Scene, fact: str) -> frozenset[str]:
    """What rules ask of a fact that is asked for by name."""
    whens = (
        mapping(mapping(rule).get("when"))
        for rules in mapping(scene.data.get("rules")).values()
        for rule in sequence(rules)
    )
    return frozenset(name for when in whens for name in mapping(when.get(fact)))


def _hours_elsewhere(scene: Scene) -> Iterator[str]:
    """The hours of shifts, of gates and of callbacks."""
    for agent in mapping(scene.data.get("agents")).values():
        yield str(mapping(agent).get("shift"))
    for queue in mapping(scene.data.get("queues")).values():
        yield str(mapping(mapping(queue).get("gate")).get("hours"))
    yield str(mapping(scene.data.get("callbacks")).get("hours"))


def _said(data: Mapping[str, object]) -> Iterator[str]:
    """Every prompt that is mentioned anywhere as what is said."""
    pending: list[object] = [part for name, part in data.items() if name != "prompts"]
    while pending:
        part = pending.pop()
        if isinstance(part, list):
            pending.extend(part)
        elif isinstance(part, dict):
            for key in ("say", "say_key", "consent", "prompt"):
                said = part.get(key, [])
                yield from (each for each in _several(said) if isinstance(each, str))
            pending.extend(value for value in part.values() if isinstance(value, dict | list))


def _several(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
