"""Values that callers key in: what would never be right, never be kept, or never be asked."""

from collections.abc import Iterator
from typing import Final

from routing.checks.plain import mapping
from routing.checks.scene import Scene
from routing.dialogue_compiling import LENGTHS
from routing.dialogue_model import EntryShape
from routing.dialogues import EntryKind
from routing.problems import Path, Problem

_KEYS_OF: Final = {
    "digits": ("length", "checksum"),
    "amount": ("between", "currency"),
}
"""The keys that one kind of value alone has."""


def problems(scene: Scene) -> Iterator[Problem]:
    """Every finding about entries."""
    yield from _same_name(scene)
    for id_, entry in scene.entries.items():
        if entry is not None:
            yield from _of_another_kind(scene, id_, entry)
            yield from _secrets(scene, id_, entry)
            yield from _zero(scene, id_, entry)
    yield from _secrets_asked_for(scene)
    yield from _secrets_declared(scene)


def _same_name(scene: Scene) -> Iterator[Problem]:
    """A menu and an entry: nobody could tell which of them `keyed` asks for."""
    menus = mapping(scene.data.get("menus"))
    for id_ in mapping(scene.data.get("entries")):
        if id_ in menus:
            line = scene.line(("menus", id_))
            message = f'a menu called "{id_}" stands in line {line}'
            hint = "rename one of them: conditions ask by the name what was keyed there"
            yield scene.at(("entries", id_), "menu-and-entry", message, hint, key=True)


def _of_another_kind(scene: Scene, id_: str, entry: EntryShape) -> Iterator[Problem]:
    for kind, keys in _KEYS_OF.items():
        for key in keys:
            if kind != entry.kind and getattr(entry, key) is not None:
                message = f"`{key}` means nothing where the kind is `{entry.kind}`"
                hint = f"delete it, or write `kind: {kind}`"
                yield scene.at(("entries", id_, key), "not-of-this-kind", message, hint, key=True)


def _secrets(scene: Scene, id_: str, entry: EntryShape) -> Iterator[Problem]:
    if not entry.secret:
        return
    if entry.confirm:
        message = "what is secret would be read out aloud"
        hint = "delete `confirm`, or `secret` if everybody may hear it"
        yield scene.at(("entries", id_, "confirm"), "secret-told", message, hint, key=True)
    if entry.variable is None:
        message = "what is keyed is kept nowhere: it is secret, and no `variable` gets it"
        hint = "name a `variable` that the dialplan looks at, or delete `secret`"
        yield scene.at(("entries", id_, "secret"), "no-effect", message, hint, key=True)


def _zero(scene: Scene, id_: str, entry: EntryShape) -> Iterator[Problem]:
    """A lone `0` that is a value; but `between: 0..10` says that it is meant to be one."""
    if entry.kind == "amount" and entry.between is None:
        hint = "say what is possible: `between: 1..500000`"
    elif _takes_zero(entry):
        hint = "let `length` begin with 2, or write `kind: amount` and what is possible: `between`"
    else:
        return
    path: Path = ("entries", id_) if entry.length is None else ("entries", id_, "length")
    message = "here 0 is a value: callers cannot ask for a person by it"
    yield scene.at(path, "zero-is-a-value", message, hint, key=True)


def _takes_zero(entry: EntryShape) -> bool:
    """Whether `0` alone is such digits: it is its own check digit, but where there are two."""
    shortest, _ = entry.length or LENGTHS[EntryKind.DIGITS]
    return entry.kind == "digits" and shortest == 1 and entry.checksum != "iso7064"


def _secrets_asked_for(scene: Scene) -> Iterator[Problem]:
    secret = {id_ for id_, entry in scene.entries.items() if entry is not None and entry.secret}
    for list_id, rules in scene.rules.items():
        for index, rule in enumerate(rules):
            keyed = rule.when.keyed if rule is not None and rule.when is not None else None
            for id_ in secret.intersection(keyed or ()):
                message = f'"{id_}" is secret: no rule sees what was keyed there'
                hint = "drop the condition, or `secret` of that entry"
                path = ("rules", list_id, index, "when", "keyed", id_)
                yield scene.at(path, "secret-told", message, hint, key=True)


def _secrets_declared(scene: Scene) -> Iterator[Problem]:
    """What is declared is read off the channel, written down, and seen by rules."""
    getting = {
        entry.variable: id_
        for id_, entry in scene.entries.items()
        if entry is not None and entry.secret and entry.variable is not None
    }
    for id_, variable in mapping(scene.data.get("variables")).items():
        entry = getting.get(str(mapping(variable).get("channel")))
        if entry is not None:
            message = f'"{entry}" is secret, and its variable would be written down'
            hint = f"delete {id_} here, or give that entry another `variable`"
            yield scene.at(("variables", id_, "channel"), "secret-told", message, hint)
