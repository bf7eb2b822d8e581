"""The files that we write for Asterisk, read again: sections, options, extensions.

This reads our own files, as they are or as somebody has changed them by hand. It does not know
templates, or options that are added to a section from elsewhere, for we write none.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

EXTENSIONS: Final = "extensions.conf"
QUEUES: Final = "queues.conf"
QUEUE_RULES: Final = "queuerules.conf"
NAMES: Final = (EXTENSIONS, QUEUES, QUEUE_RULES)
"""The files that we write."""

_REMARK: Final = re.compile(r"(?<!\\);.*")
_HEADER: Final = re.compile(r"^; Made by .* for Asterisk (\d+) from revision (\S+)$", re.MULTILINE)
_INCLUDE: Final = re.compile(r"^#(?:try)?include\s+[\"<]?([^\"<>]+)[\">]?$", re.MULTILINE)
_EXTENSION: Final = re.compile(r"exten\s*=>?\s*([^,]+),[^,]+,(.*)")
_SAME: Final = re.compile(r"same\s*=>?\s*[^,]+,(.*)")


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a file.

    Attributes:
        name: What stands in the brackets.
        lines: All of it, its first line too, without remarks and empty lines.
    """

    name: str
    lines: tuple[str, ...]

    @property
    def entries(self) -> tuple[tuple[str, str], ...]:
        """Options with their values; `=` and `=>` mean the same."""
        parts = (line.partition("=") for line in self.lines[1:])
        return tuple((name.strip(), value.removeprefix(">").strip()) for name, _, value in parts)


@dataclass(frozen=True, slots=True)
class Member:
    """A line `member =>` of a queue."""

    device: str
    penalty: int
    name: str


@dataclass(frozen=True, slots=True)
class QueueSection:
    """A queue, as queues.conf has it.

    Attributes:
        name: Its name.
        options: What it says besides its members.
        members: Who is rung, in their order.
    """

    name: str
    options: Mapping[str, str]
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """What the head of a file says: for which Asterisk it is, and of which revision."""

    release: int
    revision: str


def read_made(text: str) -> Made | None:
    """What the head of a file says of itself; None where it says nothing."""
    found = _HEADER.search(text)
    return found and Made(int(found[1]), found[2])


def read_sections(text: str) -> dict[str, Section]:
    """The sections of a file, by name. Of two that are called alike, the first counts."""
    read: dict[str, Section] = {}
    for name, lines in _sections(text):
        read.setdefault(name, Section(name, tuple(lines)))
    return read


def _sections(text: str) -> Iterator[tuple[str, list[str]]]:
    name, lines = "", list[str]()
    for line in bare_lines(text):
        if line.startswith("["):
            if name:
                yield name, lines
            name, lines = line[1:].partition("]")[0], []
        lines.append(line)
    if name:
        yield name, lines


def bare_lines(text: str) -> Iterator[str]:
    """The lines that Asterisk heeds, without their remarks."""
    for line in text.splitlines():
        bare = _REMARK.sub("", line).strip()
        if bare:
            yield bare


def read_queues(text: str) -> dict[str, QueueSection]:
    """The queues of a queues.conf, by name, without `general`."""
    sections = read_sections(text)
    return {name: _queue(each) for name, each in sections.items() if name != "general"}


def _queue(section: Section) -> QueueSection:
    entries = section.entries
    options: dict[str, str] = {}
    for name, value in entries:
        if name != "member":
            options[name] = f"{options[name]}, {value}" if name in options else value
    members = tuple(_member(value) for name, value in entries if name == "member")
    return QueueSection(section.name, options, members)


def _member(value: str) -> Member:
    """A member; who has no name of their own is called like the device, as by Asterisk."""
    device, penalty, name, *_ = (*map(str.strip, value.split(",")), "", "")
    return Member(device, int(penalty) if penalty.isdecimal() else 0, name or device)


def read_rules(text: str) -> dict[str, tuple[str, ...]]:
    """The penalty rules of a queuerules.conf, by name: each change as it is written."""
    return {
        name: tuple(value.replace(" ", "") for _, value in section.entries)
        for name, section in read_sections(text).items()
        if name != "general"
    }


Extensions = Mapping[str, tuple[str, ...]]
"""The lines of each extension by its name: applications with their arguments, in their order."""

OTHER_LINES: Final = ""
"""The name under which lines of a context stand that are in no extension, such as an include."""


def read_dialplan(text: str) -> dict[str, Extensions]:
    """The contexts of an extensions.conf, by name."""
    return {name: _extensions(each) for name, each in read_sections(text).items()}


def _extensions(section: Section) -> Extensions:
    found: dict[str, tuple[str, ...]] = {}
    current = ""
    for line in section.lines[1:]:
        begun, same = _EXTENSION.fullmatch(line), _SAME.fullmatch(line)
        if begun:
            current = begun[1].strip()
        name = current if begun or same else OTHER_LINES
        application = begun[2] if begun else same[1] if same else line
        found[name] = (*found.get(name, ()), application.strip())
    return found


def included(text: str) -> tuple[str, ...]:
    """The files that a file includes, as it names them: paths, or patterns of paths."""
    return tuple(_INCLUDE.findall("\n".join(bare_lines(text))))
