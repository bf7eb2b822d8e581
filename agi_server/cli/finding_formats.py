"""What a check has found, as other programs want it: JSON, SARIF, and the lines of GitHub Actions.

The functions return text and print nothing.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from agi_server import __version__
from routing.catalogue import Entry, Level, catalogue
from routing.problems import Problem, one_line
from routing.rules_text import RulesText

_SARIF_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


@dataclass(frozen=True, slots=True)
class Report:
    """What a check has found.

    Attributes:
        rules: What was checked.
        problems: Every finding, in order.
        counts: How many of each thing the rules hold, by its name; empty if they do not load.
        folder: The working folder: files within are named relative to it where programs want that.
    """

    rules: RulesText
    problems: Sequence[Problem]
    counts: Mapping[str, int]
    folder: Path

    def file(self, name: str) -> str:
        """A file relative to the working folder if it is within, with slashes; else as it is."""
        path = self.folder / name
        inside = path.is_relative_to(self.folder)
        return path.relative_to(self.folder).as_posix() if inside else name


def as_json(report: Report) -> str:
    """One object: file, revision, counts, and the findings with all that is known of each."""
    whole = {
        "file": report.rules.file,
        "revision": report.rules.revision,
        "counts": {
            f"{level}s": sum(each.level == level for each in report.problems) for level in Level
        },
        "found": dict(report.counts),
        "findings": [finding(each) for each in report.problems],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2)


def error_as_json(file: str, error: str) -> str:
    """What there is to say of rules that cannot be read."""
    return json.dumps({"file": file, "error": one_line(error)}, ensure_ascii=False, indent=2)


def finding(problem: Problem) -> dict[str, Any]:
    """All that is known of one finding."""
    names = ("file", "line", "column", "path", "level", "code", "message", "hint")
    return {name: getattr(problem, name) for name in names}


def as_sarif(report: Report) -> str:
    """SARIF 2.1.0, for code scanning and for editors; the rules are the catalogue's."""
    codes = list(catalogue())
    return _sarif({"results": [_sarif_result(each, report, codes) for each in report.problems]})


def error_as_sarif(file: str, error: str) -> str:
    """What there is to say of rules that cannot be read: a run that was none."""
    del file  # the sentence names it
    told = {"level": "error", "message": {"text": one_line(error)}}
    failed = {"executionSuccessful": False, "toolExecutionNotifications": [told]}
    return _sarif({"results": [], "invocations": [failed]})


def _sarif(results: dict[str, Any]) -> str:
    driver = {
        "name": "rahyab",
        "version": __version__,
        "rules": [_sarif_rule(code, entry) for code, entry in catalogue().items()],
    }
    # Ours count characters; SARIF's default is the unit of UTF-16.
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", **results}
    whole = {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(whole, ensure_ascii=False, indent=2)


def _sarif_rule(code: str, entry: Entry) -> dict[str, Any]:
    return {
        "id": code,
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": entry.why},
        "help": {"text": f"rahyab help {code}"},
        "defaultConfiguration": {"level": entry.level.value},
    }


def _sarif_result(problem: Problem, report: Report, codes: Sequence[str]) -> dict[str, Any]:
    place = {
        "artifactLocation": {"uri": _uri(report.file(problem.file))},
        "region": {"startLine": problem.line, "startColumn": problem.column},
    }
    location: dict[str, Any] = {"physicalLocation": place}
    if problem.path:
        location["logicalLocations"] = [{"fullyQualifiedName": problem.path}]
    known = {"ruleIndex": codes.index(problem.code)} if problem.code in codes else {}
    return {
        "ruleId": problem.code,
        **known,
        "level": problem.level.value,
        "message": {"text": _sentences(problem)},
        "locations": [location],
    }


def _uri(file: str) -> str:
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(file)


def as_github(report: Report) -> str:
    """Workflow commands: GitHub shows each beside its line in a pull request."""
    return "\n".join(_github_line(each, report) for each in report.problems)


def error_as_github(file: str, error: str) -> str:
    """What there is to say of rules that cannot be read."""
    return f"::error file={_github_property(file)}::{_github_text(error)}"


def _github_line(problem: Problem, report: Report) -> str:
    properties = {
        "file": report.file(problem.file),
        "line": problem.line,
        "col": problem.column,
        "title": problem.code,
    }
    told = ",".join(f"{name}={_github_property(str(each))}" for name, each in properties.items())
    return f"::{problem.level} {told}::{_github_text(_sentences(problem))}"


def _github_text(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _github_property(text: str) -> str:
    return _github_text(text).replace(":", "%3A").replace(",", "%2C")


def _sentences(problem: Problem) -> str:
    hint = f"\n{one_line(problem.hint)}" if problem.hint else ""
    return f"{one_line(problem.message)}{hint}"
