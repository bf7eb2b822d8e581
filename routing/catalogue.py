"""The catalogue of findings: what each code means, how grave it is, and how to mend it.

It lies in `routing/findings`, one file per area, one entry per code. To add a code:

1. Emit it: `Document.problem(path, "my-code", message, hint)`. Words for the administrator who
   reads one line of it at night; what to write instead belongs in the hint.
2. Add its entry to the file of its area:

       my-code:
         level: error            # or warning: told, and the rules load all the same
         title: What is wrong, in one line without a full stop
         why: >-
           What would happen to a caller, or to whom it would mislead.
         example: |
           unlisted: {queue: recepton}
         mended: |
           unlisted: {queue: reception}

   The example and the mended one hold whole sections, which take the place of those in
   `findings/base/rules.yaml`: write only those that matter. An example of several files is a
   mapping of file name to text, the first of which is the main one. `alone: true` keeps the
   sections of the base away from the failing example, `times` repeats it that often, and
   `encoding` saves it otherwise than as UTF-8.
3. Add a file to `tests/bad_rules` that gets it.

Tests hold that no code lacks its entry, that each example gets its own code and no other, and that
each mended one is in order.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import PurePosixPath
from typing import Annotated, Final

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from routing.rules_text import RulesText

EXAMPLE_YEAR: Final = 2026
"""For which the examples are checked: what is known of holidays changes from year to year."""

EXAMPLE_FILE: Final = "rules.yaml"
"""What the main file of an example is called."""

_SECTION: Final = re.compile(r"^(?=[a-z])", re.MULTILINE)
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FOLDER: Final = resources.files("routing") / "findings"


class Level(StrEnum):
    """How grave a finding is."""

    ERROR = "error"
    """The rules are not loaded."""

    WARNING = "warning"
    """The rules are loaded; this is hardly what was meant."""


def _by_file(value: object) -> object:
    return {EXAMPLE_FILE: value} if isinstance(value, str) else value


Files = Annotated[dict[str, str], BeforeValidator(_by_file), Field(min_length=1)]
"""Texts by file name, the main file first; one text is that of the main file."""


class Entry(BaseModel):
    """What the catalogue says of one code."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    level: Annotated[Level, Field(strict=False)]
    title: str
    why: str
    example: Files
    mended: Files
    alone: bool = False
    times: int = 1
    encoding: str = "utf-8"

    def failing(self) -> RulesText:
        """The rules that get this finding."""
        (file, text), *others = self.example.items()
        whole = text * self.times if self.alone else _laid_over_base(text, self.example)
        saved = whole.encode(self.encoding)
        return RulesText(file, saved.decode(errors="surrogateescape"), dict(others))

    def cured(self) -> RulesText:
        """The same rules, in order."""
        (file, text), *others = self.mended.items()
        return RulesText(file, _laid_over_base(text, self.mended), dict(others))


def _laid_over_base(text: str, files: Mapping[str, str]) -> str:
    """`text`, followed by the sections of the base that none of the files has.

    The text comes first, so that its lines keep their numbers, and is cut into sections by their
    first letters alone: it may be no YAML at all.
    """
    written = {_name(section) for each in files.values() for section in _sections(each)}
    base = (_FOLDER / "base" / EXAMPLE_FILE).read_text(encoding="utf-8")
    others = (section for section in _sections(base) if _name(section) not in written)
    return "".join([text, *others])


def _sections(text: str) -> list[str]:
    return [section for section in _SECTION.split(text) if _SECTION.match(section)]


def _name(section: str) -> str:
    return section.partition(":")[0]


@cache
def catalogue() -> Mapping[str, Entry]:
    """Every code that can be found, by area, with its entry."""
    reader = TypeAdapter(dict[str, Entry])
    entries: dict[str, Entry] = {}
    for file in sorted(_FOLDER.iterdir(), key=lambda each: each.name):
        if PurePosixPath(file.name).suffix == ".yaml":
            area = yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506  the safe one
            entries |= reader.validate_python(area)
    return entries


def level_of(code: str) -> Level:
    """How grave a finding of this code is. What the catalogue does not know is grave."""
    entry = catalogue().get(code)
    return Level.ERROR if entry is None else entry.level
