"""How the values of a rules file are written: said beside each type of the model, read by others.

The model turns what is written (`20s`) into what the program needs (20). The schema for editors and
the reference page need the written form; a `Written` among a type's annotations tells it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from re import Pattern
from typing import Any, Final, TypeAlias

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema

JsonSchema: TypeAlias = dict[str, Any]
"""A JSON Schema, or a part of one."""

NOTE: Final = "x-written"
"""The keyword under which a `Written` travels in a schema; no editor ever sees it."""

UNREAD: Final = "x-unread"
"""Marks a type that reads what it is given by a function, and does not tell what that takes."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value that the reference explains once, for all the types that are written so.

    Attributes:
        name: Its heading.
        text: What is written, with examples; Markdown.
    """

    name: str
    text: str

    @property
    def anchor(self) -> str:
        """Its place in the reference page."""
        return self.name.lower().replace(" ", "-")


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """How one type of value is written; an annotation of the type.

    Attributes:
        words: What it is, to an administrator: "a duration, 5s to 5m".
        schema: What an editor checks. It must let through all that the type's validator accepts.
        examples: As they stand in a file.
        kind: Where the reference explains more.
        section: The section of the file whose names are mentioned so, if it is a mention.
        seconds: Whether the value is a number of seconds to the program.
    """

    words: str
    schema: Mapping[str, Any]
    examples: tuple[Any, ...] = ()
    kind: Kind | None = None
    section: str = ""
    seconds: bool = False

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchema:
        """The schema of the type that this annotates, whatever its validators are."""
        del core_schema, handler
        return {**self.schema, NOTE: self}


def pattern(words: str, *regular: str | Pattern[str]) -> JsonSchema:
    """The schema of text that matches one of these regular expressions, whole.

    Args:
        words: What is wanted, for an editor to say where it is not met.
        regular: Patterns that mean the same to Python and to JavaScript.
    """
    sources = [each if isinstance(each, str) else each.pattern for each in regular]
    return {"type": "string", "pattern": f"^(?:{'|'.join(sources)})$", "errorMessage": words}


@dataclass(frozen=True, slots=True)
class OrList:
    """The annotation of a type that takes one value or a list of them."""

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchema:
        """The schema of one value, opened to a list.

        Where one value is of simple types, one schema says both, for an editor then tells what is
        wrong with a value and not that it is no list.
        """
        one: JsonSchema = handler(core_schema)["items"]
        many = {"type": "array", "items": one, "minItems": 1}
        if "type" in one and not {"enum", "const"} & one.keys():
            types = one["type"] if isinstance(one["type"], list) else [one["type"]]
            return {**one, **many, "type": [*types, "array"]}
        return {"anyOf": [one, many]}


@dataclass(frozen=True, slots=True)
class OrShort:
    """The annotation of a mapping that has a short form too.

    Attributes:
        short: How that is written.
        short_first: Of what fits neither, an editor tells why it is not the form that comes first.
    """

    short: Written
    short_first: bool = False

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchema:
        """Either form."""
        whole: JsonSchema = handler(core_schema)
        whole.pop(UNREAD, None)
        short = {**self.short.schema, NOTE: self.short}
        return {"anyOf": [short, whole] if self.short_first else [whole, short]}


def exactly_one(keys: Sequence[str], none: str, second: str) -> JsonSchema:
    """What a mapping's schema needs more, that has exactly one of some keys.

    `oneOf` says it too, but editors then tell that several schemas match, or that the first key is
    missing. This says what we want to be said.

    Args:
        keys: Those of which there is one.
        none: What an editor says if there is none.
        second: What it says of a second one.
    """
    one_at_least = {
        "if": {"anyOf": [{"required": [key]} for key in keys]},
        # Of types in a list an editor keeps what we say; a single one it puts in its own words.
        "else": {"type": ["string"], "errorMessage": none},
    }
    later = [
        {
            "if": {"required": [key]},
            "then": {
                "properties": dict.fromkeys(keys[place + 1 :], False),
                "errorMessage": second,
            },
        }
        for place, key in enumerate(keys[:-1])
    ]
    return {"allOf": [one_at_least, *later]}
