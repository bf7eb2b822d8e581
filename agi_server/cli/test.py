"""`rahyab test`: do the rules do what their tests say?"""

import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agi_server.cli.errors import FINDINGS, CannotRunError
from agi_server.cli.finding_formats import Report
from agi_server.cli.finding_formats import as_json as problems_as_json
from agi_server.cli.loading import end_for_policy, policy_for_command, settings_for_command
from agi_server.cli.printing import as_json, cell, table_console
from agi_server.cli.problems import plural, print_problems
from agi_server.places import Places, places_in
from agi_server.policy import PolicyError, read_rules
from agi_server.rules_files import TEST_FILE
from ivr.prompts import builtin_prompts
from ivr.rulebook import Rulebook
from rehearsal.coverage import Coverage, Point, coverage
from rehearsal.judging import run_test
from rehearsal.junit import Timed, failure_lines, junit_xml
from routing.call_test_loading import load_tests
from routing.call_tests import CallTest
from routing.loading import RulesError
from routing.rules import Policy


@click.command("test")
@click.argument("files", nargs=-1, metavar="[FILE…]", type=click.Path(path_type=Path))
@click.option("--coverage", "shows_coverage", is_flag=True, help="List what no test reached.")
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Fail if the tests reach less of the rules.",
)
@click.option(
    "--junit",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the results there as JUnit XML.",
)
@click.option("--json", "for_programs", is_flag=True, help="For programs: one JSON object.")
def test_command(
    files: tuple[Path, ...],
    shows_coverage: bool,
    fail_under: float | None,
    junit: Path | None,
    for_programs: bool,
) -> None:
    """Run the tests of the rules, without a telephone and without waiting.

    A FILE whose name ends in .test.yaml holds tests, any other is a rules file with its own under
    `tests:`. Without FILE: the rules (RAHYAB_RULES, else routing_rules.yaml), and every *.test.yaml
    beside them.

    Exit code 0: all passed. 1: some failed, they reach too little, or the rules have errors, as
    `rahyab check` has it. 2: there are no tests, or they cannot be loaded.
    """
    rules = _rules_file(files)
    policy = policy_for_command(rules, for_programs=for_programs)
    book = Rulebook.of(policy)
    tests = tuple(_tests(policy, rules, files, for_programs=for_programs))
    if not tests:
        raise CannotRunError(f"{rules} has no tests, and there is no *{TEST_FILE} beside it")
    results = [_timed(book, test) for test in tests]
    reached = coverage(policy, (each.verdict.account for each in results))
    if junit is not None:
        _write(junit, junit_xml(results))
    places = places_in(read_rules(rules))
    if for_programs:
        click.echo(as_json(_as_data(results, reached, places)))
    else:
        _print(table_console(), results)
        if shows_coverage or fail_under is not None:
            _print_coverage(table_console(), reached, places, fail_under)
    below = fail_under is not None and reached.share < fail_under
    if below or not all(each.verdict.passed for each in results):
        raise click.exceptions.Exit(FINDINGS)


def _rules_file(files: Sequence[Path]) -> Path:
    """The rules that are tested. Raises CannotRunError."""
    named = [file for file in files if not file.name.endswith(TEST_FILE)]
    if len(named) > 1:
        raise CannotRunError(f"{named[0]} and {named[1]} are both rules: test one at a time")
    return named[0] if named else settings_for_command().rules


def _tests(
    policy: Policy, rules: Path, files: Sequence[Path], *, for_programs: bool
) -> Iterator[CallTest]:
    """The tests of the rules, then those of each file of tests."""
    named = [file for file in files if file.name.endswith(TEST_FILE)]
    if not named or len(named) < len(files):
        yield from policy.tests
    for file in named or sorted(rules.parent.glob(f"*{TEST_FILE}")):
        yield from _tests_in(policy, file, for_programs=for_programs)


def _tests_in(policy: Policy, file: Path, *, for_programs: bool) -> tuple[CallTest, ...]:
    try:
        rules = read_rules(file)
        return load_tests(policy, str(file), rules.text, known_prompts=builtin_prompts())
    except PolicyError as error:
        raise end_for_policy(error, file, for_programs=for_programs) from None
    except RulesError as error:
        if for_programs:
            click.echo(problems_as_json(Report(rules, error.problems, {}, Path.cwd())))
        else:
            print_problems(rules, error.problems)
        raise CannotRunError(f"the tests in {file} cannot be run") from None


def _timed(book: Rulebook, test: CallTest) -> Timed:
    begun = time.perf_counter()
    verdict = run_test(book, test)
    return Timed(verdict, time.perf_counter() - begun)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CannotRunError(f"{file} cannot be written: {error.strerror}") from None


def _print(console: Console, results: Sequence[Timed]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("", "test", "where"):
        table.add_column(column, overflow="fold")
    for each in results:
        test = each.verdict.test
        mark = Text("✓", style="green") if each.verdict.passed else Text("✗", style="red")
        table.add_row(mark, cell(test.name), cell(f"{test.file}:{test.line}"))
    console.print(table)
    failed = [each for each in results if not each.verdict.passed]
    for each in failed:
        _print_failure(console, each)
    if failed:
        console.print()
    console.print(Text(_summary(results, len(failed)), style="red" if failed else "green"))


def _print_failure(console: Console, failed: Timed) -> None:
    test = failed.verdict.test
    console.print(Text(f"\n✗ {cell(test.name).plain}", style="bold red"))
    console.print(Text(f"  {test.file}:{test.line}", style="dim"))
    for line in failure_lines(failed.verdict):
        console.print(cell(f"  {line}"))


def _summary(results: Sequence[Timed], failed: int) -> str:
    seconds = sum(each.seconds for each in results)
    passed = len(results) - failed
    failures = f", {failed} failed" if failed else ""
    count = f"{len(results)} {plural('test', len(results))}"
    return f"{count}: {passed} passed{failures} ({seconds * 1000:.0f} ms)"


def _print_coverage(
    console: Console, reached: Coverage, places: Places, fail_under: float | None
) -> None:
    console.print()
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("reached", "of", ""):
        table.add_column(column, justify="left" if not column else "right")
    for kind, (count, there) in reached.by_kind().items():
        table.add_row(str(count), str(there), kind)
    console.print(table)
    for missed in _in_file_order(reached.missed, places):
        console.print(cell(f"{places(missed.path)}: no test reaches {missed.name}"))
    wanted = "" if fail_under is None else f", {fail_under:g} % wanted"
    below = fail_under is not None and reached.share < fail_under
    style = "red" if below else "bold"
    console.print(Text(f"Tests reach {reached.share:.1f} % of the rules{wanted}.", style=style))


def _in_file_order(missed: Iterable[Point], places: Places) -> Sequence[Point]:
    def place(point: Point) -> tuple[str, int]:
        file, _, line = places(point.path).rpartition(":")
        return file, int(line)

    return sorted(missed, key=place)


def _as_data(results: Iterable[Timed], reached: Coverage, places: Places) -> dict[str, object]:
    verdicts = [each.verdict for each in results]
    return {
        "passed": sum(each.passed for each in verdicts),
        "failed": sum(not each.passed for each in verdicts),
        "tests": [
            {
                "name": each.test.name,
                "file": each.test.file,
                "line": each.test.line,
                "passed": each.passed,
                "misses": [{"expected": m.expected, "got": m.got} for m in each.misses],
            }
            for each in verdicts
        ],
        "coverage": {
            "percent": round(reached.share, 1),
            "missed": [
                {"what": missed.name, "kind": missed.kind, "at": places(missed.path)}
                for missed in _in_file_order(reached.missed, places)
            ],
        },
    }
