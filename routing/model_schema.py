"""The model of a rules file as one JSON Schema that says how things are written.

This is the source of two others: the schema for editors (`routing.schema`) and the reference page
(`routing.reference`). It holds more than either: the `Written` of each value, and whole docstrings.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from routing.fields import spelt_seconds
from routing.model import FileShape
from routing.shape import Shape
from routing.written import NOTE, UNREAD, JsonSchema, Written

PLACE_OF_SHAPES: Final = "#/definitions/"
"""How a reference to the schema of a shape begins."""


@cache
def model_schema(shape: type[BaseModel] = FileShape) -> JsonSchema:
    """The schema of a shape, and under `$defs` those of the shapes within it.

    What is not written (`null`, what Python makes of a value) is not in it. A type that reads its
    values by a function and has no `Written` takes anything here, and is marked `UNREAD`.
    """
    return shape.model_json_schema(
        ref_template=f"{PLACE_OF_SHAPES}{{model}}", schema_generator=_OfWhatIsWritten
    )


@cache
def shapes() -> dict[str, type[Shape]]:
    """Every shape of the model, by the name that its schema has under `$defs`."""
    return {shape.__name__: shape for shape in _below(Shape)}


def _below(shape: type[Shape]) -> Iterator[type[Shape]]:
    for each in shape.__subclasses__():
        yield each
        yield from _below(each)


def parts(schema: JsonSchema) -> Iterator[JsonSchema]:
    """A schema and everything within it that is one."""
    yield schema
    for value in schema.values():
        if isinstance(value, dict):
            yield from parts(value)
        elif isinstance(value, list):
            for each in value:
                yield from parts(each) if isinstance(each, dict) else ()


class _OfWhatIsWritten(GenerateJsonSchema):
    """Makes the schema of a model as its file is written."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401  as it is inherited
        """No: a key needs no second name."""
        del schema
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchema:
        """A key that may be left out is never written with nothing as its value."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchema:
        """The default as one would write it; none if it is that nothing is there."""
        inner = self.generate_inner(schema["schema"])
        default = _as_written(schema.get("default"), inner.get(NOTE))
        return inner if default in (None, (), [], {}) else {**inner, "default": default}

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchema:
        """A mapping: the schema of its keys, and that of its values."""
        made: JsonSchema = {
            "type": "object",
            "propertyNames": self.generate_inner(schema["keys_schema"]),
            "additionalProperties": self.generate_inner(schema["values_schema"]),
        }
        if "min_length" in schema:
            made["minProperties"] = schema["min_length"]
        return made

    def function_before_schema(
        self, schema: core_schema.BeforeValidatorFunctionSchema
    ) -> JsonSchema:
        """What comes after the function, marked: the function may take other forms."""
        return {**super().function_before_schema(schema), UNREAD: True}

    def function_plain_schema(self, schema: core_schema.PlainValidatorFunctionSchema) -> JsonSchema:
        """Nobody knows what the function takes."""
        del schema
        return {UNREAD: True}

    def function_wrap_schema(self, schema: core_schema.WrapValidatorFunctionSchema) -> JsonSchema:
        """Nobody knows what the function takes."""
        del schema
        return {UNREAD: True}

    def handle_invalid_for_json_schema(
        self, schema: core_schema.CoreSchema, error_info: str
    ) -> JsonSchema:
        """A type of Python that stands in no file: something makes it of what is written."""
        del schema, error_info
        return {UNREAD: True}


def _as_written(default: object, written: Written | None) -> object:
    if written is not None and written.seconds and isinstance(default, int | float):
        return spelt_seconds(int(default)) if default == int(default) else f"{default:g}s"
    return default
