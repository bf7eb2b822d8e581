"""What Asterisk prints on its command line, read; and what it lacks of the files that we wrote.

The forms are the same from Asterisk 16 to 22: `print_queue` and `handle_queue_rule_show` of
app_queue.c, `show_dialplan_helper_extension_output` of pbx.c.

Of a queue it shows the strategy and the members, but no other option. Nor does a reload tell of a
mistake in queues.conf: it leaves everything as it was, and prints what it always prints. But when
Asterisk reads that file it makes the members anew, and it shows how long ago that was ("login was 3
secs ago", though not in the first releases of 16).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from dialplan.conf_text import (
    EXTENSIONS,
    OTHER_LINES,
    QUEUE_RULES,
    QUEUES,
    Extensions,
    Member,
    read_dialplan,
    read_queues,
    read_rules,
)

SHOWN: Final = 200
"""Characters of a line of the dialplan that are compared: every release shows that many."""

DEFAULT_STRATEGY: Final = "ringall"
"""The strategy of a queue that names none (`reload_single_queue`)."""

_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")
_VERSION: Final = re.compile(r"Asterisk (?:certified[/-])?(\d+)\.\d")
_QUEUE: Final = re.compile(r"(.+) has (\d+) calls \(max \w+\) in '(\w+)' strategy ")
_MEMBER: Final = re.compile(
    r" {6}(?P<name>.+?) \((?P<device>[^ ()]+)(?: from [^()]+)?\)"
    r"(?: with penalty (?P<penalty>\d+))? \(ringinuse "
    r"(?:.*\(login was (?P<age>\d+) secs ago\))?"
)
_RULE: Final = re.compile(r"Rule: (.+)")
_CHANGE: Final = re.compile(
    r"\s+After (\d+) seconds, adjust QUEUE_MAX_PENALTY to (\d+), "
    r"adjust QUEUE_MIN_PENALTY (by|to) (\d+) "
)
_LINE: Final = re.compile(
    r"  (?:'(?P<extension>.+?)' =>|   \[.+?\])? +\d+\. (?P<what>.*?) +\[[^]]*\]"
)
_DIRECTORY: Final = re.compile(r"^\s*(Configuration|Log) directory: +(\S.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ShownQueue:
    """A queue as Asterisk shows it.

    Attributes:
        strategy: In which order members are rung.
        waiting: Callers who wait in it.
        members: Who is rung, with the seconds since Asterisk read them from queues.conf; None where
            it does not tell.
    """

    strategy: str
    waiting: int
    members: Mapping[Member, int | None]


@dataclass(frozen=True, slots=True)
class Shown:
    """What an Asterisk shows of what it has.

    Attributes:
        queues: What `queue show` prints.
        rules: What `queue show rules` prints.
        contexts: What `dialplan show NAME` prints, for each of our contexts.
    """

    queues: str
    rules: str
    contexts: str


def version_shown(text: str) -> int | None:
    """The branch that `core show version` tells; None where it is none that was released."""
    found = _VERSION.search(_plain(text))
    return int(found[1]) if found else None


def folders_shown(text: str) -> dict[str, str]:
    """The folders that `core show settings` tells: of `Configuration` and of `Log`."""
    return {kind: folder.strip() for kind, folder in _DIRECTORY.findall(_plain(text))}


def queues_shown(text: str) -> dict[str, ShownQueue]:
    """The queues that `queue show` prints, by name."""
    shown: dict[str, ShownQueue] = {}
    members: dict[Member, int | None] = {}
    for line in _plain(text).splitlines():
        queue, member = _QUEUE.match(line), _MEMBER.match(line)
        if queue:
            members = {}
            shown[queue[1]] = ShownQueue(queue[3], int(queue[2]), members)
        elif member:
            read = Member(member["device"], int(member["penalty"] or 0), member["name"])
            members[read] = int(member["age"]) if member["age"] else None
    return shown


def rules_shown(text: str) -> dict[str, tuple[str, ...]]:
    """The penalty rules that `queue show rules` prints, by name: as `read_rules` reads them."""
    shown: dict[str, tuple[str, ...]] = {}
    name = ""
    for line in _plain(text).splitlines():
        rule, change = _RULE.fullmatch(line), _CHANGE.match(line)
        if rule:
            name = rule[1]
            shown[name] = ()
        elif change:
            seconds, highest, how, lowest = change.groups()
            bounds = (seconds, highest, *((lowest,) if how == "to" else ()))
            shown[name] = (*shown[name], ",".join(bounds))
    return shown


def extensions_shown(text: str) -> Extensions:
    """The extensions that `dialplan show` prints of one context."""
    shown: dict[str, tuple[str, ...]] = {}
    name = ""
    for line in _plain(text).splitlines():
        found = _LINE.fullmatch(line.rstrip())
        if found:
            name = found["extension"] or name
            shown[name] = (*shown.get(name, ()), found["what"])
    return shown


def lacking(
    files: Mapping[str, str], shown: Shown, since: int | None = None
) -> dict[str, tuple[str, ...]]:
    """What Asterisk has not taken of our files.

    Args:
        files: The text of each file by its name.
        shown: What Asterisk has.
        since: It must have read queues.conf within so many seconds; None: whenever it was.

    Returns:
        By the name of the file, what is not as it says, such as `queue support`. Files of which
        Asterisk has everything are left out.
    """
    found = {
        EXTENSIONS: tuple(_lacking_contexts(files[EXTENSIONS], shown.contexts)),
        QUEUES: tuple(_lacking_queues(files[QUEUES], queues_shown(shown.queues), since)),
        QUEUE_RULES: tuple(_lacking_rules(files[QUEUE_RULES], rules_shown(shown.rules))),
    }
    return {name: each for name, each in found.items() if each}


def _lacking_contexts(text: str, shown: str) -> Iterator[str]:
    has = {name: extensions_shown(each) for name, each in _contexts(shown)}
    for name, extensions in read_dialplan(text).items():
        shown_here = has.get(name, {})
        if any(
            _cut(lines) != _cut(shown_here.get(extension, ()))
            for extension, lines in extensions.items()
            if extension != OTHER_LINES
        ):
            yield f"context {name}"


def _contexts(shown: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"^\[ Context '", _plain(shown), flags=re.MULTILINE)[1:]:
        name, _, text = part.partition("'")
        yield name, text


def _cut(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Lines as they can be compared: an application without arguments is shown with brackets."""
    return tuple((line if "(" in line else f"{line}()")[:SHOWN] for line in lines)


def _lacking_queues(text: str, has: Mapping[str, ShownQueue], since: int | None) -> Iterator[str]:
    for name, queue in read_queues(text).items():
        shown = has.get(name)
        strategy = queue.options.get("strategy", DEFAULT_STRATEGY)
        if not shown or shown.strategy != strategy or not _has(shown, queue.members, since):
            yield f"queue {name}"


def _has(shown: ShownQueue, members: Iterable[Member], since: int | None) -> bool:
    return all(
        each in shown.members and (since is None or (shown.members[each] or 0) <= since)
        for each in members
    )


def _lacking_rules(text: str, has: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for name, changes in read_rules(text).items():
        if has.get(name) != changes:
            yield f"penalty rule {name}"


def _plain(text: str) -> str:
    return _COLOURS.sub("", text)
