"""Turns what the model found into problems: the right place, and the administrator's words."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from types import UnionType
from typing import Annotated, Any, Final, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from routing.fields import unquoted
from routing.misplacing import home_of, home_of_entry, words_for
from routing.model import FileShape
from routing.names import suggestion
from routing.problems import Path, Problem, dotted
from routing.route_model import DestinationShape
from routing.telling import told
from routing.when_model import WhenShape
from routing.yaml_reading import Document, Misread, kind_of

_KEY_MARK: Final = "[key]"
"""What the model appends to the place of an error that is about a key, not about its value."""

_ENTRY: Final = 2
"""Parts of the path of an entry: the section and its name."""

Words: TypeAlias = tuple[str, str, str]
"""The code, the message and the hint of a problem."""

_UNANSWERED: Final = "TIMEOUT, FULL, JOINEMPTY, LEAVEEMPTY, JOINUNAVAIL and LEAVEUNAVAIL"
"""How Asterisk says that nobody took a call out of a queue."""

_BRANCHES: Final[Mapping[tuple[str, str], Words]] = {
    ("menus", "silence"): (
        "missing-branch",
        "nothing says where a caller goes who presses no key",
        "write `silence: {repeat: 2, then: {queue: …}}`",
    ),
    ("menus", "wrong_key"): (
        "missing-branch",
        "nothing says where a caller goes who presses a key that is not offered",
        "write `wrong_key: {repeat: 2, then: {queue: …}}`",
    ),
    ("entries", "otherwise"): (
        "missing-branch",
        "nothing says where a caller goes who keys in nothing, or nothing that is right",
        "write `otherwise: {queue: …}`",
    ),
    ("queues", "give_up"): (
        "missing-branch",
        f"callers whom nobody answers have no way on: {_UNANSWERED} of QUEUESTATUS",
        "write `give_up: {after: 5m, then: {voicemail: …}}`: it is taken after each of these",
    ),
}
"""What is told when a way on is missing, by section and key."""

_BY_ITSELF: Final = frozenset({"hangup", "track", "prove", "callback"})
_SECTIONS: Final = {
    "queue": "queues",
    "menu": "menus",
    "rules": "rules",
    "enter": "entries",
    "voicemail": "mailboxes",
    "survey": "surveys",
}
"""The sections that destinations are defined in, by the key that sends a call there."""

_WANTED: Final = {
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "text",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "list_type": "a list",
}


def problems_of(error: ValidationError, document: Document) -> Iterator[Problem]:
    """Every finding of the model, in the file's terms."""
    findings = [(_place(each), each) for each in error.errors(include_url=False)]
    lacking = {path for path, finding in findings if finding["type"] == "missing"}
    moved = dict(filter(None, (_moved(*each, lacking) for each in findings)))
    for path, home in moved.items():
        yield document.problem(_written(path, document), *words_for(path, home), key=True)
    found = {(*home, path[-1]) for path, home in moved.items()} | set(moved.values())
    for path, finding in findings:
        if any(path[:end] in moved for end in range(1, len(path) + 1)):
            continue
        if finding["type"] != "missing" or path not in found:
            yield _problem(path, finding, document)


def _place(finding: ErrorDetails) -> Path:
    """The path of the value, or of the key, that a finding is about."""
    return finding["loc"][:-1] if finding["loc"][-1:] == (_KEY_MARK,) else finding["loc"]


def _written(path: Path, document: Document) -> Path:
    """A path of the model as the document has it: it may hold one value where a list may stand."""
    value: object = document.data
    found: list[str | int] = []
    for part in path:
        if isinstance(part, int) and not isinstance(value, list):
            continue
        found.append(part)
        try:
            value = value[part]  # type: ignore[index]  # what is no collection ends the walk
        except (TypeError, LookupError):
            value = None
    return tuple(found)


def _moved(
    path: Path, finding: ErrorDetails, lacking: Collection[Path]
) -> tuple[Path, Path] | None:
    """A key in the wrong place, which this finding is about, and where it belongs."""
    unknown = finding["type"] == "extra_forbidden"
    home = home_of(path, _fields, lacking) if unknown or finding["loc"] != path else None
    if home is not None:
        return path, home
    no_mapping = finding["type"] == "model_type" and len(path) == _ENTRY
    if no_mapping or (unknown and len(path) == _ENTRY + 1):
        home = home_of_entry(path[:_ENTRY], _fields)
    return None if home is None else (path[:_ENTRY], home)


def _problem(path: Path, finding: ErrorDetails, document: Document) -> Problem:
    if finding["type"] == "missing":
        return _missing(path, document)
    about_key = finding["loc"] != path or finding["type"] == "extra_forbidden"
    words = _bare_destination(finding, path, document) or _words(finding, path)
    return document.problem(_written(path, document), *words, key=about_key)


