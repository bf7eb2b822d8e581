"""Results as JUnit XML, which build servers read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from rehearsal.judging import Verdict
from rehearsal.telling import lines

SUITES: Final = "rahyab"

_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What is no character of XML 1.0 (section 2.2)."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A verdict, and how many seconds it took to reach."""

    verdict: Verdict
    seconds: float


def junit_xml(results: Sequence[Timed]) -> str:
    """The document: one suite for each file of tests, one case for each test."""
    suites = Element("testsuites", {"name": SUITES, **_counts(results)})
    for file, group in groupby(results, key=lambda each: each.verdict.test.file):
        of_file = list(group)
        suite = SubElement(suites, "testsuite", {"name": file, **_counts(of_file), "skipped": "0"})
        for each in of_file:
            _case(suite, each)
    indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(suites, encoding="unicode") + "\n"


def _counts(results: Sequence[Timed]) -> dict[str, str]:
    return {
        "tests": str(len(results)),
        "failures": str(sum(not each.verdict.passed for each in results)),
        "errors": "0",
        "time": f"{sum(each.seconds for each in results):.6f}",
    }


def _case(suite: Element, result: Timed) -> None:
    verdict = result.verdict
    case = SubElement(
        suite,
        "testcase",
        name=_allowed(verdict.test.name),
        classname=verdict.test.file,
        time=f"{result.seconds:.6f}",
    )
    if verdict.passed:
        return
    first = verdict.misses[0]
    failure = SubElement(
        case,
        "failure",
        type="expectation",
        message=_allowed(f"expected {first.expected}, got {first.got}"),
    )
    failure.text = _allowed("\n".join(failure_lines(verdict)))


def failure_lines(verdict: Verdict) -> list[str]:
    """A failing test in full: what was expected, what came instead, and the way of the call."""
    misses = [
        line
        for miss in verdict.misses
        for line in (f"expected  {miss.expected}", f"got       {miss.got}")
    ]
    return [*misses, *lines(verdict.account)]


def _allowed(text: str) -> str:
    """Text without the characters that XML cannot hold, not even escaped."""
    return _FORBIDDEN.sub("\ufffd", text)
