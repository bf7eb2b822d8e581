"""`rahyab --help`: what it lists, and that it costs nothing."""

import re
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from agi_server.cli import COMMANDS, main

WHOLE = 1_000
"""Characters: more than any line of help has, so that none is cut."""


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_the_command_says_of_itself(name: str) -> None:
    """The line is written apart from the command, and must not lag behind it."""
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert COMMANDS[name][1] == command.get_short_help_str(WHOLE)


LISTED = re.compile(r": ([a-z-]+(?:, [a-z-]+)*)\.$")
"""The end of a group's line that names its commands."""


def groups(name: str, command: click.Command | None) -> Iterator[tuple[str, click.Group]]:
    """The groups of commands in `command`, itself among them."""
    if isinstance(command, click.Group):
        yield name, command
        for below, each in command.commands.items():
            yield from groups(f"{name} {below}", each)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_group_names_the_commands_that_it_has(name: str) -> None:
    """Where its line names them: none that is not there, and all but other words for them."""
    for path, group in groups(name, main.get_command(click.Context(main), name)):
        named = LISTED.search(group.get_short_help_str(WHOLE))
        if named is not None and group.commands:
            own = {below for below, each in group.commands.items() if each.name == below}
            assert (path, set(named[1].split(", "))) == (path, own)


def test_groups_name_their_commands() -> None:
    """As lists that are found: the test above would hold of lines that name nothing."""
    found = [name for name, (_, line) in COMMANDS.items() if LISTED.search(line)]
    assert {"agents", "answers", "callbacks", "cases", "voicemail"} <= set(found)


def test_help_lists_every_command_and_imports_none() -> None:
    """Half a second or more would pass before the first line otherwise."""
    script = (
        "import sys; from agi_server.cli import main; main(['--help'], standalone_mode=False);"
        "print([name for name in sys.modules if name.startswith('agi_server.cli.')])"
    )
    printed = subprocess.check_output([sys.executable, "-c", script], text=True).splitlines()
    assert printed[-1] == "[]"
    below = "\n".join(printed[printed.index("Commands:") + 1 : -1])
    assert re.findall(r"^  (\S+)", below, re.MULTILINE) == sorted(COMMANDS)


def test_a_command_that_does_not_exist_is_refused() -> None:
    """By click's own words."""
    result = CliRunner().invoke(main, ["chek"])
    assert result.exit_code == 2
    assert "No such command 'chek'" in result.output
