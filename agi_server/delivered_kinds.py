"""The kinds of sound file that are taken from a speaker, told by their content and their name."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of sound file.

    Attributes:
        name: As people call it.
        suffixes: Ends of the names of its files.
        begins: What its files begin with, one of these; `?` stands for any byte.
        is_lossy: Whether it leaves out what its makers took for inaudible.
    """

    name: str
    suffixes: tuple[str, ...]
    begins: tuple[bytes, ...]
    is_lossy: bool = False

    def is_of(self, head: bytes) -> bool:
        """Whether a file that begins with `head` is of this kind."""
        return any(
            len(head) >= len(begin)
            and all(want in (byte, ord("?")) for want, byte in zip(begin, head, strict=False))
            for begin in self.begins
        )


KINDS: Final = (
    Kind("WAV", (".wav",), (b"RIFF????WAVE", b"RF64????WAVE")),
    Kind("FLAC", (".flac",), (b"fLaC",)),
    Kind("AIFF", (".aif", ".aiff"), (b"FORM????AIF",)),
    Kind("Ogg Vorbis", (".ogg",), (b"OggS",), is_lossy=True),
)
"""All that may be read: what people deliver and every sox knows (MP3 needs a package of its own).
It knows more, among them lists of further files (.m3u) and devices (.alsa): nobody may name those.
"""

HEAD_BYTES: Final = 12
"""So much of a file tells its kind."""


def told_kinds() -> str:
    """What is taken, for people."""
    whole = [kind.name for kind in KINDS if not kind.is_lossy]
    lossy = [kind.name for kind in KINDS if kind.is_lossy]
    return f"{_either(whole)} ({_either(lossy)}, which loses sound, is taken too)"


def kind_by_name(file: Path) -> Kind | None:
    """The kind that a file is of by the end of its name; None if it is none that is taken."""
    suffix = file.suffix.lower()
    return next((kind for kind in KINDS if suffix in kind.suffixes), None)


def kind_by_content(file: Path) -> Kind | None:
    """The kind that a file is of by what it begins with; None if it is none that is taken.

    Raises:
        OSError: It cannot be read.
    """
    with file.open("rb") as content:
        head = content.read(HEAD_BYTES)
    return next((kind for kind in KINDS if kind.is_of(head)), None)


def _either(names: list[str]) -> str:
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))
