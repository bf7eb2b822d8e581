"""`rahyab dialplan diff`: what `install` would change, in meaning or in text."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import unified_diff
from itertools import groupby
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.text import Text

from agi_server.cli.dialplan_options import asterisk_option, command_option, to_option
from agi_server.cli.dialplan_prepared import Prepared, prepare
from agi_server.cli.errors import FINDINGS
from agi_server.cli.listing import json_option
from agi_server.cli.printing import as_json, cell
from agi_server.cli.problems import plural
from dialplan.conf_differences import FileDifference, file_differences
from dialplan.conf_text import EXTENSIONS, NAMES, QUEUE_RULES, QUEUES, read_made
from dialplan.kept_sections import Kept

_KINDS: Final = {EXTENSIONS: "context", QUEUES: "queue", QUEUE_RULES: "penalty rule"}
"""What a section of each file is."""


@click.command("diff")
@to_option
@asterisk_option
@command_option
@click.option("--text", "as_text", is_flag=True, help="As text: the lines that change.")
@json_option
def diff_command(
    folder: Path | None, branch: str | None, line: str | None, *, as_text: bool, for_programs: bool
) -> None:
    """Tell what `install` would change in the files that Asterisk includes.

    In meaning: queues, members, penalties, options, penalty rules, extensions; the revision at the
    head of a file is none. It also tells what `install` keeps of what the rules make no more.

    Exit code 0: no difference in meaning. 1: differences, or problems in the rules. 2: it could not
    run.
    """
    if as_text and for_programs:
        raise click.UsageError("--text is for people: leave it or --json away")
    prepared = prepare(folder, branch, line, for_programs=for_programs)
    found = file_differences(prepared.before, prepared.files)
    if for_programs:
        _print_data(prepared, found)
    elif as_text:
        click.echo("".join(_text(prepared)), nl=False)
    else:
        _print(prepared, found)
    if found:
        raise click.exceptions.Exit(FINDINGS)


def _print(prepared: Prepared, found: Sequence[FileDifference]) -> None:
    console = Console(highlight=False)
    for place, same in groupby(found, lambda each: f"{each.file}: {each.place}"):
        console.print(Text(place, style="bold"))
        for each in same:
            console.print(_lines(each))
    count = len(found)
    console.print(f"{count} {plural('difference', count)}" if found else "no difference in meaning")
    for sentence in _remarks(prepared):
        console.print(cell(sentence))
    if prepared.trouble is not None:
        click.echo(f"Asterisk was not asked: {prepared.trouble}", err=True)


def _lines(difference: FileDifference) -> Text:
    text = Text()
    if difference.about:
        text.append_text(cell(f"  {difference.about}\n"))
    for mark, words, style in (("-", difference.before, "red"), ("+", difference.now, "green")):
        for line in (words or "").splitlines():
            text.append(f"    {mark} {cell(line)}\n", style=style)
    text.right_crop(1)
    return text


def _remarks(prepared: Prepared) -> Iterator[str]:
    """What is no difference in meaning, and should be known."""
    before, now = (read_made(each.get(QUEUES, "")) for each in (prepared.before, prepared.files))
    if before and now and before.revision != now.revision:
        yield f"The files are of revision {before.revision}, the rules of {now.revision}."
    yield from what_is_kept(prepared.kept)


def what_is_kept(kept: Iterable[Kept]) -> Iterator[str]:
    """A sentence for each queue, penalty rule and context that stays without the rules."""
    for each in kept:
        begin = f"{_KINDS[each.file]} {each.name} is not in the rules any more and is kept, as"
        after = f"after {each.until:%Y-%m-%d %H:%M:%S} UTC"
        if each.waiting:
            wait = "1 caller waits" if each.waiting == 1 else f"{each.waiting} callers wait"
            yield f"{begin} {wait} in its queue: install again when that is empty, {after}"
        else:
            yield f"{begin} calls that have begun may be sent there: install again {after}"


def _text(prepared: Prepared) -> Iterator[str]:
    for name in NAMES:
        yield from unified_diff(
            prepared.before.get(name, "").splitlines(keepends=True),
            prepared.files[name].splitlines(keepends=True),
            str(prepared.folder / name),
            f"{name} by the rules",
        )


def _print_data(prepared: Prepared, found: Sequence[FileDifference]) -> None:
    before = read_made(prepared.before.get(QUEUES, ""))
    data = {
        "folder": prepared.folder,
        "asterisk": prepared.release.value,
        "revision": {
            "before": before and before.revision,
            "now": prepared.policy.revision,
        },
        "differences": [
            {
                "file": each.file,
                "place": each.place,
                "about": each.about,
                "before": each.before,
                "now": each.now,
            }
            for each in found
        ],
        "kept": [
            {
                "file": each.file,
                "name": each.name,
                "until": each.until.isoformat(),
                "waiting": each.waiting,
            }
            for each in prepared.kept
        ],
        "kept_for_callers": prepared.waiting,
        "asterisk_not_asked": prepared.trouble,
    }
    click.echo(as_json(data))
