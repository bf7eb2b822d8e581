"""Turns what the model found into problems: the right place, and the administrator's words."""

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Final, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from routing.fields import unquoted
from routing.model import FileShape
from routing.names import suggestion
from routing.problems import Path, Problem, dotted
from routing.telling import told
from routing.when_model import WhenShape
from routing.yaml_reading import Document, Misread, kind_of

_KEY_MARK: Final = "[key]"
"""What the model appends to the place of an error that is about a key, not about its value."""

Words: TypeAlias = tuple[str, str, str]
"""The code, the message and the hint of a problem."""

_WANTED: Final = {
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "text",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "list_type": "a list",
}


def problems_of(error: ValidationError, document: Document, file: str) -> Iterator[Problem]:
    """Every finding of the model, in the file's terms."""
    for finding in error.errors(include_url=False):
        yield _problem(finding, document, file)


def _problem(finding: ErrorDetails, document: Document, file: str) -> Problem:
    about_key = finding["loc"][-1:] == (_KEY_MARK,)
    path: Path = finding["loc"][:-1] if about_key else finding["loc"]
    code, message, hint = _words(finding, path)
    at_key = about_key or finding["type"] in {"extra_forbidden", "missing"}
    if finding["type"] == "missing":
        place = document.at_key(path[:-1])
    else:
        place = document.at_key(path) if at_key else document.at_value(path)
    return Problem(file, place.line, place.column, dotted(path), code, message, hint)


def _words(finding: ErrorDetails, path: Path) -> Words:  # noqa: PLR0911  one line a kind
    """The code, the message and the hint."""
    context: Mapping[str, Any] = finding.get("ctx", {})
    seen = finding["input"]
    match finding["type"]:
        case "missing":
            return _missing(path)
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


def _missing(path: Path) -> Words:
    key, within = str(path[-1]), dotted(path[:-1])
    where = f' in "{within}"' if within else ""
    summary = told(_fields(path[:-1])[key].description or "").summary
    return "missing-key", f"`{key}` is missing{where}", f"{key}: {summary}"


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
        return "wrong-kind", f'"{seen}" in quotes is text', f"write {seen} without quotes"
    written = f'"{seen.text}"' if isinstance(seen, Misread) else kind_of(seen)
    return "wrong-kind", f"{written} where {wanted} belongs", f"write {wanted}"


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
