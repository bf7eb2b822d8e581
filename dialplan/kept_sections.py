"""Sections of our files that the rules do not make any more, and that are kept for those who wait.

With a queue stays the context that its callers leave by (`dialplan.leaving`): while it is not
there, Asterisk takes no key for one that leads out.
"""

from collections.abc import Collection, Mapping
from typing import Final

from dialplan.conf_text import EXTENSIONS, QUEUES, read_queues, read_sections

KEPT: Final = (
    "; Not in the rules any more: kept for the callers who wait in it. The next\n"
    "; `rahyab dialplan install` that finds nobody in it takes it away."
)
"""What is written before a section that is kept."""


def with_kept_queues(
    files: Mapping[str, str], before: Mapping[str, str], names: Collection[str]
) -> dict[str, str]:
    """The files with some queues more, as earlier ones have them.

    Args:
        files: What the rules make: the text of each file by its name.
        before: The earlier files.
        names: The queues to take from these.
    """
    queues = read_queues(before.get(QUEUES, ""))
    contexts = {queues[name].options.get("context", "") for name in names if name in queues}
    kept = {QUEUES: frozenset(names), EXTENSIONS: contexts}
    return {
        name: _with_sections(text, before.get(name, ""), kept.get(name, ()))
        for name, text in files.items()
    }


def _with_sections(text: str, before: str, names: Collection[str]) -> str:
    """A file with those sections of an earlier one that it does not have."""
    has, had = read_sections(text), read_sections(before)
    kept = (had[name] for name in sorted(had.keys() & names) if name not in has)
    return text + "".join(
        f"\n{KEPT}\n" + "".join(f"{line}\n" for line in each.lines) for each in kept
    )
