"""What a test looks at, and what it says when that is not so."""

import xml.etree.ElementTree as ET

import pytest

from rehearsal.coverage import coverage, points
from rehearsal.judging import Miss
from rehearsal.junit import Timed, junit_xml
from rehearsal.telling import lines
from routing.loading import RulesError
from tests.rehearsal.rules import BOOK, OFFICE_TIME, account_of, judged, read

GOLD = (
    f'{OFFICE_TIME}, keys: "1 9 1"',
    'customer: {segment: gold, contract: {until: "1405-12-01"}}',
)
ANSWERED = "in_queue: {answered_by: sara, after: 12s}"


@pytest.mark.parametrize(
    "outcome",
    [
        "{says: tracking-number-is}",
        "{says: [welcome, tracking-number-is, rate-us]}",
        "{rule: gold}",
        "{rule: [arrival/everyone, gold]}",
        "{queue: support, menu: welcome, survey: satisfaction, hangup: true}",
        "{asterisk_queue: support-fa}",
        "{priority: 10}",
        "{language: fa}",
        "{variables: {RAHYAB_GO: hangup, RAHYAB_QUEUE: support-fa}}",
        "{case: opened}",
        '{answers: {score: "9", solved: "yes"}}',
    ],
)
def test_what_happens_is_expected_and_not_never(outcome: str) -> None:
    """Each key by itself, both ways."""
    assert judged(*GOLD, ANSWERED, f"expect: {outcome}").passed
    never = outcome.partition(",")[0].rstrip("}") + "}" if outcome.count("{") == 1 else outcome
    if "[" not in never:
        assert not judged(*GOLD, ANSWERED, f"never: {never}").passed


@pytest.mark.parametrize(
    ("outcome", "got"),
    [
        ("{says: [rate-us, welcome]}", None),
        ("{rule: everyone-else}", "arrival/everyone, support/gold"),
        ("{rule: [gold, everyone]}", "arrival/everyone, support/gold"),
        ("{queue: sales}", "support"),
        ("{voicemail: sales}", "no voicemail"),
        ("{callback: true}", "no callback"),
        ("{track: true}", "no track"),
        ('{extension: "201"}', "no extension"),
        ('{number: "+442079460000"}', "no number"),
        ("{hangup: 17}", "16"),
        ("{leaves_at: menu welcome}", "no leaves_at"),
        ("{priority: 20}", "10"),
        ("{language: en}", "fa"),
        ("{variables: {RAHYAB_GO: queue}}", None),
        ('{answers: {score: "8"}}', "score=9, solved=yes"),
    ],
)
def test_what_does_not_happen_fails_and_says_what_did(outcome: str, got: str | None) -> None:
    """Expected, and got; and under `never` it is as it should be."""
    (miss,) = judged(*GOLD, ANSWERED, f"expect: {outcome}").misses
    assert miss.expected.partition(":")[0] == outcome.strip("{").partition(":")[0]
    assert got is None or miss.got == got
    assert judged(*GOLD, ANSWERED, f"never: {outcome}").passed


def test_a_visit_that_cannot_be_fails_the_test() -> None:
    """It is the test that is wrong, and it says why."""
    verdict = judged(
        f'{OFFICE_TIME}, keys: "2"', "in_queue: {answered_by: sara}", "expect: {queue: billing}"
    )
    assert "goes to: queue billing" in "\n".join(lines(verdict.account))
    why = "sara never serves the queue billing in the language fa"
    assert verdict.misses == (Miss("what `in_queue` says", why),)


@pytest.mark.parametrize(
    ("given", "got"),
    [
        ((f'{OFFICE_TIME}, keys: "1 2 3"',), "the keys 2 3 were never asked for"),
        ((f'{OFFICE_TIME}, keys: "21"',), "the keys 1 were never asked for"),
        ((f'{OFFICE_TIME}, keys: "1 hangup"',), "the keys hangup were never asked for"),
        (
            (f'{OFFICE_TIME}, keys: "1"', "in_queue: [{gives_up: true}, {refused: true}]"),
            "`in_queue` tells of 2 visits to queues: the call came to 1",
        ),
        (
            (f'{OFFICE_TIME}, keys: "hangup"', "in_queue: {gives_up: true}"),
            "`in_queue` tells of 1 visit to queues: the call came to none",
        ),
    ],
)
def test_what_is_given_and_never_used_fails_the_test(given: tuple[str, ...], got: str) -> None:
    """Whoever wrote it meant another way than the call takes."""
    verdict = judged(*given, "never: {callback: true}")
    assert verdict.misses == (Miss("a use for all that is given", got),)


def test_coverage_tells_what_was_reached_and_what_was_not() -> None:
    """Steps by the time that was waited; branches of a menu by how it was left."""
    reached = coverage(
        BOOK.policy,
        [account_of(f'{OFFICE_TIME}, keys: "1"', "in_queue: {answered_by: sara, after: 30s}")],
    )
    names = {point.name for point in points(BOOK.policy)}
    assert reached.reached & names == {
        "rule arrival/everyone",
        "menu welcome, key 1",
        "rule support/everyone-else",
        "queue support, entered",
        "queue support, step after 20s",
        "queue support, answered",
    }
    assert {each.name for each in reached.missed} == names - reached.reached
    assert reached.share == pytest.approx(100 * 6 / len(names))
    rules = [point for point in points(BOOK.policy) if point.kind == "rules"]
    assert reached.by_kind()["rules"] == (2, len(rules))


def test_junit_has_each_test_and_why_it_failed() -> None:
    """Text that XML cannot hold is replaced."""
    good = judged(*GOLD, ANSWERED, "expect: {queue: support}")
    bad = judged(f'{OFFICE_TIME}, keys: "1"', "expect: {queue: sales}")
    text = junit_xml([Timed(good, 0.001), Timed(bad, 0.002)])
    suites = ET.fromstring(text)  # noqa: S314  our own text
    (suite,) = suites
    assert suite.attrib == {
        "name": "a.test.yaml",
        "tests": "2",
        "failures": "1",
        "errors": "0",
        "skipped": "0",
        "time": "0.003000",
    }
    passed, failed = suite
    assert [each.attrib["name"] for each in suite] == ["a test", "a test"]
    assert not list(passed)
    (failure,) = failed
    assert failure.attrib["message"] == "expected queue: sales, got support"
    assert "✓ everyone-else: for everyone" in (failure.text or "")


def test_test_may_name_only_what_is_there() -> None:
    """A misspelt name would make a test that says nothing."""
    with pytest.raises(RulesError) as caught:
        read(OFFICE_TIME, "expect: {queue: suport}")
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.code) == ("a.test.yaml", 4, "unknown-queue")
