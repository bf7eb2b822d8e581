"""Several files that make up one set of rules: which are included, and how they are joined.

The main file names the others (`include: [queues.yaml, prompts.yaml]`), relative to its own folder
and within it. Their sections are joined as if everything stood in one file; where each part stands
is kept, so that every finding names its own file.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath, PurePosixPath
from typing import Final, TypeAlias, TypeVar, get_origin
from unicodedata import category

from routing.documents import Document, Position
from routing.model import FileShape
from routing.problems import Path, Problem
from routing.rules_text import RulesText
from routing.yaml_reading import MAX_CHARACTERS, Reading, read_yaml

INCLUDE: Final = "include"
"""The section that names the other files."""

MOST_FILES: Final = 100
"""That one file may include. More is a mistake, and each costs a file to open."""

_T = TypeVar("_T")
_Words: TypeAlias = tuple[str, str, str]
_KEEP_ONE: Final = "only one of them can count: delete or rename the other"
_BEGIN_INCLUDED: Final = "begin with a section, such as `queues:`, or take it out of `include`"
_NO_SIGNS: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Categories of characters that no name of a file needs, and some cannot have."""

JOINED_LISTS: Final = frozenset({"tests"})
"""Sections that are lists; what each file has is added at the end."""

WHOLE: Final = frozenset(
    name
    for name, field in FileShape.model_fields.items()
    if get_origin(field.annotation) is not dict
)
"""Sections that are not mappings of entries (`version`, `business` …): they stand in one file."""


def included_names(text: str) -> tuple[str, ...]:
    """The files that the main file includes, for whoever reads them.

    Args:
        text: The main file, which may have any mistake: names that cannot be used are left out,
            and so are all if it cannot be understood.

    Returns:
        Each name once, as it is written.
    """
    if INCLUDE not in text:
        return ()
    document = read_yaml(text, "").document
    if document is None:
        return ()
    good = (name for _, name, wrong in _mentions(document, "") if wrong is None)
    return tuple(dict.fromkeys(good))


def read_all(rules: RulesText) -> Reading:
    """Read the rules file and those that it includes, and join them.

    Returns:
        The joined document, None if one of the files cannot be understood; and every problem, also
        of the mentions of files.
    """
    if rules.included and sum(map(len, rules.texts().values())) > MAX_CHARACTERS:
        message = f"the rules are larger than {MAX_CHARACTERS:,} characters"
        hint = "is each of the files a rules file at all?"
        return Reading(None, (Problem(rules.file, 1, 1, "", "file-too-large", message, hint),))
    main = read_yaml(rules.text, rules.file)
    if main.document is None or INCLUDE not in main.document.data:
        return main
    problems = [*main.problems]
    documents = [main.document]
    broken = False
    for path, name, wrong in _mentions(main.document, rules.file):
        reading, words = _included(rules, name, wrong)
        if words is not None:
            problems.append(main.document.problem(path, *words))
        if reading is not None:
            problems += reading.problems
            documents += [reading.document] if reading.document else []
        broken = broken or reading is None or reading.document is None
    joined, doubles = join(documents)
    return Reading(None if broken else joined, (*problems, *doubles))


def _included(
    rules: RulesText, name: str, wrong: _Words | None
) -> tuple[Reading | None, _Words | None]:
    """What an included file holds, None if it is not there; and what is wrong with its mention."""
    if wrong is not None:
        return None, wrong
    if name in rules.included:
        file = rules.file_of(name)
        return read_yaml(rules.included[name], file, begin=_BEGIN_INCLUDED), None
    reason = rules.unread.get(name, "is missing")
    hint = "names are relative to the folder of this file"
    return None, ("missing-file", f'"{name}" {reason}', hint)


def _mentions(document: Document, file: str) -> Iterator[tuple[Path, str, _Words | None]]:
    """Each file that is named: where, its name, and what is wrong with that, if anything is.

    A list that is no list, and names that are no text, are for the model to tell.
    """
    written = document.data.get(INCLUDE)
    names = written if isinstance(written, list) else []
    seen: dict[PurePosixPath, str] = {}
    for index, name in enumerate(names):
        path: Path = (INCLUDE, index)
        if isinstance(name, str):
            wrong = _wrong_name(name, file) or _named_before(name, seen)
            if index >= MOST_FILES:
                wrong = "bad-include", f"more than {MOST_FILES} files", "join some of them"
            yield path, name, wrong
            seen.setdefault(PurePosixPath(name), name)
        elif path in document.references:
            yield path, "", ("bad-include", "a file is named here, not a value", "write its name")


