"""Values that are defined once: followed, placed, and told of.

The mistakes and their words are in `tests/bad_rules/define-*.yaml`.
"""

from hypothesis import given
from hypothesis import strategies as st

from routing.catalogue import Level
from routing.defining import Resolved, resolve, told
from routing.documents import Position
from routing.loading import examine
from routing.rules_text import RulesText
from routing.yaml_reading import read_yaml
from tests.sample import BUILTIN, TEXT

DEFINED = (
    TEXT.replace("ring: 20s", "ring: $ring")
    .replace("found: {menu: welcome}, not_found: {queue: reception}", "found: $a, not_found: $b")
    .replace("[closed, holiday]", "[$closed, holiday]")
    .replace("    - id: everyone\n      then: {queue: support}\n", "    - $everyone\n")
    .replace("surveys:\n", "surveys: $surveys\nx_surveys:\n")
)
SURVEYS = DEFINED[DEFINED.index("x_surveys:") : DEFINED.index("prompts:")]
DEFINED = (
    DEFINED.replace(SURVEYS, "")
    + """define:
  ring: 20s
  a: {menu: welcome}
  b: {queue: $desk}
  desk: reception
  closed: closed
  everyone: {id: everyone, then: {queue: support}}
  surveys:
"""
    + "".join(f"  {line}\n" for line in SURVEYS.splitlines()[1:])
)


def resolved(text: str) -> Resolved:
    """What becomes of a text."""
    document = read_yaml(text, "f").document
    assert document is not None
    return resolve(document)


def test_defined_values_mean_what_written_ones_mean() -> None:
    """Whole sections, entries, items of lists, and definitions within definitions."""
    written = examine(RulesText("f", TEXT), known_prompts=BUILTIN).policy
    defined = examine(RulesText("f", DEFINED), known_prompts=BUILTIN)
    assert defined.of_level(Level.ERROR) == ()
    assert defined.policy is not None
    assert written is not None
    for part in ("queues", "menus", "surveys", "tracking", "hours", "prompts"):
        assert getattr(defined.policy, part) == getattr(written, part), part
    ids = [rule.id for rule in defined.policy.rules["arrival"].rules]
    assert ids == ["closed", "gold", "everyone"]


def test_places_are_found_through_references() -> None:
    """A value is where it is defined, a key of the use where it is used."""
    text = "a:\n  b: $x\nc: [$x]\ndefine:\n  x: {d: $y}\n  y:\n    e: 1\n"
    document = resolved(text).document
    assert document.data["a"] == {"b": {"d": {"e": 1}}}
    assert document.at_key(("a", "b")) == Position(2, 3, "f")
    assert document.at_value(("a", "b")) == Position(5, 6, "f")
    assert document.at_key(("a", "b", "d")) == Position(5, 7, "f")
    assert document.at_key(("a", "b", "d", "e")) == Position(7, 5, "f")
    assert document.at_value(("c", 0, "d", "e")) == Position(7, 8, "f")
    assert document.at_value(("c", 0, "d", "absent")) == Position(7, 5, "f")
    assert document.spelt(("c", 0, "d", "e")) == "define.y.e"


def test_quotes_make_text_of_a_reference() -> None:
    """So does anything else beside the name."""
    document = resolved("a: \"$x\"\nb: '$x'\nc: $x y\nd: a$x\ne: $x\ndefine: {x: 1}\n").document
    assert document.data["a"] == document.data["b"] == "$x"
    assert (document.data["c"], document.data["d"]) == ("$x y", "a$x")
    assert document.data["e"] == 1


def test_a_mistake_of_a_definition_is_told_once_and_of_a_use_there() -> None:
    """Wrong everywhere: the definition is. Wrong at one of two: that use is."""
    document = resolved("a: $x\nb: $x\ndefine: {x: {y: 1}}\n").document
    at_a, at_b = (document.problem((place, "y"), "code", "bad", "mend") for place in "ab")
    (both,) = told([at_a, at_b], document)
    assert (both.line, both.path, both.message) == (3, "define.x.y", "bad (`$x`, used in a, b)")
    (one,) = told([at_b], document)
    assert (one.line, one.path) == (2, "b.y")
    assert one.message == "bad (`$x`, which is right elsewhere)"
    assert one.hint == "mend, here instead of `$x`"


def test_a_definition_in_a_dropped_value_is_used() -> None:
    """The second of two values is not looked at, and its names are no findings."""
    assert [each.code for each in resolved("a: 1\na: $nothing\n").problems] == []


def test_every_circle_is_told_and_nothing_hangs() -> None:
    """Two of them, one through a list, and a use of each."""
    text = "a: [$x, $p]\ndefine: {x: $y, y: [$x], p: {q: $p}}\n"
    outcome = resolved(text)
    assert [each.code for each in outcome.problems] == ["circular-definition"] * 2
    assert len(outcome.hushed) == 2


NAMES = st.sampled_from("abcdef")
VALUES = st.recursive(
    st.one_of(NAMES.map(lambda name: f"${name}"), st.just("1")),
    lambda inner: st.lists(inner, min_size=1, max_size=3).map(lambda each: f"[{', '.join(each)}]"),
    max_leaves=6,
)


@given(st.dictionaries(NAMES, VALUES, max_size=6), st.lists(VALUES, max_size=4))
def test_whatever_is_defined_resolving_ends_with_plain_data(
    defined: dict[str, str], used: list[str]
) -> None:
    """Circles, growth, unknown names: no reference is left over, and every place is found."""
    define = "".join(f"  {name}: {value}\n" for name, value in defined.items())
    text = f"x: [{', '.join(used)}]\n" + (f"define:\n{define}" if define else "")
    document = resolved(text).document
    for path, name in document.followed.items():
        if path[0] == "x":
            assert document.at_value(path).line > 1, name
    assert "Reference(" not in repr(document.data["x"])
