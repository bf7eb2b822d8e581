"""Several files as one: which are included, and how they are joined.

The mistakes and their words are in `tests/bad_rules/include-*.yaml`.
"""

import pytest

from routing.catalogue import Level
from routing.documents import Position
from routing.including import MOST_FILES, included_names, read_all
from routing.loading import examine
from routing.rules_text import RulesText
from routing.yaml_reading import MAX_CHARACTERS
from tests.sample import BUILTIN, TEXT

PROMPTS = TEXT[TEXT.index("prompts:") :]
WITHOUT_PROMPTS = TEXT.removesuffix(PROMPTS)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("include: [a.yaml, sub/b.yaml]\nversion: 1\n", ("a.yaml", "sub/b.yaml")),
        ("include:\n- a.yaml\n- a.yaml\n", ("a.yaml",)),
        ("version: 1\n", ()),
        ("include: a.yaml\n", ()),
        ("include: [1, {a: b}, no, $x]\n", ()),
        ("include: [../a.yaml, /a.yaml, 'a\\b', C:a.yaml, '*.yaml', '', b.yaml]\n", ("b.yaml",)),
        ("include: [a.yaml\n", ()),
        ("include: [a.yaml]\n\tb: c\n", ()),
        ("[include]", ()),
        ("include: {a.yaml: 1}", ()),
    ],
)
def test_the_names_are_those_that_may_be_read(text: str, names: tuple[str, ...]) -> None:
    """Whatever is wrong with the file, nothing outside of its folder is named."""
    assert included_names(text) == names


def test_no_more_files_are_named_than_anybody_needs() -> None:
    """Each costs a file to open."""
    names = [f"f{number}.yaml" for number in range(MOST_FILES + 1)]
    text = f"include: [{', '.join(names)}]\n"
    assert included_names(text) == tuple(names[:-1])
    problems = read_all(RulesText("r", text, dict.fromkeys(names, "skills: {}"))).problems
    assert problems[-1].code == "bad-include"


def test_joined_files_mean_what_one_file_means() -> None:
    """The same policy, but for lines and revision."""
    one = examine(RulesText("rules.yaml", TEXT), known_prompts=BUILTIN).policy
    main = f"{WITHOUT_PROMPTS}include: [prompts.yaml]\n"
    two = examine(RulesText("rules.yaml", main, {"prompts.yaml": PROMPTS}), known_prompts=BUILTIN)
    assert two.of_level(Level.ERROR) == ()
    assert one is not None
    assert two.policy is not None
    assert two.policy.prompts == one.prompts
    assert two.policy.rules == one.rules
    assert two.policy.revision != one.revision


def test_entries_of_one_section_come_in_the_order_of_the_files() -> None:
    """The main file first."""
    rules = RulesText(
        "r.yaml",
        "include: [b.yaml, c.yaml]\nskills: {a: x}\n",
        {"b.yaml": "skills: {b: x}\n", "c.yaml": "skills: {c: x}\n"},
    )
    document = read_all(rules).document
    assert document is not None
    assert list(document.data["skills"]) == ["a", "b", "c"]  # type: ignore[call-overload]
    assert document.at_key(("skills", "c")) == Position(1, 10, "c.yaml")


def test_tests_of_all_files_make_one_list() -> None:
    """With the place of each."""
    rules = RulesText(
        "sub/r.yaml",
        "include: [b.yaml]\ntests: [{name: one}]\n",
        {"b.yaml": "tests:\n- {name: two}\n- {name: three}\n"},
    )
    document = read_all(rules).document
    assert document is not None
    assert document.data["tests"] == [{"name": "one"}, {"name": "two"}, {"name": "three"}]
    assert document.at_value(("tests", 2, "name")) == Position(3, 10, "sub/b.yaml")


def test_problems_come_in_the_order_of_the_files() -> None:
    """Of the main file first, then as it includes them, whatever they are called."""
    main = f"{WITHOUT_PROMPTS.replace('ring: 20s', 'ring: 20')}include: [b.yaml, a.yaml]\n"
    texts = {"b.yaml": PROMPTS.replace("Hello", "''"), "a.yaml": "skills: {x: ''}\n"}
    found = examine(RulesText("rules.yaml", main, texts), known_prompts=BUILTIN)
    errors = [each.file for each in found.of_level(Level.ERROR)]
    assert errors == ["rules.yaml", "b.yaml", "a.yaml"]


def test_files_are_named_by_the_folder_of_the_main_file() -> None:
    """So that an editor can open what a finding names."""
    rules = RulesText("/etc/rahyab/rules.yaml", "", {"sub/q.yaml": "x"})
    assert rules.texts() == {"/etc/rahyab/rules.yaml": "", "/etc/rahyab/sub/q.yaml": "x"}
    assert RulesText("-", "").file_of("q.yaml") == "q.yaml"


def test_all_files_together_have_a_limit() -> None:
    """Else a hundred files of the largest size would be read."""
    rules = RulesText("r", "include: [a.yaml]", {"a.yaml": "#" * MAX_CHARACTERS})
    (problem,) = read_all(rules).problems
    assert problem.code == "file-too-large"


def test_a_bundle_keeps_why_a_file_could_not_be_read() -> None:
    """Another process tells the same."""
    rules = RulesText("r", "include: [a.yaml]", {}, {"a.yaml": "is a secret"})
    again = RulesText.unbundled(rules.bundled())
    assert again == rules
    (problem,) = read_all(again).problems
    assert (problem.code, problem.message) == ("missing-file", '"a.yaml" is a secret')
