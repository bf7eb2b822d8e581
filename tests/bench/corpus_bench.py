"""What share of the mistakes in `tests/bad_rules` other tools would see.

    corpus_bench.py [--list]

A YAML linter sees a mistake if it complains about a line that the file announces; it is asked about
what can mislead a reader (doubled keys, `no` for false, octal numbers, anchors, empty values), not
about style. The JSON Schema sees it if it refuses the file, or if the file is no YAML at all: it is
the one that `rahyab schema` writes, so this is what an editor knows without `rahyab check`. That
`rahyab check` finds every one of them, in its line, is held by `tests/routing/test_bad_rules.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import jsonschema
import yaml
from yamllint import linter
from yamllint.config import YamlLintConfig

from agi_tables import show, simple_table
from routing.schema import editor_schema

FOLDER: Final = Path(__file__).parents[1] / "bad_rules"
LINTED: Final = YamlLintConfig(
    """
rules:
  anchors: {forbid-undeclared-aliases: true, forbid-duplicated-anchors: true}
  empty-values: enable
  key-duplicates: {forbid-duplicated-merge-keys: true}
  octal-values: enable
  truthy: enable
"""
)
VALIDATOR: Final = jsonschema.Draft7Validator(editor_schema())


@dataclass(frozen=True, slots=True)
class Mistake:
    """A file of the corpus, and in which lines it says that it is wrong."""

    name: str
    text: str
    lines: frozenset[int]
    is_error: bool

    @classmethod
    def of(cls, file: Path) -> "Mistake":
        """Read a file."""
        text = file.read_text(encoding="utf-8-sig")
        told = [line for line in text.splitlines() if line.startswith("# ") and " | " in line]
        places = [line.removeprefix("# ").removeprefix("warning ").split()[0] for line in told]
        lines = frozenset(int(place.split(":")[-2]) for place in places)
        errors = [line for line in told if not line.startswith("# warning ")]
        return cls(file.stem, text, lines, bool(errors))


def linter_sees(mistake: Mistake) -> bool:
    """Whether yamllint complains about one of its lines."""
    return any(each.line in mistake.lines for each in linter.run(mistake.text, LINTED))


def schema_sees(mistake: Mistake) -> bool:
    """Whether the file, read as YAML readers read it, does not fit the schema."""
    try:
        data = yaml.safe_load(mistake.text)
        return not VALIDATOR.is_valid(data)
    except (yaml.YAMLError, ValueError):  # a ValueError: of a date that is none
        return True


TOOLS: Final[Mapping[str, Callable[[Mistake], bool]]] = {
    "yamllint": linter_sees,
    "the JSON Schema": schema_sees,
    "both together": lambda mistake: linter_sees(mistake) or schema_sees(mistake),
}


@click.command()
@click.option("--list", "is_listed", is_flag=True, help="Name those that neither of them sees.")
def main(*, is_listed: bool) -> None:
    """Count."""
    mistakes = [Mistake.of(file) for file in sorted(FOLDER.glob("*.yaml"))]
    table = simple_table("seen by", "of all", "of errors", "of warnings")
    for tool, sees in TOOLS.items():
        seen = [mistake for mistake in mistakes if sees(mistake)]
        table.add_row(tool, *_shares(seen, mistakes))
    table.add_row("rahyab check", *_shares(mistakes, mistakes))
    show("Mistakes of tests/bad_rules", table)
    if is_listed:
        unseen = (each.name for each in mistakes if not TOOLS["both together"](each))
        click.echo("\n".join(unseen))


def _shares(seen: list[Mistake], every: list[Mistake]) -> list[str]:
    kinds: tuple[Callable[[Mistake], bool], ...] = (
        lambda _: True,
        lambda mistake: mistake.is_error,
        lambda mistake: not mistake.is_error,
    )
    counts = ((sum(map(kind, seen)), sum(map(kind, every))) for kind in kinds)
    return [f"{part} of {whole} ({part / whole:.0%})" for part, whole in counts]


if __name__ == "__main__":
    main()
