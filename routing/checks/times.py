"""At which times of the week calls can come where: what rules on hours let through."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from routing.checks.plain import mapping, sequence
from routing.checks.scene import Scene
from routing.checks.ways import Node, Way, starts
from routing.checks.weeks import WHOLE_WEEK, Minutes

_NEVER: Final[Minutes] = 0


@dataclass(frozen=True, slots=True)
class Times:
    """When calls can be somewhere.

    Attributes:
        ever: At which minutes of the week.
        asked: Those of them that a rule on the way asks for.
    """

    ever: Minutes
    asked: Minutes = _NEVER

    def __or__(self, other: "Times") -> "Times":
        """At either time."""
        return Times(self.ever | other.ever, self.asked | other.asked)


def times_at(scene: Scene, opened: Mapping[str, Minutes]) -> Mapping[Node, Times]:
    """When calls can be at each place; absent where none comes.

    How long they wait on the way is left out of account, and so is the key for a person: who leaves
    a message at night may press it, and nobody is expected to be there.

    Args:
        scene: The rules.
        opened: The minutes at which each hours are open.
    """
    onward: dict[Node, list[tuple[Way, Times]]] = {}
    offered = ((way, times) for way, times in _let_on(scene, opened) if way.how != "person")
    for way, let_on in offered:
        onward.setdefault(way.source, []).append((way, let_on))
    found: dict[Node, Times] = {}
    pending = [(node, Times(WHOLE_WEEK)) for node in starts(scene.data)]
    while pending:
        node, times = pending.pop()
        after = found.get(node, Times(_NEVER)) | times
        if after == found.get(node):
            continue
        found[node] = after
        for way, let_on in onward.get(node, ()):
            ever = after.ever & let_on.ever
            gone_on = Times(ever, ever & (after.asked | let_on.asked))
            if way.target is not None and gone_on.ever:
                pending.append((way.target, gone_on))
    return found


def _let_on(scene: Scene, opened: Mapping[str, Minutes]) -> Iterator[tuple[Way, Times]]:
    """Each way with the minutes at which calls can go along it.

    A rule that asks for nothing but hours takes all calls of its minutes. Those after it are then
    for the other hours, unless it was for a break within longer hours.
    """
    gone: dict[Node, Times] = {}
    for way in scene.ways:
        when = _when(way)
        hours, let_on = mapping(when.get("hours")) or _closed_gate(scene, way), WHOLE_WEEK
        for id_, states in hours.items():
            let_on &= _standing(opened[id_], sequence(states) or [states])
        before = gone.setdefault(way.source, Times(_NEVER))
        ever = let_on & ~before.ever
        yield way, Times(ever, ever if hours or before.asked else _NEVER)
        if way.how == "rule" and when.keys() <= {"hours"}:
            break_ = any(let_on & ~week == 0 and let_on != week for week in opened.values())
            gone[way.source] = before | Times(let_on, _NEVER if break_ else let_on)


def _closed_gate(scene: Scene, way: Way) -> Mapping[str, object]:
    """What a gate asks for that keeps callers out at some hours, and for no other reason."""
    if way.how != "gate":
        return {}
    queue = mapping(mapping(scene.data.get("queues")).get(way.source[1]))
    gate = mapping(queue.get("gate"))
    return {str(gate["hours"]): "closed"} if gate.keys() == {"hours", "then"} else {}


def _when(way: Way) -> Mapping[str, object]:
    return mapping(way.actions.get("when")) if way.how == "rule" else {}


def _standing(opened: Minutes, states: list[object]) -> Minutes:
    """The minutes of an ordinary week, which has no holidays, at which hours stand so."""
    found = opened if "open" in states else _NEVER
    return found | (WHOLE_WEEK & ~opened if "closed" in states else _NEVER)
