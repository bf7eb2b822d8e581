"""What is done on a way, and changes nothing.

Told only of a file in which nothing is malformed: what cannot be made out may need it.
"""

from collections.abc import Iterator
from typing import Final

from routing.checks.plain import mapping
from routing.checks.scene import Scene
from routing.checks.ways import Node, Way, leading_to, reached, starts
from routing.problems import Problem

_HEARD_AT: Final = {
    "priority": ("a queue", frozenset({"queue"})),
    "music": ("a queue or an extension", frozenset({"queue", "extension", "number"})),
}
"""What is of use only to calls that come to one of these, in words and as kinds of destination. The
dialplan of the site, too, may play music to callers who are sent there."""


def problems(scene: Scene) -> Iterator[Problem]:
    """Every action in vain."""
    if scene.whole is None:
        return
    ways = scene.ways
    yield from _never_waits(scene, ways)
    yield from _only_language(scene, ways)
    yield from _second_case(scene, ways)
    yield from _never_rises(scene, ways)


def _never_waits(scene: Scene, ways: tuple[Way, ...]) -> Iterator[Problem]:
    """A place in a queue, or its music, for calls that come to none but by the key for a person."""
    ways = tuple(way for way in ways if way.how != "person")
    for action, (place, kinds) in _HEARD_AT.items():
        ends: list[Node] = [way.target for way in ways if way.target and way.target[0] in kinds]
        of_use = leading_to(ways, ends)
        for way in ways:
            if action in way.actions and way.target is not None and way.target not in of_use:
                message = f"`{action}` does nothing here: the call never comes to {place} from here"
                path = (*way.actions_path, action)
                yield scene.at(path, "no-effect", message, "delete it", key=True)


def _only_language(scene: Scene, ways: tuple[Way, ...]) -> Iterator[Problem]:
    if len(scene.languages) != 1:
        return
    for way in ways:
        if "language" in way.actions:
            message = "`language` does nothing here: the business speaks no other"
            path = (*way.actions_path, "language")
            yield scene.at(path, "no-effect", message, "delete it", key=True)


def _second_case(scene: Scene, ways: tuple[Way, ...]) -> Iterator[Problem]:
    """A request that is opened where every call that comes has one already."""
    without = [way for way in ways if not way.opens_case]
    fresh = reached(without, starts(scene.data))
    alive = reached(ways, starts(scene.data))
    for way in ways:
        if way.opens_case and way.source in alive - fresh:
            message = "every call that comes here has opened a request already"
            hint = "delete it: the caller would hear the same tracking number once more"
            path = (*way.actions_path, "case")
            yield scene.at(path, "second-case", message, hint, key=True)


def _never_rises(scene: Scene, ways: tuple[Way, ...]) -> Iterator[Problem]:
    """What rises by nothing, or has a limit below where it begins."""
    for way in ways:
        priority = mapping(way.actions.get("priority"))
        start, rise, highest = (priority.get(key) for key in ("start", "rise", "highest"))
        if rise == 0 and highest is None:
            message = "the priority never rises: `rise` is 0"
            hint = f"let `rise` be 1 or more, or write `priority: {start}`"
            yield scene.at((*way.actions_path, "priority", "rise"), "no-effect", message, hint)
        path = (*way.actions_path, "priority", "highest")
        if highest is None or not isinstance(start, int) or not isinstance(highest, int):
            continue
        if rise == 0:
            message = "`highest` does nothing here: the priority rises by 0"
            yield scene.at(path, "no-effect", message, "let `rise` be 1 or more, or delete it")
        elif highest <= start:
            message = (
                f"the priority never rises: it begins with {start}, and `highest` is {highest}"
            )
            hint = f"let `highest` be above {start}, or write `priority: {start}`"
            yield scene.at(path, "no-effect", message, hint)
