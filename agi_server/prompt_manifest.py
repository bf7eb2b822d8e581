"""What a build of prompts left behind: read by the next build, to make again only what changed."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedWriter
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ivr.prompts import is_sound

MANIFEST: Final = "manifest.json"

PARTIAL_SUFFIX: Final = ".partial"
"""Ends the name of a file that is still being written; Asterisk never opens such a name."""


@dataclass(frozen=True, slots=True)
class Built:
    """The files of one sound as they were made.

    Attributes:
        digest: Of all that they were made from; empty while they are yet to be made.
        sizes: In bytes, by the ends of the files' names (`.wav`).
    """

    digest: str
    sizes: Mapping[str, int]

    def is_whole(self, folder: Path, sound: str) -> bool:
        """Whether every file is there, of its size.

        Args:
            folder: The folder that Asterisk finds `rahyab/` in.
            sound: As Asterisk is given it: `rahyab/fa/welcome`.
        """
        return all(
            (file := file_of(folder, sound, suffix)).is_file() and file.stat().st_size == size
            for suffix, size in self.sizes.items()
        )


UNBUILT: Final = Built("", MappingProxyType({}))
"""The promise of a file: a build that is killed still leaves a note of what it may have written."""


def file_of(folder: Path, sound: str, suffix: str) -> Path:
    """The file of a sound, whose name ends with `suffix`."""
    return folder / f"{sound}{suffix}"


def load_manifest(folder: Path) -> dict[str, Built]:
    """What lies in `folder`, by the name of the sound.

    A manifest that cannot be understood is as good as none, and a name in it that is no prompt's is
    passed over: what a manifest names may be removed.
    """
    try:
        entries = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {
            str(name): Built(str(entry["digest"]), _sizes(entry["sizes"]))
            if "sizes" in entry
            else UNBUILT  # of a version that made one file a sound: it is ours to make again
            for name, entry in entries.items()
            if is_sound(name)
        }
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _sizes(entry: Mapping[str, int]) -> dict[str, int]:
    return {str(suffix): int(size) for suffix, size in entry.items()}


def save_manifest(folder: Path, entries: Mapping[str, Built]) -> None:
    """Put the manifest of `folder` on disk, whole or not at all.

    Raises:
        OSError: It cannot be written.
    """
    page = {
        name: {"digest": entry.digest, "sizes": dict(entry.sizes)}
        for name, entry in sorted(entries.items())
    }
    with replacing(folder / MANIFEST) as file:
        file.write(json.dumps(page, indent=1).encode())


@contextmanager
def replacing(path: Path) -> Iterator[BufferedWriter]:
    """A file to write, which takes the place of `path` when the block ends well.

    Until then it has another name: nobody ever sees half a file.

    Raises:
        OSError: It cannot be written or renamed.
    """
    partial = path.with_name(path.name + PARTIAL_SUFFIX)
    try:
        with partial.open("wb") as file:
            yield file
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
