"""What is wrong with text that is no YAML, in words for people who do not know its grammar.

The parser says what it expected; this says which mistake makes it expect that. Each trap here is
one that administrators have fallen into.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import yaml

from routing.problems import Problem

MAX_CHARACTERS: Final = 4_000_000
"""Some twenty thousand rules. A larger file is a mistake, such as a recording given as rules."""

_NOT_TEXT = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_STRAY_BYTE = re.compile("[\udc80-\udcff]")
_STRAY: Final = 0xDC00
"""What is added to a byte that is not UTF-8 when it is read."""

_MARKS: Final = (
    ("\udcff\udcfe\0\0", "UTF-32"),
    ("\0\0\udcfe\udcff", "UTF-32"),
    ("\udcff\udcfe", "UTF-16"),
    ("\udcfe\udcff", "UTF-16"),
)
"""The byte order marks with which other encodings begin, as they are read here."""

_LOOKED_AT: Final = 200
"""Characters at the beginning that tell whether each second byte is zero: UTF-16 without a mark."""

_OTHER_SPACE = "\xa0\u1680\u2000-\u200b\u200e\u200f\u202a-\u202f\u205f\u2066-\u2069\u3000"
_ODD_INDENT = re.compile(rf"^[ ]*([{_OTHER_SPACE}])", re.MULTILINE)
_ODD_COLON = re.compile(rf"^[ -]*[\w.-]+[ ]*:([{_OTHER_SPACE}])", re.MULTILINE)
_TAB_INDENT = re.compile(r"[ ]*\t")
_TIGHT_COLON = re.compile(r"[ ]*(?:- )*([\w.-]+):(?=[^\s:/])(\S.*)")
_EQUALS = re.compile(r"[ ]*(?:- )*([\w.-]+)[ ]*=[ ]*(\S.*)")
_NO_COLON = re.compile(r"[ ]*(?:- )*([a-z_]+)(?:[ ]+(\S.*))?")
_TIGHT_DASH = re.compile(r"([ ]*-)([\w\"'].*)")
_VALUE_IN_BRACES = re.compile(r":[ ]+([^,{}\[\]]*[ ])?([\w.-]+)$")
_SCANNED = re.compile("while scanning (an alias|an anchor|a tag|a directive)")
_SIGNS: Final = frozenset("@`%*&!|>?")
_MERGE_MARK = re.compile(r"(?:<{7}|={7}|>{7})(?: .*)?")
_ENTRY = re.compile(r"[ ]*(?:- )*([\w.-]+|\"[^\"]*\"):[ ]+(\S.*)")

Words: TypeAlias = tuple[int, int, str, str, str]
"""Line and column (from 1), the code, the message and the hint."""


def refusal(text: str, file: str) -> Problem | None:
    """What can be seen to be wrong without parsing."""
    if len(text) > MAX_CHARACTERS:
        message = f"the file is larger than {MAX_CHARACTERS:,} characters"
        return Problem(file, 1, 1, "", "file-too-large", message, "is it a rules file at all?")
    if (strange := _not_utf8(text)) is not None:
        at, message, hint = strange
        return Problem(file, *_place(text, at), "", "not-utf8", message, hint)
    wrong = _NOT_TEXT.search(text)
    if wrong is not None:
        message = f"a character that cannot stand in a text file: U+{ord(wrong[0]):04X}"
        hint = "delete it; an editor that shows invisible characters will find it"
        if wrong[0] == "\0":
            hint = "the file is damaged, or is no text: put a copy that is whole in its place"
        return Problem(file, *_place(text, wrong.start()), "", "bad-character", message, hint)
    odd = _ODD_INDENT.search(text) or _ODD_COLON.search(text)
    if odd is not None:
        message = f"an invisible sign (U+{ord(odd[1]):04X}) where only ordinary spaces may stand"
        hint = "delete it and write spaces; such signs come with text copied from a page or a chat"
        return Problem(file, *_place(text, odd.start(1)), "", "odd-space", message, hint)
    return None


def _not_utf8(text: str) -> tuple[int, str, str] | None:
    """Where and how one sees that a file is in another encoding, and what to do."""
    unmarked = "UTF-16" if _zeros_between(text[:_LOOKED_AT]) else ""
    name = next((name for mark, name in _MARKS if text.startswith(mark)), unmarked)
    if name:
        hint = "save it as UTF-8: in Notepad, `Save as`, Encoding: UTF-8"
        return 0, f"the file is {name}, not UTF-8", hint
    stray = _STRAY_BYTE.search(text)
    if stray is None:
        return None
    message = f"this byte is not UTF-8 text: 0x{ord(stray[0]) - _STRAY:02X}"
    hint = "save the file as UTF-8 in your editor; it seems to be in an older encoding"
    if "\0" in text:
        hint = "it looks like a recording or an archive: is it a rules file at all?"
    return stray.start(), message, hint


def _zeros_between(text: str) -> bool:
    """Whether each second character is zero, and the others are not."""
    left = [each.strip("\0") for each in (text[::2], text[1::2])]
    return "\0" in text and any(left) and not all(left)


def _place(text: str, at: int) -> tuple[int, int]:
    lines = f"{text[:at]}.".splitlines()
    return len(lines), len(lines[-1])


@dataclass(frozen=True, slots=True)
class _Error:
    """What the parser says, and the lines around it; lines and columns count from 0."""

    problem: str
    context: str
    line: int
    column: int
    lines: Sequence[str]
    begun: int | None
    begun_column: int

    @property
    def there(self) -> str:
        """The line in which the parser stopped."""
        return self.text_of(self.line)

    def text_of(self, line: int) -> str:
        return self.lines[line] if 0 <= line < len(self.lines) else ""

    def suspects(self) -> list[int]:
        """The lines that may hold the cause: where it began, the last with anything, and here."""
        above = next((at for at in range(self.line - 1, -1, -1) if self.text_of(at).strip()), -1)
        places = [self.begun if self.begun is not None else -1, above, self.line]
        return list(dict.fromkeys(at for at in places if at >= 0))


def syntax_problem(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    """The trap that made the parser give up; what it says itself if it is none that we know."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    began = error.context_mark
    begun, begun_column = (began.line, began.column) if began is not None else (None, 0)
    lines = text.splitlines() or [""]
    said = _Error(
        error.problem or "", error.context or "", line, column, lines, begun, begun_column
    )
    at, place, code, message, hint = next(
        words for trap in _TRAPS if (words := trap(said)) is not None
    )
    return Problem(file, at, place, "", code, message, hint)