def _wrong_name(name: str, file: str) -> _Words | None:
    code = "bad-include"
    path = PurePosixPath(name)
    if not name.strip():
        return code, "an empty name", "write the name of a file: queues.yaml"
    if any(category(sign) in _NO_SIGNS for sign in name):
        return code, "a name with a sign that cannot be seen", "write the name anew: queues.yaml"
    if path.is_absolute() or ".." in path.parts or "\\" in name or name[1:2] == ":":
        hint = "name a file in the folder of this one, or in a folder within: queues.yaml"
        return code, f'"{name}" leads out of the folder of this file', hint
    if any(sign in name for sign in "*?["):
        return code, f'"{name}" is a pattern', "name each file by itself"
    if file and path == PurePosixPath(PurePosixPath(file).name):
        return code, "this file includes itself", "delete this name"
    return None


def _named_before(name: str, seen: Mapping[PurePosixPath, str]) -> _Words | None:
    if PurePosixPath(name) not in seen:
        return None
    return "bad-include", f'"{name}" is named twice', "delete one"


def join(documents: Sequence[Document]) -> tuple[Document, tuple[Problem, ...]]:
    """Make one document of several, the main one first.

    Returns:
        The whole, and a problem for each thing that stands in two files and may stand in one only.
    """
    first = documents[0]
    joint = _Joint(dict(first.data), dict(first.keys), dict(first.values), dict(first.references))
    problems = [problem for document in documents[1:] for problem in joint.add(document)]
    misused = frozenset[str]().union(*(each.misused for each in documents))
    whole = Document(joint.data, joint.keys, joint.values, joint.references, misused)
    return whole, tuple(problems)


@dataclass(slots=True)
class _Moves:
    """Which parts of a further file are left out, and how far the items of its lists move on."""

    left_out: set[Path] = field(default_factory=set)
    offsets: dict[str, int] = field(default_factory=dict)

    def of(self, path: Path) -> Path | None:
        """The path of a part in the whole; None if it is left out."""
        if path[:1] in self.left_out or path[:2] in self.left_out:
            return None
        match path:
            case (str(section), int(index), *rest) if section in self.offsets:
                return (section, index + self.offsets[section], *rest)
        return path


@dataclass(slots=True)
class _Joint:
    """The document that grows."""

    data: dict[str, object]
    keys: dict[Path, Position]
    values: dict[Path, Position]
    references: dict[Path, str]

    def add(self, document: Document) -> Iterator[Problem]:
        """Take over what a further file has, but for what is there already."""
        moves = _Moves()
        for section, content in document.data.items():
            yield from self._section(section, content, document, moves)
        _carry(document.keys, self.keys, moves)
        _carry(document.values, self.values, moves)
        _carry(document.references, self.references, moves)

    def _section(
        self, section: str, theirs: object, document: Document, moves: _Moves
    ) -> Iterator[Problem]:
        ours = self.data.get(section)
        if section == INCLUDE:
            moves.left_out.add((section,))
            message = "an included file cannot include others"
            hint = "name them in the `include` of the main file"
            yield document.problem((section,), "nested-include", message, hint, key=True)
        elif section not in self.data:
            self.data[section] = theirs
        elif section in JOINED_LISTS and isinstance(ours, list) and isinstance(theirs, list):
            moves.offsets[section] = len(ours)
            self.data[section] = [*ours, *theirs]
        elif section not in WHOLE and isinstance(ours, dict) and isinstance(theirs, dict):
            # What is there counts: it stands before what the later file has.
            self.data[section] = {**ours, **theirs, **ours}
            twice = [name for name in theirs if name in ours]
            moves.left_out.update((section, name) for name in twice)
            for name in twice:
                yield self._twice(document, (section, name), _KEEP_ONE)
        else:
            moves.left_out.add((section,))
            yield self._twice(document, (section,), "let it stand in one file only")

    def _twice(self, document: Document, path: Path, hint: str) -> Problem:
        at = self.keys[path]
        message = (
            f'"{path[-1]}" is written twice; first in {PurePath(at.file).name}, line {at.line}'
        )
        return document.problem(path, "duplicate-key", message, hint, key=True)


def _carry(theirs: Mapping[Path, _T], ours: dict[Path, _T], moves: _Moves) -> None:
    for path, what in theirs.items():
        moved = moves.of(path)
        if moved is not None:
            ours.setdefault(moved, what)
