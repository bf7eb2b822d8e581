"""What is different, in meaning, between two versions of the files that we write for Asterisk.

Remarks, the order of sections and the revision that stands at the head mean nothing to Asterisk.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from dialplan.conf_text import (
    EXTENSIONS,
    NAMES,
    QUEUE_RULES,
    QUEUES,
    Extensions,
    Member,
    QueueSection,
    read_dialplan,
    read_made,
    read_queues,
    read_rules,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FileDifference:
    """One thing that is different.

    Attributes:
        file: In which file.
        place: What it is about: a queue, a penalty rule, a context.
        about: What of it; empty where it is all of it.
        before: What it was; None where there was nothing.
        now: What it becomes; None where nothing is left.
    """

    file: str
    place: str
    about: str
    before: str | None
    now: str | None


def file_differences(
    before: Mapping[str, str], now: Mapping[str, str]
) -> tuple[FileDifference, ...]:
    """What is different between two versions.

    Args:
        before: The text of each file by its name; one that is not there is left out.
        now: The same.
    """
    was, becomes = ({name: texts.get(name, "") for name in NAMES} for texts in (before, now))
    return (
        *_dialplan(was[EXTENSIONS], becomes[EXTENSIONS]),
        *_made(was[QUEUES], becomes[QUEUES]),
        *_queues(was[QUEUES], becomes[QUEUES]),
        *_rules(was[QUEUE_RULES], becomes[QUEUE_RULES]),
    )


def _pairs(
    before: Mapping[str, T], now: Mapping[str, T]
) -> Iterator[tuple[str, T | None, T | None]]:
    """What both have by the same name, where it is not equal; new names stand last."""
    for name in {**before, **now}:
        pair = before.get(name), now.get(name)
        if pair[0] != pair[1]:
            yield name, *pair


def _made(before: str, now: str) -> Iterator[FileDifference]:
    was, becomes = read_made(before), read_made(now)
    if was and becomes and was.release != becomes.release:
        releases = (f"Asterisk {each.release}" for each in (was, becomes))
        yield FileDifference(QUEUES, "all queues", "written for", *releases)


def _queues(before: str, now: str) -> Iterator[FileDifference]:
    for name, was, becomes in _pairs(read_queues(before), read_queues(now)):
        place = f"queue {name}"
        if was and becomes:
            yield from _queue(place, was, becomes)
        else:
            yield FileDifference(QUEUES, place, "", _summary(was), _summary(becomes))


def _summary(queue: QueueSection | None) -> str | None:
    if queue is None:
        return None
    return ", ".join(f"{each.name} ({_told(each)})" for each in queue.members) or "nobody is rung"


def _told(member: Member) -> str:
    return f"{member.device}, penalty {member.penalty}"


def _queue(place: str, was: QueueSection, becomes: QueueSection) -> Iterator[FileDifference]:
    pair = [{each.name: _told(each) for each in queue.members} for queue in (was, becomes)]
    for name, before, now in _pairs(*pair):
        yield FileDifference(QUEUES, place, f"member {name}", before, now)
    first, second = pair
    if first.keys() == second.keys() and list(first) != list(second):
        yield FileDifference(QUEUES, place, "order of members", *map(", ".join, pair))
    for option, before, now in _pairs(was.options, becomes.options):
        yield FileDifference(QUEUES, place, option, before, now)


def _rules(before: str, now: str) -> Iterator[FileDifference]:
    for name, was, becomes in _pairs(read_rules(before), read_rules(now)):
        yield FileDifference(QUEUE_RULES, f"penalty rule {name}", "", _steps(was), _steps(becomes))


def _steps(changes: tuple[str, ...] | None) -> str | None:
    if changes is None:
        return None
    pairs = (change.partition(",") for change in changes)
    told = (f"from {seconds}s on up to penalty {highest}" for seconds, _, highest in pairs)
    return ", ".join(told) or "no change"


def _dialplan(before: str, now: str) -> Iterator[FileDifference]:
    for context, was, becomes in _pairs(read_dialplan(before), read_dialplan(now)):
        place = f"context {context}"
        if was is None or becomes is None:
            yield FileDifference(EXTENSIONS, place, "", _counted(was), _counted(becomes))
            continue
        for extension, lines, others in _pairs(was, becomes):
            yield FileDifference(
                EXTENSIONS, place, f"extension {extension}", *_unlike(lines or (), others or ())
            )


def _counted(extensions: Extensions | None) -> str | None:
    return None if extensions is None else f"extensions {', '.join(extensions)}"


def _unlike(lines: tuple[str, ...], others: tuple[str, ...]) -> tuple[str | None, str | None]:
    """The lines that only one of the two has; all of them where they only change places."""
    gone = [line for line in lines if line not in others]
    new = [line for line in others if line not in lines]
    if not gone and not new:
        gone, new = list(lines), list(others)
    return "\n".join(gone) or None, "\n".join(new) or None