def _merge_mark(said: _Error) -> Words | None:
    """What git leaves where two people have changed the same lines."""
    marks = (at for at, line in enumerate(said.lines) if _MERGE_MARK.fullmatch(line))
    at = next(marks, None)
    if at is None:
        return None
    message = "a mark of a merge that was not finished"
    hint = "choose what is to stay of the lines up to `>>>>>>>`, and delete the three marks"
    return at + 1, 1, "not-yaml", message, hint


def _tab(said: _Error) -> Words | None:
    if not _TAB_INDENT.match(said.there):
        return None
    column = said.there.index("\t") + 1
    hint = "YAML is indented by spaces only: write spaces"
    return said.line + 1, column, "tab", "a tab in the indentation", hint


def _sign(said: _Error) -> Words | None:
    """Text that begins with a sign which means something to YAML."""
    if "cannot start any token" in said.problem:
        return _quote_sign(said, said.column)
    if said.begun is not None and _SCANNED.search(said.context):
        return _quote_sign(replace(said, line=said.begun), said.begun_column)
    percent = next((at for at in said.suspects() if said.text_of(at).startswith("%")), None)
    if "document start" in said.problem and percent is not None:
        return _quote_sign(replace(said, line=percent), 0)
    return None


def _quote_sign(said: _Error, column: int) -> Words | None:
    sign, rest = said.there[column : column + 1], said.there[column:]
    if sign not in _SIGNS:
        return None
    message = f"text without quotes cannot begin with {sign}"
    text = rest.split(": ")[0].rstrip(" ,]}:")
    return said.line + 1, column + 1, "quotes-missing", message, f'put it into quotes: "{text}"'


