"""Makes plain data of the events of the YAML parser, and notes each trap that it meets."""

import re
from dataclasses import dataclass, field
from typing import Final

import yaml

from routing.bare_words import Misread, Reference, kind_of, plain
from routing.documents import Document, Position
from routing.problems import Path, Problem, dotted

MAX_DEPTH: Final = 20
"""Levels of nesting: twice what the deepest useful rules file has."""

_TIED: Final = re.compile(r"([\w.-]+)([:=])(\S.*)")
"""A key, and the value that it should have been apart from."""

_AGAIN: Final = ("again",)
"""Keeps the positions within the second value of a key apart from those within the first."""


class GivingUpError(Exception):
    """What has been read makes what follows meaningless; the problem is noted."""


@dataclass(slots=True)
class _Open:
    """A collection that is being read. `key` is the one whose value comes next.

    `again` says that the key has been there before: its value is read, and dropped. `bare` says
    that it has no quotes.
    """

    path: Path
    data: dict[str, object] | list[object]
    key: str | None = None
    again: bool = False
    bare: bool = False


@dataclass(slots=True)
class Builder:
    """Makes data of events. `begin` is the hint for a file without anything useful."""

    file: str
    begin: str
    problems: list[Problem] = field(default_factory=list)
    keys: dict[Path, Position] = field(default_factory=dict)
    values: dict[Path, Position] = field(default_factory=dict)
    references: dict[Path, str] = field(default_factory=dict)
    misused: set[str] = field(default_factory=set)
    stack: list[_Open] = field(default_factory=list)
    root: object = None
    documents: int = 0

    def take(self, event: yaml.Event) -> None:
        """One event of the parser, in order."""
        mark = event.start_mark
        at = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        position = Position(*at, self.file)
        match event:
            case yaml.DocumentStartEvent():
                self._document(position)
            case yaml.AliasEvent():
                self._alias(str(event.anchor), position)
            case yaml.ScalarEvent():
                self._refuse_marks(event, position)
                self._scalar(event, position)
            case yaml.MappingStartEvent():
                self._refuse_marks(event, position)
                self._open({}, position)
            case yaml.SequenceStartEvent():
                self._refuse_marks(event, position)
                self._open([], position)
            case yaml.CollectionEndEvent():
                self.stack.pop()

    def document(self) -> Document | None:
        """What came of it, after the last event; None, and a problem, if there are no sections."""
        if isinstance(self.root, dict):
            misused = frozenset(self.misused)
            return Document(self.root, self.keys, self.values, self.references, misused)
        at = self.values.get((), Position(1, 1, self.file))
        if self.root is None:
            at = Position(1, 1, self.file)
            self.problems = []
            self._note(at, "empty-file", "there are no rules", self.begin)
            return None
        message = f"the file is {kind_of(self.root)}, not a mapping of sections"
        self._note(at, "not-a-mapping", message, self.begin)
        return None

    def _note(self, position: Position, code: str, message: str, hint: str) -> None:
        path = dotted(self._path())
        self.problems.append(
            Problem(self.file, position.line, position.column, path, code, message, hint)
        )

    def _document(self, position: Position) -> None:
        self.documents += 1
        if self.documents > 1:
            hint = "delete the line `---` and what follows, or move it into a file of its own"
            self._note(position, "several-documents", "a second document begins here", hint)
            raise GivingUpError

    def _alias(self, name: str, position: Position) -> None:
        if self._key_is_next():
            hint = f'put the key into quotes: "*{name}"'
            message = "text without quotes cannot begin with *"
            self._note(position, "quotes-missing", message, hint)
            self._key(f"*{name}", position)
        else:
            self._refuse_anchor(position)
            self._value(Misread(f"*{name}", "an alias"), position)

    def _refuse_anchor(self, position: Position) -> None:
        hint = "write the value once under `define`, and $name wherever it is needed"
        self._note(position, "anchor", "anchors and aliases (`&`, `*`) are not used here", hint)

    def _refuse_marks(self, event: yaml.NodeEvent, position: Position) -> None:
        if event.anchor is not None:
            self._refuse_anchor(position)
        tag = getattr(event, "tag", None)
        if tag is not None:
            hint = "delete it; put text into quotes"
            self._note(position, "tag", f"a tag (`{_short_tag(tag)}`) is not used here", hint)

    def _path(self) -> Path:
        """The path of the value that comes next."""
        if not self.stack:
            return ()
        top = self.stack[-1]
        if isinstance(top.data, list):
            return (*top.path, len(top.data))
        if top.key is None:
            return top.path
        return (*top.path, top.key, *_AGAIN) if top.again else (*top.path, top.key)

    def _open(self, data: dict[str, object] | list[object], position: Position) -> None:
        if self._key_is_next():
            # In `{a: {b: c}` the next line, which is no part of it, comes to stand within it.
            hint = (
                "write a word, or text in quotes, before the colon; or is a closing } or ] missing"
                " on this line or above?"
            )
            self._note(position, "key-not-text", f"{kind_of(data)} cannot be a key", hint)
            raise GivingUpError
        if len(self.stack) == MAX_DEPTH:
            message = f"nested more than {MAX_DEPTH} levels deep"
            self._note(position, "too-deep", message, "look for a bracket that is never closed")
            raise GivingUpError
        path = self._path()
        self._value(data, position)
        self.stack.append(_Open(path, data))

    def _key_is_next(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].data, dict) and not self._has_key()

    def _has_key(self) -> bool:
        return self.stack[-1].key is not None

    def _scalar(self, event: yaml.ScalarEvent, position: Position) -> None:
        bare = bool(event.implicit[0]) and not event.style
        value = plain(event.value) if bare else event.value
        if self._key_is_next():
            self._key(value, position)
            self.stack[-1].bare = bare
        elif isinstance(value, Reference):
            self._refer(value, position)
        elif value is None and self.stack:
            self._nothing(position)
        else:
            self._value(value, position)

    def _nothing(self, position: Position) -> None:
        """A key, or a dash, without a value."""
        top = self.stack[-1]
        path = self._path()
        tied = _TIED.fullmatch(top.key or "") if top.bare and not top.again else None
        if tied is None:
            hint = "write a value, or delete the line; what follows a # is a comment unless quoted"
            self._note(position, "empty-value", "nothing is written here", hint)
            self._value(None, position)
            return
        # In braces, `{ring:15s}` is a key without a value to the parser.
        at = self.keys.pop(path)
        message = "a space is missing after the colon" if tied[2] == ":" else "`=` for a colon"
        end = Position(at.line, at.column + len(tied[1]), at.file)
        self._note(end, "colon-missing", message, f"write {tied[1]}: {tied[3]}")
        self._key(tied[1], at)
        self._value(plain(tied[3]), end)

    def _refer(self, value: Reference, position: Position) -> None:
        if any(each.again for each in self.stack):
            self.misused.add(value.name)
        else:
            self.references[self._path()] = value.name
        self._value(value, position)

    def _key(self, value: object, position: Position) -> None:
        key = self._key_text(value, position)
        top = self.stack[-1]
        path = (*top.path, key)
        top.again = path in self.keys
        if top.again:
            message = f'"{key}" is written twice; first in line {self.keys[path].line}'
            hint = "only one of them can count: delete or rename the other"
            self._note(position, "duplicate-key", message, hint)
        top.key = key
        self.keys.setdefault(path, position)

    def _key_text(self, value: object, position: Position) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, Reference):
            message = f"`${value.name}` stands for a value; it cannot be a key"
            self.misused.add(value.name)
            self._note(position, "reference-as-key", message, "write the key itself")
            return f"${value.name}"
        if isinstance(value, Misread) and value.text == "<<":
            hint = "write the keys out wherever they are needed"
            self._note(position, "anchor", "merging (`<<`) is not used here", hint)
            return value.text
        written = value.text if isinstance(value, Misread) else str(value).lower()
        reading = value.reading if isinstance(value, Misread) else written
        message = f"`{written}` without quotes is {reading} to YAML, not a key"
        self._note(position, "quotes-needed", message, f'write "{written}"')
        return written

    def _value(self, value: object, position: Position) -> None:
        self.values.setdefault(self._path(), position)
        if not self.stack:
            self.root = value
            return
        top = self.stack[-1]
        if isinstance(top.data, list):
            top.data.append(value)
        elif top.key is not None:
            top.data.setdefault(top.key, value)
            top.key = None


def _short_tag(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")
