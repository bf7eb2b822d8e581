"""The JSON Schema of a rules file, by which editors complete, explain and check while one types.

It is made for draft-07: yaml-language-server, which stands behind most editors, understands newer
drafts since its version 1.20 of 2025 only, and everything else that reads schemas knows draft-07.
Of its own words are `markdownDescription`, `errorMessage` and `patternErrorMessage`, which others
pass over.

A schema sees one value at a time: what it accepts may still be wrong, and `rahyab check` says so.
What it refuses is always wrong. The same schema serves the main file and those that it includes:
a file that has no `version`, or that includes others, need not be whole.
"""

import re
from collections.abc import Mapping
from typing import Final

from routing.model_schema import PLACE_OF_SHAPES, model_schema
from routing.schema_words import anchor_of, in_words, shape_name, spelt
from routing.telling import Told, told
from routing.written import NOTE, UNREAD, JsonSchema, Written

SCHEMA_FILE: Final = "routing_rules.schema.json"
"""Its name beside the rules file, which has it in its first line."""

_REFERENCE: Final = r"^\$[a-z][a-z0-9-]*$"
"""`$name`, which stands for a value that is written under `define`."""

_BARE: Final = re.compile("[0-9]*[A-Za-z%][A-Za-z0-9/%-]*")
"""Text that means itself to any YAML."""

_LINK: Final = re.compile(r"\[([^]]*)\]\(#[^)]*\)")

_INNER: Final = frozenset({NOTE, UNREAD, "title", "description", "default", "examples"})
"""What is rewritten or left out."""

_NAMED: Final = {
    "type": "string",
    "pattern": _REFERENCE,
    # An editor that finds alternatives all alike takes all of them to be met, and explains none.
    "description": "A value that is written under `define`.",
}

_WANTED: Final = {
    "object": "keys and their values belong here, not text",
    "array": "a list belongs here, not text",
}
"""What an editor says of text that is not even `$name`."""

_ALTERNATIVES: Final = ("enum", "const", "anyOf")


def editor_schema() -> JsonSchema:
    """The schema of a rules file, and of a part of one."""
    whole = model_schema()
    made = _within(whole)
    required = made.pop("required")
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$comment": "Made by `rahyab schema`: do not edit.",
        **_explained(told(whole["description"]), ""),
        **made,
        "properties": {
            name: _section(section, whole["$defs"]) for name, section in whole["properties"].items()
        },
        "if": {"required": ["version"], "not": {"required": ["include"]}},
        "then": {"required": required},
        "definitions": {
            anchor_of(name): {**_shape(shape), **_explained(told(shape.get("description", "")), "")}
            for name, shape in whole["$defs"].items()
        },
    }


def _section(schema: JsonSchema, shapes: Mapping[str, JsonSchema]) -> JsonSchema:
    """A section of the file; it is explained together with the shape that it is made of."""
    target = _target(schema)
    if target is None:
        return _value(schema)
    shape = told(shapes[target].get("description", ""))
    own = told(schema["description"]) if "description" in schema else shape
    prose = "\n\n".join(dict.fromkeys(filter(None, (own.prose, shape.prose))))
    both = Told(own.summary, prose, own.example or shape.example)
    return {**_value(schema), **_explained(both, "")}


def _target(schema: JsonSchema) -> str | None:
    """The shape of a section or of its entries, None if they have none."""
    inner = schema.get("additionalProperties")
    inner = inner if isinstance(inner, dict) else schema
    inner = inner.get("items", inner)
    return shape_name(inner) if "$ref" in inner else None


def _value(schema: JsonSchema) -> JsonSchema:
    """What an editor needs of a value; `$name` may stand in its place."""
    if schema.get(UNREAD):
        return _explanation(schema)
    return {**_explanation(schema), **_or_reference(_within(schema), schema)}


def _shape(schema: JsonSchema) -> JsonSchema:
    return _or_reference(_within(schema), schema)


def _within(schema: JsonSchema) -> JsonSchema:
    """A schema without what editors do not know, and the same of everything within."""
    made = {key: value for key, value in schema.items() if key not in _INNER and key != "$defs"}
    if "properties" in made:
        made["properties"] = {key: _value(value) for key, value in made["properties"].items()}
    for key in ("additionalProperties", "items"):
        if isinstance(made.get(key), dict):
            made[key] = _value(made[key])
    if "$ref" in made:
        made["$ref"] = f"{PLACE_OF_SHAPES}{anchor_of(shape_name(made))}"
    if "propertyNames" in made:
        made["propertyNames"] = _within(made["propertyNames"])
    if "anyOf" in made:
        made["anyOf"] = [_within(each) for each in made["anyOf"]]
    return made


def _or_reference(made: JsonSchema, schema: JsonSchema) -> JsonSchema:
    """A schema that lets `$name` stand in the place of a value.

    Wherever it can be done the pattern goes into the schema itself, for of alternatives an editor
    only says that none of them fits.
    """
    if "$ref" in made or not made.keys() & {"type", *_ALTERNATIVES}:
        return made
    if "type" not in made or "enum" in made or "const" in made:
        return _alternatives(made)
    types = made["type"] if isinstance(made["type"], list) else [made["type"]]
    if "string" not in types:
        wanted = _WANTED.get(types[0]) or f"write {in_words(schema)}"
        made = {**made, "type": [*types, "string"], "pattern": _REFERENCE}
        return {**made, "patternErrorMessage": wanted}
    if "pattern" in made:
        return {**made, "pattern": f"{_REFERENCE}|{made['pattern']}"}
    return made


def _alternatives(made: JsonSchema) -> JsonSchema:
    choices = made.get("anyOf") or [made]
    if any("$ref" in each for each in choices):
        return made
    return {"anyOf": [*choices, _NAMED]}


def _explanation(schema: JsonSchema) -> JsonSchema:
    """What an editor shows of a value: what it is for, and what may be written."""
    if "description" not in schema:
        return {}
    facts = "" if "$ref" in schema else f"Value: {in_words(schema)}."
    made: JsonSchema = {}
    if "default" in schema:
        facts = f"{facts} If left out: `{spelt(schema['default'])}`."
        made["default"] = schema["default"]
    first = schema.get("anyOf", [schema])[0]
    written: Written | None = first.get(NOTE)
    if written is not None and (shown := [*filter(_can_be_bare, written.examples)]):
        made["examples"] = shown
    return {**_explained(told(schema["description"]), facts), **made}


def _can_be_bare(example: object) -> bool:
    """Whether an editor that writes it into the file without quotes does no harm."""
    return not isinstance(example, str) or _BARE.fullmatch(example) is not None


def _explained(text: Told, facts: str) -> JsonSchema:
    """The two descriptions that editors know. A link within the page leads nowhere from there."""
    example = f"```yaml\n{text.example}\n```" if text.example else ""
    prose = _LINK.sub(r"\1", text.prose)
    whole = "\n\n".join(filter(None, (text.summary, prose, facts, example)))
    return {"description": text.summary, "markdownDescription": whole}
