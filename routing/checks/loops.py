"""Circles in which a call goes round for ever.

A queue that nobody attends gives up at once, a rule list decides at once, a silent caller falls
through a menu, the tracking look-up or whatever else asks for keys: none of them needs the caller's
help to send the call on. So a circle made of these alone has no end, and with empty queues it would
be run through thousands of times a second. It is worse if a caller who presses keys cannot leave it
either.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from routing.checks.plain import mapping
from routing.checks.scene import Scene
from routing.checks.ways import BY_ITSELF, PROOF, Node, Way, leading_to
from routing.problems import Path, Problem

_GOES_ON: Final = frozenset({"queue", "menu", "rules", "track", "enter", "prove", "callback"})
"""Kinds of destination that send a call on; the others end it, or let a person speak."""

_PROVEN: Final = "proven"
"""How calls go on that come to a proof and need it no more."""

_ASKING: Final = frozenset({"menu", "track", "enter", "prove", "callback"})
"""Those at which a caller presses keys."""


def problems(scene: Scene) -> Iterator[Problem]:
    """Each circle once."""
    ways = scene.ways
    leaving = _leaving(ways)
    for path, circle in _loops(ways):
        words = _in_words(circle)
        if leaving.isdisjoint(circle) and any(kind in _ASKING for kind, _ in circle):
            message = f"no key, silence or wrong key leads out of this circle: {words}"
            hint = "let one of its keys lead to a queue, a mailbox or an end"
            yield scene.at(path, "no-way-out", message, hint)
        else:
            hint = "let one of them end the call or take a message, so that every call has an end"
            message = f"a caller who does nothing would go round for ever: {words}"
            yield scene.at(path, "loop", message, hint)
    yield from _proven_for_ever(scene, ways)


def _proven_for_ever(scene: Scene, ways: tuple[Way, ...]) -> Iterator[Problem]:
    """Circles of those who have proved it, and are not asked for a code again."""
    for path, circle in _loops(tuple(_of_the_proven(ways)), BY_ITSELF | {_PROVEN}):
        if PROOF in circle:
            message = f"who has proved it would go round for ever: {_in_words(circle)}"
            hint = "lead to `prove` by a rule that asks for `caller.proven: false`"
            yield scene.at(path, "loop", message, hint)


def _of_the_proven(ways: tuple[Way, ...]) -> Iterator[Way]:
    """The ways of calls whose caller has proved it."""
    gone: set[Node] = set()
    for way in ways:
        when = mapping(way.actions.get("when")) if way.how == "rule" else {}
        asked = when.get("caller.proven", True)
        if way.source in gone or asked in (False, [False]):
            continue
        if when and when.keys() <= {"caller.proven"}:
            gone.add(way.source)
        if way.source != PROOF or way.how == _PROVEN:
            yield way


def _leaving(ways: tuple[Way, ...]) -> frozenset[Node]:
    """From where a caller can come to a queue, where somebody may answer, or to an end.

    What cannot be made out may be an end. The key for a person is left out of account: it is
    offered to nobody, and who does not know it is caught all the same.
    """
    ways = tuple(way for way in ways if way.how != "person")
    targets = {way.target for way in ways if way.target is not None}
    ends = {node for node in targets if node[0] not in _GOES_ON - {"queue"}}
    unknown = {way.source for way in ways if way.target is None}
    return leading_to(ways, ends | unknown)


def _loops(
    ways: tuple[Way, ...], taken: frozenset[str] = BY_ITSELF
) -> Iterator[tuple[Path, list[Node]]]:
    """The place of the step that closes each circle, and the circle: its first node is its last.

    Args:
        ways: Every way.
        taken: How those are taken that need no help of the caller.
    """
    onward: dict[Node, list[Way]] = {}
    for way in ways:
        if way.how in taken and way.source[0] in _GOES_ON and way.target is not None:
            onward.setdefault(way.source, []).append(way)
    done: set[Node] = set()
    for begin in onward:
        yield from _search(begin, onward, done)


def _search(
    begin: Node, onward: Mapping[Node, list[Way]], done: set[Node]
) -> Iterator[tuple[Path, list[Node]]]:
    """Go as deep as it leads, without recursion: a list may send to a thousand others in a row."""
    trail: dict[Node, None] = {}
    pending: list[tuple[Node, bool]] = [(begin, True)]
    while pending:
        node, entering = pending.pop()
        if not entering:
            trail.popitem()
            done.add(node)
            continue
        if node in done or node in trail:
            continue
        trail[node] = None
        pending.append((node, False))
        for way in onward.get(node, ()):
            if way.target is None or way.target[0] not in _GOES_ON:
                continue
            if way.target in trail:
                nodes = list(trail)
                yield way.path, [*nodes[nodes.index(way.target) :], way.target]
            pending.append((way.target, True))


def _in_words(nodes: list[Node]) -> str:
    return " → ".join(f"{kind} {name}" if name else kind for kind, name in nodes)