def _bare_destination(finding: ErrorDetails, path: Path, document: Document) -> Words | None:
    """A bare word where a route belongs: it names what the call should come to, as a rule."""
    word, kind = finding["input"], _type_at(path)
    if finding["type"] != "model_type" or not isinstance(word, str):
        return None
    if not (isinstance(kind, type) and issubclass(kind, DestinationShape)):
        return None
    meant = f"{{{word}: true}}" if word in _BY_ITSELF else f"{{{_kind_of(word, document)}: {word}}}"
    return "wrong-kind", "text where a destination belongs", f"write {meant}"


def _kind_of(word: str, document: Document) -> str:
    """The kind of destination that is defined under this name; `queue` if none is."""
    sections = ((kind, document.data.get(section)) for kind, section in _SECTIONS.items())
    return next(
        (kind for kind, each in sections if isinstance(each, dict) and word in each), "queue"
    )


def _words(finding: ErrorDetails, path: Path) -> Words:  # noqa: PLR0911  one line a kind
    """The code, the message and the hint."""
    context: Mapping[str, Any] = finding.get("ctx", {})
    seen = finding["input"]
    match finding["type"]:
        case "extra_forbidden":
            return _unknown_key(path)
        case "string_type" if isinstance(seen, Misread | bool | int | float):
            wrong = unquoted(seen).context or {}
            return "quotes-needed", wrong["message"], wrong["hint"]
        case "literal_error":
            return _not_allowed(seen, path)
        case "too_short":
            return "empty-value", "nothing is written here", "write at least one"
        case "string_too_short":
            return "empty-value", "an empty text", "write something between the quotes"
        case "greater_than_equal":
            return "out-of-range", f"{seen} is too low", f"write {context['ge']} or more"
        case "less_than_equal":
            return "out-of-range", f"{seen} is too high", f"write {context['le']} or less"
        case kind if kind in _WANTED:
            return _wrong_kind(_WANTED[kind], seen)
    return finding["type"], context.get("message", finding["msg"]), context.get("hint", "")


def _missing(path: Path, document: Document) -> Problem:
    """A key is missing: told at the key of the mapping, or where it is defined."""
    key, within, there = str(path[-1]), path[:-1], _written(path[:-1], document)
    where = f' in "{document.spelt(there)}"' if there else ""
    summary = told(_fields(within)[key].description or "").summary
    words = _BRANCHES.get((str(path[0]), key)) if len(within) == _ENTRY else None
    words = words or ("missing-key", f"`{key}` is missing{where}", f"{key}: {summary}")
    wrong = document.problem(there, *words, key=not document.is_reference(there))
    return replace(wrong, path=dotted((*there, key)))


def _unknown_key(path: Path) -> Words:
    key, allowed = str(path[-1]), _fields(path[:-1])
    if _type_at(path[:-1]) is WhenShape:
        return "unknown-fact", f'there is no fact "{key}"', suggestion(key, allowed)
    return "unknown-key", f'"{key}" means nothing here', suggestion(key, allowed)


def _not_allowed(seen: object, path: Path) -> Words:
    allowed = [str(word) for word in get_args(_type_at(path))]
    written = seen.text if isinstance(seen, Misread) else str(seen)
    if isinstance(seen, dict | list):
        return _wrong_kind("a word" if len(allowed) > 1 else f'"{allowed[0]}"', seen)
    hint = suggestion(written, allowed) if len(allowed) > 1 else f"write {allowed[0]}"
    return "not-allowed", f'"{written}" cannot stand here', hint


def _wrong_kind(wanted: str, seen: object) -> Words:
    if isinstance(seen, str) and seen.lstrip("-").isdecimal() and "number" in wanted:
        if not seen.isascii():
            return "wrong-kind", f'"{seen}" is text', f"write its digits as 0 to 9: {int(seen)}"
        return "wrong-kind", f'"{seen}" in quotes is text', f"write {seen} without quotes"
    written = f'"{seen.text}"' if isinstance(seen, Misread) else kind_of(seen)
    hint = "; each of its items begins with `- `" if wanted == "a list" else ""
    return "wrong-kind", f"{written} where {wanted} belongs", f"write {wanted}{hint}"


def _fields(path: Path) -> Mapping[str, FieldInfo]:
    """The keys that the mapping at `path` may have, as the file spells them."""
    kind = _type_at(path)
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return {}
    return {field.alias or name: field for name, field in kind.model_fields.items()}


def _type_at(path: Path) -> object:
    """The type that the model has for the place at `path`, None if it has none."""
    kind: object = FileShape
    for part in path:
        kind = _type_within(_bare(kind), part)
    return _bare(kind)


def _type_within(kind: object, part: str | int) -> object:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            if part in {name, field.alias}:
                return field.annotation
        return None
    inner = get_args(kind)
    if get_origin(kind) is dict:
        return inner[1]
    return inner[0] if inner else None


def _bare(kind: object) -> object:
    """A type without its annotations, and without `None` as the other choice."""
    while get_origin(kind) in {Annotated, Union, UnionType}:
        kind = get_args(kind)[0]
    return kind
