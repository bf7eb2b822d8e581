"""The reference page of the rules file, made of the loader's own model.

Sections come in the order of the file. What one section alone is made of is explained within it;
what several share, and the kinds of values, once, below. All words stand in the model: this puts
them in order.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from routing.model_schema import model_schema, parts, shapes
from routing.problems import Path
from routing.schema_words import anchor_of, in_words, shape_name, spelt, title_of
from routing.shape import Shape
from routing.telling import Told, told
from routing.written import NOTE, JsonSchema, Kind, Written

PAGE: Final = "docs/rules-reference.md"
"""Where the page stands in the repository."""

_MADE_BY: Final = "<!-- Made by `rahyab schema --reference`: do not edit. -->"


def reference_page() -> str:
    """The whole page, in Markdown."""
    paragraphs = [
        "# Rules reference",
        _MADE_BY,
        *_texts(told(model_schema()["description"])),
        *_contents(),
        *(each for name in _sections() for each in _section(name)),
        "## Shared parts",
        *(each for name in _shared() for each in _shape(name, "###")),
        "## Kinds of values",
        *(each for kind in _kinds() for each in (f"### {kind.name}", kind.text)),
    ]
    return "\n\n".join(paragraphs) + "\n"


@cache
def anchors() -> frozenset[str]:
    """The places of the page that can be linked to: `queues`, `destination`, `duration`."""
    explained = [name for section in _sections() for name in _within(section)]
    return frozenset(
        [
            *_sections(),
            *map(anchor_of, [*explained, *_shared()]),
            *(kind.anchor for kind in _kinds()),
        ]
    )


def anchor_at(path: Path) -> str:
    """The anchor of the place that explains the key at `path` of a rules file.

    >>> anchor_at(("queues", "support", "ring")), anchor_at(("unlisted", "hangup"))
    ('queues', 'destination')
    """
    schema: JsonSchema = model_schema()
    anchor = ""
    for place, part in enumerate(path):
        here, schema = _step(schema, part)
        if place == 0:
            anchor = str(part) if part in _sections() else ""
        elif here is not None:
            anchor = _anchor_of_shape(here) or anchor
    return anchor


def _step(schema: JsonSchema, part: str | int) -> tuple[str | None, JsonSchema]:
    """One step down: the shape of which `part` is a key, and the schema of what is there."""
    shape = next((shape_name(each) for each in _choices(schema) if "$ref" in each), None)
    whole = model_schema()["$defs"][shape] if shape else schema
    if part in whole.get("properties", {}):
        owner = _owner(shape, str(part)) if shape else None
        return owner, whole["properties"][part]
    inner = whole.get("items") if isinstance(part, int) else whole.get("additionalProperties")
    return shape, inner if isinstance(inner, dict) else {}


def _choices(schema: JsonSchema) -> list[JsonSchema]:
    return [schema, *schema.get("anyOf", ())]


def _owner(shape: str, key: str) -> str:
    """The shape that explains a key: that itself, or the one it has the key from."""
    for base in _bases(shape):
        if key in _schema_of(base)["properties"]:
            return _owner(base, key)
    return shape


def _anchor_of_shape(shape: str) -> str:
    return "" if anchor_of(shape) not in anchors() or shape in _targets() else anchor_of(shape)


@cache
def _sections() -> tuple[str, ...]:
    return tuple(model_schema()["properties"])


@cache
def _targets() -> dict[str, str]:
    """The shapes that are explained as a section, with the section."""
    found: dict[str, str] = {}
    for name in _sections():
        target = _target(model_schema()["properties"][name])
        if target is not None and target not in _shared():
            found.setdefault(target, name)
    return found


def _target(schema: JsonSchema) -> str | None:
    """The shape of a section or of its entries, None if they have none."""
    inner = schema.get("additionalProperties")
    inner = inner if isinstance(inner, dict) else schema
    inner = inner.get("items", inner)
    return shape_name(inner) if "$ref" in inner else None


def _mentioned(schema: JsonSchema) -> tuple[str, ...]:
    """The shapes that a schema refers to, each once, in their order."""
    names = (shape_name(part) for part in parts(schema) if isinstance(part.get("$ref"), str))
    return tuple(dict.fromkeys(names))


def _reached(schema: JsonSchema) -> tuple[str, ...]:
    """The shapes that a schema is made of, however indirectly, in the order of reading."""
    found: dict[str, None] = {}
    waiting = list(_mentioned(schema))
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting = [*_mentioned(_own(name)), *_bases(name), *waiting]
    return tuple(found)


def _bases(name: str) -> tuple[str, ...]:
    """The shapes from which a shape has keys."""
    bases = shapes()[name].__bases__
    return tuple(base.__name__ for base in bases if base is not Shape and issubclass(base, Shape))


def _schema_of(name: str) -> JsonSchema:
    """The schema of a shape; of one that only others have keys from, too."""
    found: JsonSchema = model_schema()["$defs"].get(name) or model_schema(shapes()[name])
    return found


def _own(name: str) -> JsonSchema:
    """The keys of a shape that it has from no other, with their schemas."""
    shape = _schema_of(name)
    inherited = {key for base in _bases(name) for key in _keys(base)}
    return {key: value for key, value in shape["properties"].items() if key not in inherited}


def _keys(name: str) -> Iterable[str]:
    return [field.alias or key for key, field in shapes()[name].model_fields.items()]


@cache
def _shared() -> tuple[str, ...]:
    """The shapes that more than one section is made of."""
    reached = [_reached(section) for section in model_schema()["properties"].values()]
    names = dict.fromkeys(name for names in reached for name in names)
    return tuple(name for name in names if sum(name in each for each in reached) > 1)


def _within(section: str) -> tuple[str, ...]:
    """The shapes that are explained within a section, below its own."""
    names = _reached(model_schema()["properties"][section])
    return tuple(name for name in names if name not in _shared() and name not in _targets())


@cache
def _kinds() -> tuple[Kind, ...]:
    """The kinds of values, in the order of the alphabet."""
    notes = (part.get(NOTE) for part in parts(model_schema()))
    kinds = {note.kind for note in notes if isinstance(note, Written) and note.kind}
    return tuple(sorted(kinds, key=lambda kind: kind.name))


def _contents() -> Iterator[str]:
    yield f"**Sections:** {' · '.join(f'[`{name}`](#{name})' for name in _sections())}"
    shared = (f"[{title_of(name).lower()}](#{anchor_of(name)})" for name in _shared())
    yield f"**Shared parts:** {' · '.join(shared)}"
    kinds = (f"[{kind.name.lower()}](#{kind.anchor})" for kind in _kinds())
    yield f"**Kinds of values:** {' · '.join(kinds)}"


def _section(name: str) -> Iterator[str]:
    schema = model_schema()["properties"][name]
    target = _target(schema)
    own = target if target in _targets() else None
    shape = told(_schema_of(own).get("description", "")) if own else Told("", "", "")
    text = told(schema["description"]) if "description" in schema else shape
    must = " Required." if name in model_schema()["required"] else ""
    yield f"## `{name}`"
    yield f"{text.summary}{must}"
    if text.prose:
        yield text.prose
    if own is None:
        yield f"Value: {_linked(schema)}."
    else:
        yield from _entries(schema)
        yield from filter(None, [shape.prose])
        yield from _table(own)
    yield from _example(text.example or shape.example)
    for each in _within(name):
        yield from _shape(each, "###")


def _entries(schema: JsonSchema) -> Iterator[str]:
    """How the entries of a section are named."""
    values = schema.get("additionalProperties")
    if isinstance(values, dict):
        name = in_words(schema["propertyNames"], _link)
        what = "is a list, whose items have" if values.get("type") == "array" else "has"
        yield f"Each entry is called by {name} and {what} these keys:"


def _shape(name: str, level: str) -> Iterator[str]:
    text = told(_schema_of(name).get("description", ""))
    yield f"{level} {title_of(name)}"
    yield from _texts(text)
    yield from _table(name)
    yield from _example(text.example)


def _texts(text: Told) -> Iterator[str]:
    yield from filter(None, [text.summary, text.prose])


def _example(example: str) -> Iterator[str]:
    if example:
        yield f"```yaml\n{example}\n```"


def _table(name: str) -> Iterator[str]:
    """The keys of a shape, and from which others it has more."""
    own = _own(name)
    required = _schema_of(name).get("required", ())
    if own:
        rows = (_row(key, schema, key in required) for key, schema in own.items())
        yield "\n".join(["| Key | Value | Meaning |", "|---|---|---|", *rows])
    if _bases(name):
        links = (f"[{title_of(base).lower()}](#{anchor_of(base)})" for base in _bases(name))
        also = "And" if own else "It has"
        yield f"{also} the keys of: {', '.join(links)}."


def _row(key: str, schema: JsonSchema, required: bool) -> str:
    text = told(schema.get("description", ""))
    default = f" If left out: `{spelt(schema['default'])}`." if "default" in schema else ""
    must = " **Required.**" if required else ""
    meaning = " ".join(filter(None, [text.summary, *text.prose.split("\n")]))
    cells = (f"`{key}`", _linked(schema), f"{meaning}{default}{must}")
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _linked(schema: JsonSchema) -> str:
    return in_words(schema, _link)


def _link(words: str, anchor: str) -> str:
    """A link; a shape that is a section has the anchor of that."""
    sections = {anchor_of(shape): section for shape, section in _targets().items()}
    return f"[{words}](#{sections.get(anchor, anchor)})"
