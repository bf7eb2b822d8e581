"""The ways that a call can take: from where, along which route, to where.

They are read off the plain data, so that one malformed entry hides only its own ways.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from routing.checks.plain import mapping, sequence
from routing.problems import Path
from routing.route_model import DESTINATIONS

Node: TypeAlias = tuple[str, str]
"""A kind of destination, and which. The kind `start` is where calls come from."""

TRACK: Final[Node] = ("track", "")
CALLBACK: Final[Node] = ("callback", "")
PROOF: Final[Node] = ("prove", "")
PERSON: Final[Node] = ("person", "")
"""Where the key for a person leads."""

BY_ITSELF: Final = frozenset(
    {"start", "silence", "rule", "gate", "give_up", "not_found", "otherwise", "put_down"}
)
"""How a way is taken by a caller who does nothing, with nobody at work to answer."""

_PERSON_KEY: Final = "0"
_IN_SECTION: Final = 2
_NAMELESS: Final = frozenset({"track", "prove", "callback", "hangup"})
_SECTIONS: Final = {
    "queue": "queues",
    "menu": "menus",
    "rules": "rules",
    "survey": "surveys",
    "voicemail": "mailboxes",
    "enter": "entries",
}
_ALONE: Final = {"track": "tracking", "prove": "proof", "callback": "callbacks", "person": "person"}
"""The sections that stand once in a file."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way on.

    Attributes:
        source: Where the call is.
        target: Where it goes; None if that cannot be made out.
        how: What makes it go there: `start`, `key`, `silence`, `wrong_key`, `rule`, `gate`,
            `queue-key`, `give_up`, `served`, `found`, `not_found`, `no_agent`, `entered`,
            `put_down`, `proven`, `otherwise`, `no_number`, `person`.
        path: The place of the destination.
        actions: What is done on the way, as plain data.
        actions_path: The place of that.
    """

    source: Node
    target: Node | None
    how: str
    path: Path
    actions: Mapping[str, object]
    actions_path: Path

    @property
    def opens_case(self) -> bool:
        """Whether a request is opened on the way."""
        return self.actions.get("case") == "open"


def node_path(node: Node) -> Path:
    """Where the thing is defined."""
    kind, name = node
    return (_SECTIONS[kind], name) if kind in _SECTIONS else (_ALONE.get(kind, kind),)


def in_words(node: Node) -> str:
    """A node in a sentence: `menu "welcome"`."""
    kind, name = node
    called = {
        "rules": "rule list",
        "voicemail": "mailbox",
        "track": "tracking look-up",
        "enter": "entry",
        "prove": "proof",
        "person": "key for a person",
    }
    return f'{called.get(kind, kind)} "{name}"' if name else f"the {called.get(kind, kind)}"


def ways_in(data: Mapping[str, object]) -> tuple[Way, ...]:
    """Every way of a rules file."""
    return tuple(_ways(data))


def starts(data: Mapping[str, object]) -> Iterator[Node]:
    """Where calls come from."""
    yield from (("start", number) for number in mapping(data.get("numbers")))
    yield ("start", "unlisted")


def reached(ways: Iterable[Way], begin: Iterable[Node]) -> frozenset[Node]:
    """Where calls that are at `begin` can come to, those places included."""
    onward: dict[Node, list[Node]] = {}
    for way in ways:
        if way.target is not None:
            onward.setdefault(way.source, []).append(way.target)
    return _spread(onward, begin)


def leading_to(ways: Iterable[Way], ends: Iterable[Node]) -> frozenset[Node]:
    """From where calls can come to one of `ends`, those places included."""
    back: dict[Node, list[Node]] = {}
    for way in ways:
        if way.target is not None:
            back.setdefault(way.target, []).append(way.source)
    return _spread(back, ends)


def _spread(onward: Mapping[Node, list[Node]], begin: Iterable[Node]) -> frozenset[Node]:
    seen = set(begin)
    pending = list(seen)
    while pending:
        fresh = [node for node in onward.get(pending.pop(), ()) if node not in seen]
        seen.update(fresh)
        pending.extend(fresh)
    return frozenset(seen)


def _ways(data: Mapping[str, object]) -> Iterator[Way]:
    for number in mapping(data.get("numbers")):
        yield _way(data, ("start", number), "start", ("numbers", number, "start"))
    yield _way(data, ("start", "unlisted"), "start", ("unlisted",))
    for id_ in mapping(data.get("queues")):
        yield from _from_queue(data, id_)
    for id_ in mapping(data.get("menus")):
        yield from _from_menu(data, id_)
    for id_, rules in mapping(data.get("rules")).items():
        for index, rule in enumerate(sequence(rules)):
            path: Path = ("rules", id_, index)
            target = _target(mapping(rule).get("then"))
            yield Way(("rules", id_), target, "rule", (*path, "then"), mapping(rule), path)
    for id_ in mapping(data.get("entries")):
        yield from _from_entry(data, id_)
    yield from _from_look_ups(data)
    yield from _to_person(data)


def _from_queue(data: Mapping[str, object], id_: str) -> Iterator[Way]:
    path: Path = ("queues", id_)
    if "gate" in mapping(_get(data, path)):
        yield _way(data, ("queue", id_), "gate", (*path, "gate", "then"))
    yield _way(data, ("queue", id_), "give_up", (*path, "give_up", "then"))
    for key in mapping(_get(data, (*path, "keys"))):
        yield _way(data, ("queue", id_), "queue-key", (*path, "keys", key))
    survey = _get(data, (*path, "survey"))
    if isinstance(survey, str):
        yield Way(("queue", id_), ("survey", survey), "served", (*path, "survey"), {}, path)


def _from_menu(data: Mapping[str, object], id_: str) -> Iterator[Way]:
    path: Path = ("menus", id_)
    for key in mapping(_get(data, (*path, "keys"))):
        yield _way(data, ("menu", id_), "key", (*path, "keys", key))
    for how in ("silence", "wrong_key"):
        yield _way(data, ("menu", id_), how, (*path, how, "then"))


def _from_entry(data: Mapping[str, object], id_: str) -> Iterator[Way]:
    path: Path = ("entries", id_)
    yield _way(data, ("enter", id_), "entered", (*path, "then"))
    yield _way(data, ("enter", id_), "otherwise", (*path, "otherwise"))


_LOOK_UPS: Final = (
    (TRACK, "found", ("tracking", "found"), False),
    (TRACK, "not_found", ("tracking", "not_found"), True),
    (TRACK, "no_agent", ("tracking", "agent", "otherwise"), None),
    (CALLBACK, "put_down", ("callbacks", "then"), False),
    (CALLBACK, "otherwise", ("callbacks", "otherwise"), True),
    (PROOF, "proven", ("proof", "proven"), None),
    (PROOF, "otherwise", ("proof", "otherwise"), None),
    (PERSON, "person", ("person",), True),
)
"""Ways out of what stands once in a file: from where, how, and where its route is written. Last,
where it leads if the file does not say: to the fallback queue (true), to the end (false), nowhere.
"""


_UNWRITTEN: Final = {"otherwise": "no_number"}
"""What has a name of its own where nobody has written it: that a caller without a number, who asks
to be called back and keys in none, waits in the fallback queue, is not told as a circle."""


def _from_look_ups(data: Mapping[str, object]) -> Iterator[Way]:
    fallback = _get(data, ("business", "fallback"))
    queue = ("queue", fallback) if isinstance(fallback, str) else None
    said_by: Path = ("business", "fallback")
    for source, how, path, to_fallback in _LOOK_UPS:
        if _written(data, path):
            yield _way(data, source, how, path)
        elif to_fallback is not None:
            target = queue if to_fallback else ("hangup", "")
            yield Way(source, target, _UNWRITTEN.get(how, how), said_by, {}, said_by)


def _written(data: Mapping[str, object], path: Path) -> bool:
    """Whether the file has something there; what is required and lacks has a finding of its own."""
    *around, last = path
    section = _get(data, tuple(around))
    required = path[0] == "tracking" and len(path) == _IN_SECTION and path[0] in data
    return required or last in mapping(section)


def _to_person(data: Mapping[str, object]) -> Iterator[Way]:
    """The key for a person, wherever a caller is asked something and it means nothing else."""
    asking: list[Node] = [TRACK, CALLBACK, PROOF]
    asking += [
        (kind, id_)
        for kind in ("enter", "survey", "voicemail")
        for id_ in mapping(data.get(_SECTIONS[kind]))
    ]
    asking += [
        ("menu", id_)
        for id_, menu in mapping(data.get("menus")).items()
        if _PERSON_KEY not in mapping(mapping(menu).get("keys"))
    ]
    for source in asking:
        yield Way(source, PERSON, "person", ("person",), {}, ("person",))


def _way(data: Mapping[str, object], source: Node, how: str, path: Path) -> Way:
    route = _get(data, path)
    if isinstance(route, str):  # the bare name of a menu, where a number starts
        return Way(source, ("menu", route), how, path, {}, path)
    return Way(source, _target(route), how, path, mapping(route), path)


def _target(route: object) -> Node | None:
    written = mapping(route)
    given = [kind for kind in DESTINATIONS if kind in written]
    if len(given) != 1:
        return None
    (kind,) = given
    return (kind, "" if kind in _NAMELESS else str(written[kind]))


def _get(data: object, path: Path) -> object:
    for part in path:
        data = mapping(data).get(str(part))
    return data
