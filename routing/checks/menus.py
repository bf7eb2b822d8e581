"""Menus: keys that make callers wait, too many of them, too many menus in a row."""

from collections.abc import Iterator, Mapping
from typing import Final

from routing.checks.scene import Scene, listed
from routing.checks.ways import Node, Way, starts
from routing.dialogue_model import KeyShape, MenuShape
from routing.problems import Problem

MOST_OFFERS: Final = 5
"""Choices that a caller can keep in mind while hearing them: guides for telephone menus say four or
five. Whether `say` or a `say_key` of its own offers a key is the same to them. Not counted are `0`
for a person, `*` for the way back, and keys that only change the language, of which each caller
needs to understand one."""

MOST_MENUS: Final = 3
"""Menus in a row. Callers lose the thread, and hang up, in deeper ones."""

SHORTEST_WAIT_SECONDS: Final = 2
"""For the first key of a menu: who takes the telephone from the ear to press it needs more."""

CUSTOMARY: Final = {"0": "speak with a person", "*": "hear it again"}
"""What callers press these keys for, whatever the menu says."""


def problems(scene: Scene) -> Iterator[Problem]:
    """Every finding about menus."""
    for id_, menu in scene.menus.items():
        if menu is not None:
            yield from _ambiguous(scene, id_, menu)
            yield from _too_many(scene, id_, menu)
            yield from _hurried(scene, id_, menu)
            yield from _cut_off(scene, id_, menu)
    yield from _too_deep(scene)


def _ambiguous(scene: Scene, id_: str, menu: MenuShape) -> Iterator[Problem]:
    """Keys with which others begin: the machine waits whether more is pressed."""
    for key in menu.keys:
        longer = [other for other in menu.keys if other != key and other.startswith(key)]
        if longer:
            begin = "begins" if len(longer) == 1 else "begin"
            wait = f"{menu.between_keys:g}s"
            message = (
                f'who presses "{key}" waits {wait} for nothing: {listed(longer)} {begin} with it'
            )
            hint = "use keys of which none begins another; `between_keys` sets the wait, # ends it"
            yield scene.at(("menus", id_, "keys", key), "ambiguous-keys", message, hint, key=True)


def _hurried(scene: Scene, id_: str, menu: MenuShape) -> Iterator[Problem]:
    if menu.first_key < SHORTEST_WAIT_SECONDS:
        message = f"callers have {menu.first_key:g}s to find the key that they want"
        hint = f"let `first_key` be {SHORTEST_WAIT_SECONDS}s or more: it begins after the last word"
        yield scene.at(("menus", id_, "first_key"), "hurried-menu", message, hint)


def _cut_off(scene: Scene, id_: str, menu: MenuShape) -> Iterator[Problem]:
    """Keys that end the call of who wanted the opposite; that they lead elsewhere is customary."""
    for key, purpose in CUSTOMARY.items():
        choice = menu.keys.get(key)
        if choice is not None and choice.hangup is not None:
            message = f'"{key}" ends the call of a caller who presses it to {purpose}'
            hint = f'use another key to end it: left out, "{key}" does what callers expect'
            path = ("menus", id_, "keys", key)
            yield scene.at(path, "customary-key-hangs-up", message, hint, key=True)


def _too_many(scene: Scene, id_: str, menu: MenuShape) -> Iterator[Problem]:
    offered = [
        key
        for key, choice in menu.keys.items()
        if key not in CUSTOMARY and not _only_language(choice)
    ]
    if len(offered) > MOST_OFFERS:
        message = f"{len(offered)} choices are more than a caller can keep in mind"
        hint = f"offer at most {MOST_OFFERS}, the commonest first, and the others in a second menu"
        yield scene.at(("menus", id_, "keys"), "too-many-keys", message, hint, key=True)


def _only_language(choice: KeyShape) -> bool:
    """Whether a key changes the language, and leads back or on in the new one."""
    return choice.language is not None and (choice.menu or choice.rules) is not None


def _too_deep(scene: Scene) -> Iterator[Problem]:
    """Menus to which no call comes but through too many others; the first on each way is told."""
    before = _shortest_ways(scene)
    for menu, passed in before.items():
        if len(passed) == MOST_MENUS:
            through = " → ".join(name for _, name in (*passed, menu))
            message = f"a caller is asked here for the {MOST_MENUS + 1}th time: {through}"
            hint = "leave a menu out, or bring its choices together"
            yield scene.at(("menus", menu[1]), "menu-too-deep", message, hint, key=True)


def _shortest_ways(scene: Scene) -> Mapping[Node, tuple[Node, ...]]:
    """For each menu that calls come to: the fewest menus that they pass before it."""
    onward: dict[Node, list[Way]] = {}
    for way in scene.ways:
        onward.setdefault(way.source, []).append(way)
    found: dict[Node, tuple[Node, ...]] = {}
    layer: Mapping[Node, tuple[Node, ...]] = dict.fromkeys(starts(scene.data), ())
    while layer:
        found |= layer
        layer = _next_layer(layer, onward, found)
    return {node: passed for node, passed in found.items() if node[0] == "menu"}


def _next_layer(
    layer: Mapping[Node, tuple[Node, ...]],
    onward: Mapping[Node, list[Way]],
    found: dict[Node, tuple[Node, ...]],
) -> Mapping[Node, tuple[Node, ...]]:
    """The menus that are one question further; what leads there without one is found on the way."""
    further: dict[Node, tuple[Node, ...]] = {}
    pending = list(layer.items())
    while pending:
        node, passed = pending.pop()
        passed = (*passed, node) if node[0] == "menu" else passed
        for way in onward.get(node, ()):
            if way.target is None or way.target in found or way.target in further:
                continue
            if way.target[0] == "menu":
                further[way.target] = passed
            else:
                found[way.target] = passed
                pending.append((way.target, passed))
    return further
