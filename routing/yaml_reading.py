"""Reads YAML text into plain data, remembering where each key and value stands.

YAML 1.1 guesses: `no` is false, `12:30` is 750, `+98…` is an integer. A guess is never taken here.
What can be read in one way only (`5`, `true`, `"no"`) becomes plain data, everything else that YAML
would turn into something but text becomes a `Misread`, which no field accepts, so that the place
where it stands decides what to tell the administrator. As a key it is a problem at once.

Of the bare words, `true` and `false` alone mean true and false; of the bare digits, those without
a sign, a leading zero or a base mean a number. A bare number as a key is its own text: `1:` is the
same as `"1":`.

The text is read from the parser's events, not by its composer: an alias is seen before it is
expanded, and no nesting, however deep, can exhaust the stack.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import yaml

from routing.problems import Path, Problem, dotted

MAX_DEPTH: Final = 20
"""Levels of nesting: twice what the deepest useful rules file has."""

MAX_CHARACTERS: Final = 4_000_000
"""Some twenty thousand rules. A larger file is a mistake, such as a recording given as rules."""

MAX_DIGITS: Final = 15
"""Of a bare number. A longer one is a phone or card number whose quotes were forgotten."""

_NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
_TAB_INDENT = re.compile(r"[ ]*\t")
_READINGS: Final = {
    "tag:yaml.org,2002:float": "a number",
    "tag:yaml.org,2002:timestamp": "a date",
    "tag:yaml.org,2002:merge": "a merge of another mapping",
}


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the text; both count from 1, columns in characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Misread:
    """A bare word that YAML takes for something but text: what was written, and what YAML sees."""

    text: str
    reading: str


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data (dict, list, str, int, float, bool, Misread) and the positions of its parts."""

    data: dict[str, object]
    keys: Mapping[Path, Position]
    values: Mapping[Path, Position]

    def at_value(self, path: Path) -> Position:
        """Where the value at `path` begins, or the nearest thing around it that has a place."""
        while path not in self.values and path:
            path = path[:-1]
        return self.values.get(path, Position(1, 1))

    def at_key(self, path: Path) -> Position:
        """Where the key at the end of `path` begins; an item of a list is its own key."""
        return self.keys.get(path) or self.at_value(path)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. `document` is None when the text cannot be understood at all."""

    document: Document | None
    problems: tuple[Problem, ...]


def read_yaml(text: str, file: str) -> Reading:
    """Read the text of one file.

    Args:
        text: The whole file, decoded.
        file: Its name, for the problems.

    Returns:
        The data with positions, and every trap that was met on the way.
    """
    text = text.removeprefix("\ufeff")
    refusal = _refusal(text, file)
    if refusal is not None:
        return Reading(None, (refusal,))
    builder = _Builder(file)
    try:
        for event in _events(text):
            builder.take(event)
    except _GivingUpError:
        return Reading(None, tuple(builder.problems))
    except yaml.MarkedYAMLError as error:
        return Reading(None, (*builder.problems, _syntax_problem(error, text, file)))
    return builder.reading()


def _refusal(text: str, file: str) -> Problem | None:
    """What can be seen to be wrong without parsing."""
    if len(text) > MAX_CHARACTERS:
        message = f"the file is larger than {MAX_CHARACTERS:,} characters"
        return Problem(file, 1, 1, "", "file-too-large", message, "is it a rules file at all?")
    wrong = _NOT_TEXT.search(text)
    if wrong is None:
        return None
    lines = f"{text[: wrong.start()]}.".splitlines()
    message = f"a character that cannot stand in a text file: U+{ord(wrong[0]):04X}"
    hint = "delete it; an editor that shows invisible characters will find it"
    return Problem(file, len(lines), len(lines[-1]), "", "bad-character", message, hint)


def _events(text: str) -> Iterator[yaml.Event]:
    """The parser's events: by libyaml, ten times as fast, where PyYAML was built with it.

    An error is looked for again by PyYAML's own parser, whose messages and positions are the
    better ones, and the same on every machine.
    """
    try:
        yield from yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.MarkedYAMLError:
        for _ in yaml.parse(text, Loader=yaml.SafeLoader):
            pass
        raise


def _syntax_problem(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    lines = text.splitlines() or [""]
    there = lines[line] if line < len(lines) else ""
    if _TAB_INDENT.match(there):
        tab = there.index("\t") + 1
        message, hint = "a tab in the indentation", "YAML is indented by spaces only: write spaces"
        return Problem(file, line + 1, tab, "", "tab", message, hint)
    message = f"this is not YAML: {error.problem}"
    if error.context:
        begun = f" that begins in line {error.context_mark.line + 1}" if error.context_mark else ""
        message = f"{message} ({error.context}{begun})"
    hint = "look for a missing quote, colon, bracket or space, here or in the lines above"
    return Problem(file, line + 1, column + 1, "", "not-yaml", message, hint)


_AGAIN: Final = ("again",)
"""Keeps the positions within the second value of a key apart from those within the first."""


class _GivingUpError(Exception):
    """What has been read makes what follows meaningless; the problem is noted."""


@dataclass(slots=True)
class _Open:
    """A collection that is being read. `key` is the one whose value comes next.

    `again` says that the key has been there before: its value is read, and dropped.
    """

    path: Path
    data: dict[str, object] | list[object]
    key: str | None = None
    again: bool = False


@dataclass(slots=True)
class _Builder:
    """Makes data of events."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    keys: dict[Path, Position] = field(default_factory=dict)
    values: dict[Path, Position] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=list)
    root: object = None
    documents: int = 0

    def take(self, event: yaml.Event) -> None:
        """One event of the parser, in order."""
        mark = event.start_mark
        position = Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)
        match event:
            case yaml.DocumentStartEvent():
                self._document(position)
            case yaml.AliasEvent():
                self._refuse_anchor(position)
                self._value(Misread(f"*{event.anchor}", "an alias"), position)
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

    def reading(self) -> Reading:
        """What came of it, after the last event."""
        if isinstance(self.root, dict):
            document = Document(self.root, self.keys, self.values)
            return Reading(document, tuple(self.problems))
        if self.root is None:
            hint = "begin with `version: 1`"
            return Reading(
                None, (Problem(self.file, 1, 1, "", "empty-file", "there are no rules", hint),)
            )
        message = f"the file is {kind_of(self.root)}, not a mapping of sections"
        hint = "begin with `version: 1`, then `business:` and the other sections"
        at = self.values.get((), Position(1, 1))
        wrong = Problem(self.file, at.line, at.column, "", "not-a-mapping", message, hint)
        return Reading(None, (*self.problems, wrong))

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
            raise _GivingUpError

    def _refuse_anchor(self, position: Position) -> None:
        hint = "write the value out wherever it is needed"
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
            raise _GivingUpError
        if len(self.stack) == MAX_DEPTH:
            message = f"nested more than {MAX_DEPTH} levels deep"
            self._note(position, "too-deep", message, "look for a bracket that is never closed")
            raise _GivingUpError
        path = self._path()
        self._value(data, position)
        self.stack.append(_Open(path, data))

    def _key_is_next(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].data, dict) and not self._has_key()

    def _has_key(self) -> bool:
        return self.stack[-1].key is not None

    def _scalar(self, event: yaml.ScalarEvent, position: Position) -> None:
        value = event.value if event.style or not event.implicit[0] else plain(event.value)
        if self._key_is_next():
            self._key(value, position)
        elif value is None and self.stack:
            hint = "write a value, or delete the line"
            self._note(position, "empty-value", "nothing is written here", hint)
            self._value(None, position)
        else:
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


