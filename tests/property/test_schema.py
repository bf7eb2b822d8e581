"""What the loader accepts, the schema for editors accepts."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias
from zoneinfo import available_timezones

import holidays
import jsonschema
import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from ivr.prompts import builtin_prompts
from routing import (
    call_test_model,
    condition_fields,
    fields,
    name_fields,
    when_model,
    world_fields,
)
from routing.conditions import NONE, UNAVAILABLE
from routing.model import FileShape
from routing.names import names_in
from routing.schema import editor_schema
from routing.written import NOTE, Written
from routing.yaml_reading import read_yaml
from tests.sample import BUILTIN, TEXT

Json: TypeAlias = Any
"""Whatever YAML can say; and types, which Python gives no better type."""


def sample() -> dict[str, Any]:
    """The data of the sample, fresh."""
    document = read_yaml(TEXT, "sample.yaml").document
    assert document is not None
    return document.data


WHOLE = jsonschema.Draft7Validator(editor_schema())
NAMES = names_in(sample(), builtin_prompts())
"""What may be mentioned."""


def written_types() -> dict[str, Any]:
    """Every type that tells how it is written, by its name."""
    modules = (
        fields,
        name_fields,
        condition_fields,
        world_fields,
        when_model,
        call_test_model,
    )
    found = [(name, kind) for module in modules for name, kind in vars(module).items()]
    return {
        f"{name} {note.words}": kind
        for name, kind in found
        for note in getattr(kind, "__metadata__", ())
        if isinstance(note, Written)
    }


TYPES = written_types()
ADAPTERS = {name: TypeAdapter(kind) for name, kind in TYPES.items()}
NOTES = {
    name: next(note for note in kind.__metadata__ if isinstance(note, Written))
    for name, kind in TYPES.items()
}


def is_accepted(name: str, value: object) -> bool:
    """Whether the loader takes this value where the type is asked for."""
    try:
        ADAPTERS[name].validate_python(value, strict=True, context=NAMES)
    except ValidationError:
        return False
    return True


SIGNS = '0123456789 .,:-+*#<>=%smhdaz/_$"{}ABIR۲\n'
LOOSE = st.one_of(
    st.text(alphabet=SIGNS, max_size=12),
    st.integers(-2, 200),
    st.integers(),
    st.booleans(),
    st.floats(allow_nan=False),
    st.sampled_from([name for names in NAMES.of.values() for name in names]),
    st.sampled_from([NONE, UNAVAILABLE, "open", "true", "{language}", "2026-03-21..", "sat-wed"]),
)
"""Values near to what is written somewhere."""

SHORT = st.text(alphabet="0123456789 <>=.smhd", max_size=7)
CLOCK = st.builds("{}:{:02}-{}:{:02}".format, *[st.integers(0, 25), st.integers(0, 61)] * 2)
DATE = st.builds("{:04}-{:02}-{:02}".format, *map(st.integers, (1200, 0, 0), (2100, 13, 32)))
NEAR: dict[str, st.SearchStrategy[object]] = {
    "comparison": SHORT,
    "share": st.text(alphabet="0123456789.%", max_size=9),
    "duration": st.builds("{}{}".format, st.integers(0, 9999), st.sampled_from("smhd")),
    "range-of-hours": CLOCK,
    "date": st.one_of(DATE, st.builds("{}..{}".format, DATE, DATE)),
}
"""By the kind of value: more of what it may be taken for."""


@pytest.mark.parametrize("name", TYPES)
@given(st.data())
def test_no_value_that_the_loader_accepts_is_refused(name: str, data: st.DataObject) -> None:
    """Type by type, on values that are nearly right."""
    note = NOTES[name]
    near = NEAR.get(note.kind.anchor if note.kind else "", st.nothing())
    texts = [each for each in note.examples if isinstance(each, str)]
    value = data.draw(st.one_of(LOOSE, near, *(changed(text) for text in texts)))
    if is_accepted(name, value):
        jsonschema.Draft7Validator(dict(note.schema)).validate(value)


def changed(text: str) -> st.SearchStrategy[str]:
    """A text with something put in or left out."""
    return st.builds(
        lambda place, length, more: text[:place] + more + text[place + length :],
        st.integers(0, len(text)),
        st.integers(0, 2),
        st.text(alphabet=SIGNS, max_size=3),
    )


@pytest.mark.parametrize("name", TYPES)
def test_the_examples_of_a_type_are_right(name: str) -> None:
    """To the loader, and so to the schema; a type without one is a choice of words."""
    note = NOTES[name]
    assert [each for each in note.examples if not is_accepted(name, each)] == []
    assert NOTE not in note.schema


def example_numbers() -> Iterator[str]:
    """A valid number of every region of which the library knows one."""
    for region in phonenumbers.SUPPORTED_REGIONS:
        number = phonenumbers.example_number(region)
        if number is not None:
            yield phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


WORLD: list[tuple[Any, Callable[[], Any]]] = [
    (world_fields.Country, lambda: phonenumbers.SUPPORTED_REGIONS),
    (
        world_fields.HolidayCountry,
        lambda: holidays.list_supported_countries(include_aliases=False),
    ),
    (world_fields.TimeZone, available_timezones),
    (world_fields.PhoneNumber, example_numbers),
]


@pytest.mark.parametrize(("kind", "values"), WORLD)
def test_all_that_the_world_has_is_accepted(kind: Json, values: Callable[[], Any]) -> None:
    """Countries, zones and numbers of every country."""
    note = next(note for note in kind.__metadata__ if isinstance(note, Written))
    validator = jsonschema.Draft7Validator(dict(note.schema))
    every = list(values())
    assert len(every) > 100
    assert [value for value in every if not validator.is_valid(value)] == []


def paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Where the values of data stand."""
    items = value.items() if isinstance(value, dict) else enumerate(value)  # type: ignore[arg-type]
    found: list[tuple[str | int, ...]] = []
    for key, each in items:
        found.append((*path, key))
        if isinstance(each, dict | list):
            found += paths(each, (*path, key))
    return found


PATHS = paths(sample())


def put(data: Json, path: tuple[str | int, ...], value: object) -> None:
    """Replace what stands at a path."""
    for part in path[:-1]:
        data = data[part]
    data[path[-1]] = value


@given(st.sampled_from(PATHS))
@example(("rules", "arrival", 0))
def test_a_reference_may_stand_for_any_value(path: tuple[str | int, ...]) -> None:
    """`$name`, whatever is asked for in its place."""
    data = sample()
    put(data, path, "$any-name")
    assert list(WHOLE.iter_errors(data)) == []


def value_at(data: Json, path: tuple[str | int, ...]) -> Json:
    """What stands at a path."""
    for part in path:
        data = data[part]
    return data


@given(st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from(PATHS)), max_size=3), LOOSE)
def test_no_file_that_the_model_accepts_is_refused(
    moves: list[tuple[tuple[str | int, ...], tuple[str | int, ...]]], loose: object
) -> None:
    """The sample with some of its values put where others stood."""
    data, original = sample(), sample()
    for number, (target, source) in enumerate(moves):
        try:
            put(data, target, loose if number == 2 else value_at(original, source))
        except (KeyError, TypeError, IndexError):
            continue  # an earlier move has taken that place away
    if data.get("version") is True:
        return  # the model takes it for 1, as Python does; the schema is right to refuse it
    try:
        FileShape.model_validate(data, context=names_in(data, BUILTIN))
    except ValidationError:
        return
    assert [error.message for error in WHOLE.iter_errors(data)] == []
