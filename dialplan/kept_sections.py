"""Sections of our files that the rules do not make any more, and that are kept for a while.

A call goes on by the rules that it began with, so that it may still be sent to a queue of theirs,
with a penalty rule of theirs; and of who waits in a queue Asterisk loses sight when the queue goes.
So what goes is kept for `KEPT_FOR` after it was left out first, and a queue longer while callers
wait in it. With a queue stays the context that its callers leave by (`dialplan.leaving`): while it
is not there, Asterisk takes no key for one that leads out.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from dialplan.conf_text import EXTENSIONS, QUEUE_RULES, QUEUES, Section, read_queues, read_sections
from dialplan.contract import LEAVING_CONTEXT

KEPT_FOR: Final = timedelta(hours=1)
"""Very few calls take longer from where they begin to the last queue that they are sent to."""

_WORDS: Final = "; Not in the rules since "
_STAMPED: Final = re.compile(rf"^{_WORDS}(\S+), and kept .*\n\[([^]\n]+)\]", re.MULTILINE)
_GENERAL: Final = "general"


@dataclass(frozen=True, slots=True)
class Kept:
    """A section that the rules do not make any more.

    Attributes:
        file: The file that has it.
        name: What stands in its brackets.
        since: When it was first left out.
        waiting: How many callers wait in the queue, if it is one or belongs to one.
    """

    file: str
    name: str
    since: datetime
    waiting: int = 0

    @property
    def until(self) -> datetime:
        """When it may go, if nobody waits then."""
        return self.since + KEPT_FOR


def kept_sections(
    files: Mapping[str, str],
    before: Mapping[str, str],
    waiting: Mapping[str, int],
    now: datetime,
) -> tuple[Kept, ...]:
    """What is to be kept.

    Args:
        files: What the rules make: the text of each file by its name.
        before: What is there: the same.
        waiting: How many callers wait in queues, by their names.
        now: The present moment, with its time zone.
    """
    gone = [each for name in files for each in _gone(name, files, before, now)]
    queues = read_queues(before.get(QUEUES, ""))
    counts = {(QUEUES, name): count for name, count in waiting.items()}
    for name, count in waiting.items():
        if name in queues and count:
            counts[EXTENSIONS, queues[name].options.get("context", "")] = count
    counted = (
        Kept(each.file, each.name, each.since, counts.get((each.file, each.name), 0))
        for each in gone
    )
    return tuple(each for each in counted if each.waiting or now < each.until)


def _gone(
    file: str, files: Mapping[str, str], before: Mapping[str, str], now: datetime
) -> Iterator[Kept]:
    """The sections of a file that the rules do not make any more, since when.

    Of extensions.conf only what belongs to a queue: the rest leads nowhere without its callers.
    """
    text = before.get(file, "")
    since = _stamps(text)
    for name in sorted(read_sections(text).keys() - read_sections(files[file]).keys()):
        if name != _GENERAL and (file != EXTENSIONS or name.startswith(f"{LEAVING_CONTEXT}-")):
            # A clock that was wrong once must not keep anything for years.
            yield Kept(file, name, min(since.get(name, now), now).replace(microsecond=0))


def _stamps(text: str) -> dict[str, datetime]:
    """Since when each section that is kept is not in the rules, by its name."""
    found: dict[str, datetime] = {}
    for stamp, name in _STAMPED.findall(text):
        try:
            found[name] = datetime.fromisoformat(stamp).astimezone(UTC)
        except ValueError:
            # Somebody has changed it by hand: the hour begins anew.
            continue
    return found


def with_kept(
    files: Mapping[str, str], before: Mapping[str, str], kept: tuple[Kept, ...]
) -> dict[str, str]:
    """The files, with what is kept as earlier ones have it.

    Args:
        files: What the rules make: the text of each file by its name.
        before: The earlier files.
        kept: What to take from these.
    """
    had = {name: read_sections(before.get(name, "")) for name in files}
    return {
        name: text
        + "".join(_text(each, had[name][each.name]) for each in kept if each.file == name)
        for name, text in files.items()
    }


def _text(kept: Kept, section: Section) -> str:
    stamp = kept.since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    longer = ", and while callers wait" if kept.file != QUEUE_RULES else ""
    remark = f"{_WORDS}{stamp}, and kept for an hour from then on{longer}."
    return "".join(f"{line}\n" for line in ("", remark, *section.lines))