def plain(text: str) -> str | int | float | bool | Misread | None:
    """What a bare word means, when it can mean one thing only.

    >>> plain("5"), plain("true"), plain("no"), plain("open")
    (5, True, Misread(text='no', reading='false'), 'open')
    """
    tag = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    if tag == "tag:yaml.org,2002:null":
        return None
    if tag == "tag:yaml.org,2002:bool":
        return _truth(text)
    if tag == "tag:yaml.org,2002:int" or _LEADING_ZERO.fullmatch(text):
        return _number(text)
    if tag == "tag:yaml.org,2002:float" and _DECIMAL.fullmatch(text):
        return float(text)
    return Misread(text, _READINGS[tag]) if tag in _READINGS else text


_RESOLVER = yaml.resolver.Resolver()


def _truth(text: str) -> bool | Misread:
    if text in {"true", "false"}:
        return text == "true"
    return Misread(text, "true" if text.lower() in {"yes", "on", "true"} else "false")


def _number(text: str) -> int | Misread:
    if _WHOLE.fullmatch(text) and len(text) <= MAX_DIGITS:
        return int(text)
    return Misread(text, "a time of day as a number" if ":" in text else "a number")


def kind_of(value: object) -> str:
    """What a piece of data is, in the administrator's words."""
    if isinstance(value, Misread):
        return value.reading
    return _KINDS.get(type(value), "nothing")


_KINDS: Final[Mapping[type, str]] = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    dict: "a mapping",
    list: "a list",
    str: "text",
}


def _short_tag(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")
