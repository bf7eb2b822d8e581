"""`rahyab diff`: what is different between two versions of the rules, in meaning."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from agi_server.cli.errors import FINDINGS
from agi_server.cli.loading import settings_for_command
from agi_server.cli.printing import as_json, cell
from agi_server.cli.problems import plural
from agi_server.cli.versions import policy_of_version
from routing.differences import Difference, differences
from routing.value_classes import Values


@click.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--json", "json_", is_flag=True, help="As JSON, with all that is shown by the calls.")
def diff_command(old: str, new: str, json_: bool) -> None:
    """Tell what is different between two versions of the rules, in meaning and not in text.

    OLD and NEW are files, or names of revisions that were once in force.

    For each rule list it is worked out, for every possible call, which way it went before and
    which way it goes now.

    Exit code 0: no difference. 1: differences, or problems in a file. 2: it could not run.
    """
    settings = settings_for_command()
    versions = [policy_of_version(settings, version) for version in (old, new)]
    found = tuple(differences(*versions))
    if json_:
        click.echo(as_json({"differences": [_to_data(each) for each in found]}))
    else:
        _print(found)
    if found:
        raise click.exceptions.Exit(FINDINGS)


def _print(found: Sequence[Difference]) -> None:
    console = Console(highlight=False)
    for place, same in groupby(found, lambda each: each.place):
        console.print(Text(place, style="bold"))
        for each in same:
            console.print(_lines(each))
    count = len(found)
    words = f"{count} {plural('difference', count)}" if found else "no difference in meaning"
    console.print(words)


def _lines(difference: Difference) -> Text:
    text = Text()
    if difference.about:
        text.append_text(cell(f"  {difference.about}\n"))
    for mark, words, style in (("-", difference.before, "red"), ("+", difference.now, "green")):
        if words is not None:
            text.append(f"    {mark} {cell(words)}\n", style=style)
    text.right_crop(1)
    return text


def _to_data(difference: Difference) -> dict[str, Any]:
    return {
        "place": difference.place,
        "about": difference.about,
        "before": difference.before,
        "now": difference.now,
        "calls": [_values_to_data(values) for values in difference.calls],
    }


def _values_to_data(values: Values) -> dict[str, Any]:
    return {
        "fact": values.fact,
        "argument": values.argument,
        "values": None if values.others else list(values.named),
        "all_but": list(values.excluded) if values.others else None,
    }