def _after_quote(said: _Error) -> Words | None:
    """Something follows upon a closing quote: one too many, or one that was forgotten above."""
    before = said.there[: said.column].rstrip()
    if "'<scalar>'" not in said.problem or before[-1:] not in {'"', "'"}:
        return None
    message = "text goes on after a closing quote"
    hint = "put all of it into one pair of quotes; or is a quote above not closed?"
    if before[-1] == "'":
        hint = "put it into double quotes: an apostrophe ends a text in single ones"
    return said.line + 1, said.column + 1, "quotes-missing", message, hint


def _second_colon(said: _Error) -> Words | None:
    entry = _ENTRY.fullmatch(said.there)
    if "mapping values are not allowed" not in said.problem or entry is None:
        return None
    value = entry[2].strip()
    if said.column < entry.start(2) or value[0] in "\"'{[":
        return None
    message = "a colon and a space within text without quotes"
    hint = f'put the text into quotes: {entry[1]}: "{value}"'
    return said.line + 1, said.column + 1, "quotes-missing", message, hint


def _colon_in_braces(said: _Error) -> Words | None:
    value = _VALUE_IN_BRACES.search(said.there[: said.column])
    if "got ':'" not in said.problem or said.begun != said.line or value is None:
        return None
    message = "a second colon in one value"
    if not value[1]:
        hint = "put the text into quotes"
        return said.line + 1, said.column + 1, "quotes-missing", message, hint
    hint = f"write the comma that is missing before `{value[2]}`, or put the text into quotes"
    return said.line + 1, said.column + 1, "not-yaml", message, hint


def _missing_dash(said: _Error) -> Words | None:
    tight = _TIGHT_DASH.match(said.there)
    if tight is not None and "<block end>" in said.problem:
        hint = f"write - {tight[2].strip()}"
        message = "a space is missing after the dash"
        return said.line + 1, tight.end(1) + 1, "dash-missing", message, hint
    if "found '<block sequence start>'" not in said.problem:
        return None
    message = "an item of a list, and what stands above it is none"
    hint = "let each item begin with `- `, all of them in the same column"
    return said.line + 1, said.column + 1, "dash-missing", message, hint


def _missing_colon(said: _Error) -> Words | None:
    """`ring:15s`, `ring = 15s`, `ring 15s`: a line that was meant to be a key and its value."""
    if "':'" not in said.problem and "mapping values" not in said.problem:
        return None
    shapes = ((_TIGHT_COLON, "a space is missing after the colon"), (_EQUALS, "`=` for a colon"))
    for shape, message in shapes:
        for at in said.suspects():
            found = shape.fullmatch(said.text_of(at))
            if found is not None:
                hint = f"write {found[1]}: {found[2].strip()}"
                return at + 1, found.end(1) + 1, "colon-missing", message, hint
    return _bare_line(said)


def _bare_line(said: _Error) -> Words | None:
    for at in said.suspects():
        found = _NO_COLON.fullmatch(said.text_of(at))
        if found is not None:
            value = f" {found[2].strip()}" if found[2] else ""
            hint = f"write {found[1]}:{value}"
            return at + 1, found.end(1) + 1, "colon-missing", "a colon is missing", hint
    return None


def _indentation(said: _Error) -> Words | None:
    deeper = "mapping values are not allowed" in said.problem and _ENTRY.fullmatch(said.there)
    if not deeper and "found '<block mapping start>'" not in said.problem:
        return None
    column = len(said.there) - len(said.there.lstrip()) + 1
    message = "this line is indented otherwise than those that it belongs to"
    hint = "let the keys of one mapping begin in the same column"
    return said.line + 1, column, "bad-indentation", message, hint


def _anything(said: _Error) -> Words:
    message = f"this is not YAML: {said.problem}"
    if said.context:
        begun = f" that begins in line {said.begun + 1}" if said.begun is not None else ""
        message = f"{message} ({said.context}{begun})"
    hint = "look for a missing quote, colon, bracket or space, here or in the lines above"
    return said.line + 1, said.column + 1, "not-yaml", message, hint


_TRAPS: Final[Sequence[Callable[[_Error], Words | None]]] = (
    _merge_mark,
    _tab,
    _sign,
    _after_quote,
    _second_colon,
    _colon_in_braces,
    _missing_dash,
    _missing_colon,
    _indentation,
    _anything,
)
