"""The schema for editors: valid, as the model is, and never stricter than the loader."""

import json
import re
from pathlib import Path
from typing import Any, TypeAlias

import jsonschema
import pytest

from routing.bare_words import Misread, Reference
from routing.model import FileShape
from routing.model_schema import model_schema, parts, shapes
from routing.schema import SCHEMA_FILE, editor_schema
from routing.schema_words import anchor_of
from routing.written import NOTE, UNREAD
from routing.yaml_reading import read_yaml

ROOT = Path(__file__).parents[2]
BAD_RULES = sorted((ROOT / "tests" / "bad_rules").glob("*.yaml"))
SCHEMA = editor_schema()
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)


Json: TypeAlias = Any
"""Whatever YAML can say."""


def as_an_editor_reads(value: object) -> Json:
    """Data of our reader as those of YAML 1.2, by which editors read: fewer words mislead it."""
    match value:
        case dict():
            return {key: as_an_editor_reads(each) for key, each in value.items()}
        case list():
            return [as_an_editor_reads(each) for each in value]
        case Reference(name):
            return f"${name}"
        case Misread(text, _) if re.fullmatch(r"[-+]?[0-9]+", text):
            return int(text)
        case Misread(text, _):
            return text
    return value


def data_of(file: Path) -> Json:
    """What an editor sees in a file; None if our reader makes nothing of it."""
    document = read_yaml(file.read_text(encoding="utf-8"), file.name).document
    return None if document is None else as_an_editor_reads(document.data)


def complaints(data: object) -> list[str]:
    """What the schema finds wrong."""
    return [
        f"{'.'.join(map(str, error.absolute_path))}: {error.message}"
        for error in VALIDATOR.iter_errors(data)
    ]


def test_the_schema_is_one() -> None:
    """Of the draft that it names."""
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"
    jsonschema.Draft7Validator.check_schema(SCHEMA)


def test_every_pattern_means_the_same_to_an_editor() -> None:
    """JavaScript refuses, with the flag `u`, to escape what needs no escape."""
    patterns = {part["pattern"] for part in parts(SCHEMA) if isinstance(part.get("pattern"), str)}
    assert len(patterns) > 20
    escapes = {escape for each in patterns for escape in re.findall(r"\\.", each)}
    assert escapes <= {r"\.", r"\*", r"\+", r"\$", r"\{", r"\}"}


def test_the_file_is_not_stale() -> None:
    """Whoever changes the model makes it anew."""
    anew = f"make it anew: rahyab schema --output {SCHEMA_FILE}"
    assert json.loads((ROOT / SCHEMA_FILE).read_text(encoding="utf-8")) == SCHEMA, anew


def test_the_example_names_it() -> None:
    """In the first line, where editors look."""
    first = (ROOT / "routing_rules.yaml").read_text(encoding="utf-8").partition("\n")[0]
    assert first == f"# yaml-language-server: $schema={SCHEMA_FILE}"


def test_every_section_and_every_key_of_the_model_is_in_it() -> None:
    """Whatever the model grows."""
    assert SCHEMA["properties"].keys() == {
        field.alias or name for name, field in FileShape.model_fields.items()
    }
    for name in model_schema()["$defs"]:
        keys = {field.alias or key for key, field in shapes()[name].model_fields.items()}
        assert SCHEMA["definitions"][anchor_of(name)]["properties"].keys() == keys


def test_every_type_tells_how_it_is_written() -> None:
    """The loader may accept what a type does not show: then a `Written` stands beside it."""
    unread = [part for part in parts(model_schema()) if UNREAD in part]
    assert unread == [], "give the type a Written, OrList or OrShort (routing.written)"


def test_nothing_of_ours_leaks_into_it() -> None:
    """Whatever is written must be JSON, and mean something to an editor."""
    assert not any({NOTE, UNREAD} & part.keys() for part in parts(SCHEMA))
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


@pytest.mark.parametrize(
    "file",
    ["routing_rules.yaml", "tests/sample.yaml", "tests/routing/reference_base.yaml"],
)
def test_it_accepts_good_rules(file: str) -> None:
    """Which the loader accepts."""
    assert complaints(data_of(ROOT / file)) == []


