"""The catalogue of findings: complete, and true."""

import re
from pathlib import Path

import pytest

from ivr.prompts import builtin_prompts
from routing import catalogue as catalogue_module
from routing.catalogue import EXAMPLE_YEAR, Entry, Level, catalogue, level_of
from routing.loading import examine
from tests.routing.test_bad_rules import FILES, announced_in

ENTRIES = pytest.mark.parametrize(("code", "entry"), catalogue().items(), ids=list(catalogue()))
TOO_LARGE_TO_KEEP = {"file-too-large"}
"""Codes whose example would be megabytes in `tests/bad_rules`; tests make it on the spot."""


def codes_found(file: Path) -> set[str]:
    """The codes that a file of `tests/bad_rules` announces."""
    return {line.split(" | ")[0].split()[-1] for line in announced_in(file)}


def test_every_code_is_in_the_catalogue_and_has_a_mistake_to_show() -> None:
    """Both ways: what is found is explained, and what is explained is found."""
    found = set().union(*map(codes_found, FILES))
    assert found == set(catalogue()) - TOO_LARGE_TO_KEEP


@ENTRIES
def test_a_failing_example_gets_its_own_finding_and_no_other(code: str, entry: Entry) -> None:
    """What `rahyab help` shows is what the checker says."""
    examination = examine(entry.failing(), known_prompts=builtin_prompts(), year=EXAMPLE_YEAR)
    assert {problem.code for problem in examination.problems} == {code}
    assert (examination.policy is None) == (entry.level == Level.ERROR)


@ENTRIES
def test_a_mended_example_is_in_order(code: str, entry: Entry) -> None:
    """Not even a warning is left."""
    examination = examine(entry.cured(), known_prompts=builtin_prompts(), year=EXAMPLE_YEAR)
    assert examination.problems == (), code


@ENTRIES
def test_an_entry_reads_well(code: str, entry: Entry) -> None:
    """A title is one line in a table; the reason is sentences."""
    assert len(entry.title) <= 75, code
    assert entry.title[0].isupper()
    assert not entry.title.endswith(".")
    assert entry.why.endswith(".")
    assert "\n" not in entry.why


def test_what_the_catalogue_does_not_know_is_grave() -> None:
    """A finding without an entry is a mistake of ours, which must not let bad rules pass."""
    assert level_of("no-such-code") == Level.ERROR


CODE_IN_SOURCE = re.compile(r"\bcomplaint\(\s*\"([a-z0-9-]+)\"")


def test_every_complaint_of_a_field_is_in_the_catalogue() -> None:
    """Also one for which nobody has written a mistake yet."""
    sources = Path(catalogue_module.__file__).parent.glob("*.py")
    codes = {code for each in sources for code in CODE_IN_SOURCE.findall(each.read_text("utf-8"))}
    assert len(codes) > 20
    assert codes <= set(catalogue())
