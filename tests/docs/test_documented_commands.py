"""Every command that the documentation shows exists, with every option it shows."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from agi_server.cli import main
from crm.sample import SAMPLE_FILE

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
INLINE = re.compile(r"`(rahyab [a-z][^`…|]*)`")
VARYING = re.compile(
    r"(?<=try-)\d+-\d+|\b[0-9a-f]{12}\b|\b\d{9}\b|(?<=number is: )[^»]+| +$", re.MULTILINE
)


def shown(page: Path) -> Iterator[str]:
    """The `rahyab` commands of a page, in its examples and in its text."""
    text = page.read_text(encoding="utf-8")
    for block in BLOCK.findall(text):
        for line in block.replace("\\\n", "").splitlines():
            if line.startswith("$ rahyab "):
                yield line.removeprefix("$ ").partition("  #")[0]
    yield from INLINE.findall(text)


COMMANDS = sorted({(page.name, command) for page in PAGES for command in shown(page)})


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_command_exists_with_its_options(page: str, command: str) -> None:
    """Words lead to a command, and its help knows each option."""
    del page
    group: click.Command = main
    names = []
    words = shlex.split(command)[1:]
    while words and (inner := _commands(group).get(words[0])) is not None:
        names.append(words.pop(0))
        group = inner
    assert names, f"there is no `{command}`"
    options = {option for parameter in group.params for option in parameter.opts}
    for word in words:
        if word.startswith("--"):
            assert word in options, f"`rahyab {' '.join(names)}` has no {word}"


def test_every_command_is_documented() -> None:
    """Nothing can be done that no page speaks of."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    for path in _paths(main, "rahyab"):
        assert path in text, f"no page shows `{path}`"


def _paths(command: click.Command, path: str) -> Iterator[str]:
    if not isinstance(command, click.Group) or command.invoke_without_command:
        yield path
    for name, inner in _commands(command).items():
        yield from _paths(inner, f"{path} {name}")


def _commands(command: click.Command) -> dict[str, click.Command]:
    """The commands within this one, by name."""
    if not isinstance(command, click.Group):
        return {}
    context = click.Context(command)
    found = {name: command.get_command(context, name) for name in command.list_commands(context)}
    return {name: inner for name, inner in found.items() if inner is not None}


def test_readme_shows_what_the_first_command_really_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for numbers that differ each time."""
    monkeypatch.chdir(ROOT)
    for name, value in (
        ("RAHYAB_HOME", str(tmp_path)),
        ("RAHYAB_LISTEN", "127.0.0.1:1"),
        ("COLUMNS", "100"),
    ):
        monkeypatch.setenv(name, value)
    runner = CliRunner()
    assert runner.invoke(main, ["customers", "import", str(SAMPLE_FILE)]).exit_code == 0
    first = BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))[0]
    command, _, expected = first.partition("\n")

    result = runner.invoke(main, shlex.split(command)[2:])

    assert result.exit_code == 0, result.output
    assert VARYING.sub("#", result.output) == VARYING.sub("#", expected)


def test_readme_shows_what_check_really_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mistake of the example, in the rules that we ship."""
    rules = (ROOT / "routing_rules.yaml").read_text(encoding="utf-8")
    right, wrong = (f"wrong_key: {{repeat: 2, then: {{queue: {name}}}}}" for name in NAMES)
    assert rules.count(right) == 1
    (tmp_path / "routing_rules.yaml").write_text(rules.replace(right, wrong), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RAHYAB_RULES", raising=False)

    result = CliRunner().invoke(main, ["check"])

    assert result.exit_code == 1
    assert result.output in (ROOT / "README.md").read_text(encoding="utf-8")


NAMES = ("reception", "recption")
