"""`rahyab help`: what the code of a finding means, with an example that fails and one that does."""

import re
import textwrap
from collections import Counter
from difflib import SequenceMatcher, get_close_matches
from typing import Final

import click
from rich.table import Table
from rich.text import Text

from agi_server.cli import COMMANDS
from agi_server.cli.errors import CannotRunError
from agi_server.cli.printing import table_console
from agi_server.cli.problems import print_rendered
from ivr.prompts import builtin_prompts
from routing.catalogue import EXAMPLE_YEAR, Entry, catalogue
from routing.loading import examine

WIDTH: Final = 80
"""Columns of the text: what every terminal has."""


@click.command("help")
@click.argument("code", required=False)
def help_command(code: str | None) -> None:
    """Explain the CODE of a finding, with an example; without CODE, list them all."""
    if code is None:
        _list()
        return
    wanted = code.strip("[]")
    entry = catalogue().get(wanted)
    if entry is None:
        raise CannotRunError(_no_such(wanted))
    _explain(wanted, entry)


def _no_such(code: str) -> str:
    if code in COMMANDS:
        return f"`{code}` is a command: `rahyab {code} --help` explains it"
    hint = _nearest(code) or "`rahyab help` lists them all"
    return f'there is no finding "{code}": {hint}'


def _nearest(wrong: str) -> str:
    """The hint which finding was probably meant; empty if none is near.

    Whoever remembers a code remembers its words sooner than their order. A word counts the more,
    the fewer codes have it: `branch` says more than `bad`. Between equals it is the spelling that
    decides.
    """
    words = {code: set(code.split("-")) for code in catalogue()}
    common = Counter(word for each in words.values() for word in each)
    said = {word for word in re.split(r"[-_\s]+", wrong.lower()) if word in common}

    def rank(code: str) -> tuple[float, float]:
        shared = sum(1 / common[word] for word in said & words[code])
        return shared, SequenceMatcher(None, code, wrong.lower()).ratio()

    best = max(words, key=rank)
    near = said or get_close_matches(wrong.lower(), words)
    return f'did you mean "{best}"?' if near else ""


def _list() -> None:
    table = Table("code", "level", "what is wrong", box=None, pad_edge=False)
    for code, entry in sorted(catalogue().items()):
        table.add_row(code, entry.level.value, Text(entry.title))
    table_console().print(table)


def _explain(code: str, entry: Entry) -> None:
    click.echo(f"{code} ({entry.level}): {entry.title}.\n")
    click.echo(f"{textwrap.fill(entry.why, WIDTH)}\n")
    click.echo(f"Wrong{_how_written(entry)}:\n")
    _print_files(entry.example)
    click.echo("What the check says:\n")
    rules = entry.failing()
    found = examine(rules, known_prompts=builtin_prompts(), year=EXAMPLE_YEAR).problems
    print_rendered(rules, [each for each in found if each.code == code])
    click.echo("\nRight:\n")
    _print_files(entry.mended)


def _how_written(entry: Entry) -> str:
    if entry.times > 1:
        return f" ({entry.times:,} times this)"
    return "" if entry.encoding == "utf-8" else f" (saved as {entry.encoding.upper()})"


def _print_files(files: dict[str, str]) -> None:
    for name, text in files.items():
        if len(files) > 1:
            click.echo(f"  {name}:")
        indent = "    " if len(files) > 1 else "  "
        click.echo(textwrap.indent(text, indent))
