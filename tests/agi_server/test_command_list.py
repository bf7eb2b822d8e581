"""`rahyab --help`: what it lists, and that it costs nothing."""

import re
import subprocess
import sys

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