def test_it_accepts_each_section_by_itself() -> None:
    """An included file has some sections only, and is checked by the same schema."""
    whole = data_of(ROOT / "tests/sample.yaml")
    for section, content in whole.items():
        if section != "version":
            assert complaints({section: content}) == []


def test_a_main_file_must_be_whole_unless_it_includes_others() -> None:
    """What is missing may stand in one of those."""
    whole = data_of(ROOT / "tests/sample.yaml")
    del whole["queues"]
    assert complaints(whole) == [": 'queues' is a required property"]
    assert complaints({**whole, "include": ["queues.yaml"]}) == []


SEEN = {
    "again-after-hours",
    "again-after-without-a-unit",
    "agent-of-a-request-without-otherwise",
    "agents-as-a-list",
    "amount-without-an-end",
    "arabic-digits-in-duration",
    "bad-case",
    "bad-device",
    "bad-extension",
    "callback-country-in-small-letters",
    "capital-in-id",
    "capital-in-mentioned-id",
    "case-open-in-words",
    "code-of-three-digits",
    "date-not-iso",
    "day-in-full",
    "duration-in-words",
    "duration-without-unit",
    "early-keys-as-text",
    "empty-rule-list",
    "empty-text",
    "empty-value",
    "empty-when",
    "entry-as-a-word",
    "entry-without-otherwise",
    "extension-without-quotes",
    "hangup-cause-too-high",
    "hash-as-key",
    "hour-25",
    "hours-in-words",
    "hours-named-as-text",
    "hours-without-quotes-in-a-list",
    "injected-device",
    "injected-music",
    "language-in-full",
    "length-in-words",
    "length-of-thirty",
    "letter-as-key",
    "level-too-high",
    "level-zero",
    "list-where-text",
    "mapping-where-list",
    "missing-key-in-queue",
    "missing-section",
    "missing-silence",
    "national-number",
    "no-destination",
    "no-keys",
    "null-in-a-list",
    "number-as-text",
    "number-with-spaces",
    "pace-in-other-words",
    "persian-digits-in-date",
    "persian-digits-in-hours",
    "persian-digits-in-length",
    "phone-number-with-leading-zero",
    "phone-number-without-plus",
    "priority-in-quotes",
    "priority-too-high",
    "proof-without-otherwise",
    "proven-in-words",
    "question-answered-in-no-way",
    "question-answered-in-two-ways",
    "repeat-negative",
    "scale-and-keys",
    "scale-not-a-scale",
    "sexagesimal-time",
    "small-country",
    "text-of-no-message",
    "text-where-mapping",
    "track-false",
    "two-destinations",
    "unknown-checksum",
    "unknown-contract-state",
    "unknown-country",
    "unknown-currency",
    "unknown-customer-state",
    "unknown-day",
    "unknown-destination",
    "unknown-fact",
    "unknown-key",
    "unknown-section",
    "unknown-state-of-hours",
    "wrong-version",
    "yes-for-true",
    "yes-no-as-a-word",
}
"""Mistakes of `tests/bad_rules` that an editor shows while one types. Each is one of structure."""


@pytest.mark.parametrize("name", sorted(SEEN))
def test_it_sees_mistakes_of_structure(name: str) -> None:
    """One mistake a file: none of them is accepted."""
    assert complaints(data_of(ROOT / "tests" / "bad_rules" / f"{name}.yaml")) != []


def test_how_many_of_all_mistakes_it_sees() -> None:
    """Shown by `pytest -s`: the share that editors see is told in the documentation."""
    read = {file.stem: data for file in BAD_RULES if (data := data_of(file)) is not None}
    seen = {name for name, data in read.items() if complaints(data)}
    all_of_them, unread = len(BAD_RULES), len(BAD_RULES) - len(read)
    print(f"\nOf {all_of_them} mistakes the schema sees {len(seen)}; {unread} cannot be read.")  # noqa: T201  its purpose
    assert seen >= SEEN
