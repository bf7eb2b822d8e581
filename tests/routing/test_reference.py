"""The reference page: made of the model, whole, and right in every example."""

import json
import re
from pathlib import Path

import pytest

from ivr.prompts import builtin_prompts
from routing.loading import load_policy
from routing.model_schema import model_schema, parts
from routing.reference import PAGE, anchor_at, anchors, reference_page
from routing.rules_text import RulesText
from routing.telling import told
from routing.yaml_reading import read_yaml

ROOT = Path(__file__).parents[2]
BASE = Path(__file__).with_name("reference_base.yaml").read_text(encoding="utf-8")
ANEW = "make it anew: rahyab schema --reference --output docs/rules-reference.md"

TEXTS = {
    **{name: part["description"] for name, part in model_schema()["$defs"].items()},
    **{
        name: part["description"]
        for name, part in model_schema()["properties"].items()
        if "description" in part
    },
}
"""Every docstring of a shape, and every description of a section."""
EXAMPLES = {name: told(text).example for name, text in TEXTS.items() if told(text).example}


def data_of(text: str) -> dict[str, object]:
    """What a YAML text says, in which nothing may be misread."""
    reading = read_yaml(text, "example")
    assert reading.document is not None
    assert reading.problems == ()
    return reading.document.data


def test_the_page_is_not_stale() -> None:
    """Whoever changes the model makes the page anew."""
    assert (ROOT / PAGE).read_text(encoding="utf-8") == reference_page(), ANEW


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_loads(name: str) -> None:
    """Its entries take the place of those of a small site's rules."""
    whole = data_of(BASE)
    for section, content in data_of(EXAMPLES[name]).items():
        before = whole.get(section)
        joined = isinstance(before, dict) and isinstance(content, dict)
        whole[section] = {**before, **content} if joined else content
    marked = json.dumps(whole, ensure_ascii=False, default=lambda reference: f"@{reference.name}@")
    text = re.sub('"@([a-z-]+)@"', r"$\1", marked)
    files = whole.get("include", [])
    assert isinstance(files, list)
    included = {file: f"mailboxes: {{{Path(file).stem}: {{}}}}" for file in files}
    policy = load_policy(RulesText(name, text, included), known_prompts=builtin_prompts())
    assert policy.revision


def test_every_section_has_an_example() -> None:
    """Its own, or that of the shape that it is made of."""
    shown = {section for text in EXAMPLES.values() for section in data_of(text)}
    assert shown >= model_schema()["properties"].keys()


def keys_in(value: object) -> set[str]:
    """Every key of data, at any depth."""
    if isinstance(value, dict):
        return {*value, *(key for each in value.values() for key in keys_in(each))}
    if isinstance(value, list):
        return {key for each in value for key in keys_in(each)}
    return set()


def test_every_key_is_shown_in_an_example() -> None:
    """Nobody has to guess how it is written."""
    shown = {key for text in EXAMPLES.values() for key in keys_in(data_of(text))}
    known = {key for part in parts(model_schema()) for key in part.get("properties", ())}
    assert known - shown == set()


def test_every_key_is_described_in_whole_sentences() -> None:
    """The texts are shown by editors too."""
    shapes = [model_schema(), *model_schema()["$defs"].values()]
    texts = {
        f"{shape['title']}.{key}": told(value.get("description", TEXTS.get(key, ""))).summary
        for shape in shapes
        for key, value in shape["properties"].items()
        if "$ref" not in value or "description" in value
    }
    assert {key for key, text in texts.items() if not text.endswith(".")} == set()


def headings() -> list[str]:
    """The anchors that a Markdown page gives its headings."""
    found = re.findall(r"^#+ (.+)$", reference_page(), re.MULTILINE)
    return [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found]


def test_every_link_leads_somewhere() -> None:
    """And to one place only."""
    places = headings()
    links = set(re.findall(r"\]\(#([^)]*)\)", reference_page()))
    assert len(links) > 20
    assert links - set(places) == set()
    assert [place for place in places if places.count(place) > 1] == []
    assert anchors() - set(places) == set()


@pytest.mark.parametrize(
    ("path", "anchor"),
    [
        (("queues", "support", "ring"), "queues"),
        (("queues", "support", "need", 0, "level"), "need"),
        (("unlisted", "hangup"), "destination"),
        (("numbers", "+982191000000", "start", "menu"), "destination"),
        (("rules", "arrival", 0, "say"), "actions"),
        (("rules", "arrival", 0, "when", "queue", "support", "agents"), "queue-state"),
        (("menus", "welcome", "keys", "1", "say_key"), "menu-key"),
        (("prompts", "welcome", "fa"), "prompts"),
        (("nothing", "known"), ""),
        ((), ""),
    ],
)
def test_a_place_in_the_rules_has_its_place_in_the_page(
    path: tuple[str | int, ...], anchor: str
) -> None:
    """So that a finding can point to what is to be read about it."""
    assert anchor_at(path) == anchor
    assert not anchor or anchor in anchors()
