"""What a value of a rules file is, in plain words, read off its schema."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from routing.model_schema import PLACE_OF_SHAPES, shapes
from routing.written import NOTE, JsonSchema, Written

Link: TypeAlias = Callable[[str, str], str]
"""Makes a link of words and the anchor that they lead to."""


def unlinked(words: str, anchor: str) -> str:
    """The words alone: where nothing can be followed."""
    del anchor
    return words


def in_words(schema: JsonSchema, link: Link = unlinked) -> str:
    """What may be written where `schema` is asked for.

    >>> in_words({"type": "integer", "minimum": 1, "maximum": 10})
    'a whole number, 1 to 10'
    """
    if "items" in schema and schema["type"] != "array":
        return f"{in_words(schema['items'], link)}; or a list of them"
    if NOTE in schema:
        return _noted(schema[NOTE], link)
    if "$ref" in schema:
        name = shape_name(schema)
        return link(title_of(name).lower(), anchor_of(name))
    if values := schema.get("enum") or [schema[key] for key in ("const",) if key in schema]:
        return _spelt(values)
    if "type" not in schema and "anyOf" in schema:
        return _either(schema["anyOf"], link)
    return _plain(schema, link)


def shape_name(schema: JsonSchema) -> str:
    """The name of the shape that a reference leads to."""
    name: str = schema["$ref"].removeprefix(PLACE_OF_SHAPES)
    return name


def title_of(name: str) -> str:
    """A shape's name as a heading: the title in its configuration, else made of the class's name.

    >>> title_of("GiveUpShape"), title_of("KeyShape")
    ('Give up', 'Menu key')
    """
    given = shapes()[name].model_config.get("title")
    if given is not None:
        return given
    bare = name.removesuffix("Shape")
    spaced = "".join(f" {letter}" if letter.isupper() else letter for letter in bare)
    return spaced.strip().capitalize()


def anchor_of(name: str) -> str:
    """Where the reference page explains a shape, unless a section is all of it."""
    return title_of(name).lower().replace(" ", "-")


def spelt(value: object) -> str:
    """A value as it is written in a file.

    >>> spelt(True), spelt("default"), spelt(6)
    ('true', 'default', '6')
    """
    return str(value).lower() if isinstance(value, bool) else str(value)


def _noted(written: Written, link: Link) -> str:
    anchor = written.section or (written.kind.anchor if written.kind else "")
    return link(written.words, anchor) if anchor else written.words


def _spelt(values: Sequence[object]) -> str:
    words = [f"`{spelt(value)}`" for value in values]
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]


def _either(choices: Sequence[JsonSchema], link: Link) -> str:
    first, last = choices[0], choices[-1]
    if last.get("type") == "array" and last["items"] == first:
        return f"{in_words(first, link)}; or a list of them"
    return ", or ".join(in_words(each, link) for each in choices)


_SIMPLE: Final = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "`true` or `false`",
    "string": "text",
}


def _plain(schema: JsonSchema, link: Link) -> str:
    match schema.get("type"):
        case "array":
            return _list(schema, link)
        case "object":
            return _mapping(schema, link)
    return f"{_SIMPLE.get(schema.get('type', ''), 'anything')}{_bounds(schema)}"


def _bounds(schema: Mapping[str, Any]) -> str:
    match schema.get("minimum"), schema.get("maximum"):
        case None, None:
            return ""
        case low, None:
            return f", {low} or more"
        case None, high:
            return f", {high} or less"
    return f", {schema['minimum']} to {schema['maximum']}"


def _list(schema: JsonSchema, link: Link) -> str:
    item = schema.get("items")
    if isinstance(item, dict) and "$ref" in item:
        name = shape_name(item)
        return f"a list of {link(f'{title_of(name).lower()}s', anchor_of(name))}"
    return f"a list, each item {in_words(item, link) if item else 'anything'}"


def _mapping(schema: JsonSchema, link: Link) -> str:
    values = schema.get("additionalProperties")
    if not isinstance(values, dict):
        return "a mapping"
    return f"by {in_words(schema['propertyNames'], link)}: {in_words(values, link)}"
