"""Ways by which a caller who does nothing would be sent round for ever.

A queue that nobody attends gives up at once, a rule list decides at once, a silent caller falls
through a menu or the tracking look-up: none of them needs the caller's help to send the call on. So
a circle made of these alone has no end, and with empty queues it would be run through thousands of
times a second.
"""

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from routing.problems import Path

Node: TypeAlias = tuple[str, str]
"""A kind of destination that sends the call on, and which."""

_ONWARD: Final = ("queue", "menu", "rules", "track")


def loops(data: Mapping[str, object]) -> Iterator[tuple[Path, str]]:
    """Each circle once: the place of the step that closes it, and the way in words."""
    ways = _ways(data)
    done: set[Node] = set()
    for begin in ways:
        yield from _search(begin, ways, done)


def _search(
    begin: Node, ways: Mapping[Node, list[tuple[Node, Path]]], done: set[Node]
) -> Iterator[tuple[Path, str]]:
    """Go as deep as it leads, without recursion: a list may send to a thousand others in a row."""
    trail: list[Node] = []
    pending: list[tuple[Node, bool]] = [(begin, True)]
    while pending:
        node, entering = pending.pop()
        if not entering:
            trail.pop()
            done.add(node)
            continue
        if node in done or node in trail:
            continue
        trail.append(node)
        pending.append((node, False))
        for onward, path in ways.get(node, ()):
            if onward in trail:
                yield path, _in_words([*trail[trail.index(onward) :], onward])
            pending.append((onward, True))


def _in_words(nodes: list[Node]) -> str:
    return " → ".join(kind if kind == "track" else f"{kind} {name}" for kind, name in nodes)


def _ways(data: Mapping[str, object]) -> dict[Node, list[tuple[Node, Path]]]:
    ways: dict[Node, list[tuple[Node, Path]]] = {}
    for node, path in _exits(data):
        target = _get(data, path)
        here = ways.setdefault(node, [])
        if isinstance(target, dict):
            here.extend(((kind, str(target[kind])), path) for kind in _ONWARD if kind in target)
    return ways


def _exits(data: Mapping[str, object]) -> Iterator[tuple[Node, Path]]:
    """Where each thing sends a call without the caller's help."""
    for id_ in _keys(data, "queues"):
        yield ("queue", id_), ("queues", id_, "give_up", "then")
    for id_ in _keys(data, "menus"):
        yield ("menu", id_), ("menus", id_, "silence", "then")
    for id_ in _keys(data, "rules"):
        rules = _get(data, ("rules", id_))
        for index in range(len(rules) if isinstance(rules, list) else 0):
            yield ("rules", id_), ("rules", id_, index, "then")
    yield ("track", "True"), ("tracking", "not_found")


def _keys(data: Mapping[str, object], section: str) -> tuple[str, ...]:
    found = data.get(section)
    return tuple(found) if isinstance(found, dict) else ()


def _get(data: object, path: Path) -> object:
    for part in path:
        if isinstance(data, dict):
            data = data.get(str(part))
        elif isinstance(data, list) and isinstance(part, int):
            data = data[part]
        else:
            return None
    return data
