"""Characters that nobody sees, and that would change what others see, or what is said."""

import re
from collections.abc import Iterator
from typing import Final

from routing.checks.scene import Scene
from routing.problems import Path, Problem

_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Control characters but for tabs and line ends, and signs that turn the direction of what follows.
Signs of no width that Persian is written with are none of them."""


def problems(scene: Scene) -> Iterator[Problem]:
    """Each text that holds one; in quotes YAML lets them in, spelt out after a backslash."""
    pending: list[tuple[Path, object]] = [((), scene.data)]
    while pending:
        path, part = pending.pop()
        if isinstance(part, str):
            if found := _UNSEEN.search(part):
                yield _told(scene, path, found[0])
        elif isinstance(part, dict):
            pending += [((*path, key), each) for key, each in part.items()]
        elif isinstance(part, list):
            pending += [((*path, index), each) for index, each in enumerate(part)]


def _told(scene: Scene, path: Path, letter: str) -> Problem:
    message = f"a character that cannot stand in a text: U+{ord(letter):04X}"
    hint = "delete it; an editor that shows invisible characters will find it"
    return scene.at(path, "bad-character", message, hint)
