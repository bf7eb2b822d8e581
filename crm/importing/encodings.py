"""Which encoding a file of text has: told by its bytes, since the file itself does not say."""

import codecs
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import charset_normalizer

_CHUNK: Final = 1 << 20

_SAMPLE: Final = 256 * 1024
"""Bytes of lines with letters outside ASCII that are judged: some thousand names."""

_LONGEST: Final = 64 * 1024

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as UTF-16 does: asked for first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_MOSTLY: Final = 0.9
"""Share of lines that must be UTF-8 for a file to be that, with some damaged lines in it."""

_NULS: Final = 0.2
"""Share of zero bytes at the even or odd places of a text in UTF-16: every ASCII letter has one."""

_RUNS: Final = re.compile(rb"[\x80-\xff]+")
_WORD: Final = 3
"""Bytes outside ASCII in a row: words of Arabic script have them, words of Latin script do not."""

_MOST_FOREIGN: Final = 0.1
"""Share of Latin letters within words of Arabic script: more means another script, as Cyrillic."""

_BALTIC: Final = {
    **dict(zip("āīēšūņļžķčģ", (40, 20, 19, 10, 6, 6, 5, 3, 2, 1, 1), strict=True)),
    **dict(zip("ėųįąęäõöü", (15, 14, 6, 7, 2, 4, 3, 2, 3), strict=True)),
}
"""How often a letter comes in Latvian, Lithuanian and Estonian, in thousandths."""

_WESTERN: Final = dict(
    zip(
        "éíáóèàäöüßñçãêåøæúâôîïûìòùõðþ",
        (20, 9, 9, 8, 5, 6, 6, 4, 6, 3, 4, 3, 7, 3, 8, 6, 5, 3, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1),
        strict=True,
    )
)
"""The same for the languages of western Europe."""

_SELDOM: Final = 0.01
_SYMBOL: Final = 0.0001

_SPOKEN: Final[Mapping[str, str]] = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1256": "Windows-1256 (Persian, Arabic)",
    "cp1257": "Windows-1257 (Baltic)",
    "cp1252": "Windows-1252 (Western)",
}


class EncodingError(Exception):
    """The encoding cannot be told, or there is no such encoding; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file is written.

    Attributes:
        codec: Python's name of it.
        mark: The byte order mark that the file begins with; empty if there is none.
    """

    codec: str
    mark: bytes = b""

    @property
    def name(self) -> str:
        """Its name for people."""
        return _SPOKEN.get(self.codec, self.codec)

    @property
    def has_byte_lines(self) -> bool:
        """Whether a line ends with the same byte as in ASCII, whatever is around it."""
        return not self.codec.startswith(("utf-16", "utf-32"))


def named_encoding(name: str, path: Path) -> Encoding:
    """The encoding that somebody named.

    Raises:
        EncodingError: There is none of this name.
        OSError: The file cannot be read.
    """
    try:
        codec = codecs.lookup(name).name
        "".encode(codec)  # what is no encoding of text has a name too
    except (LookupError, ValueError):
        raise EncodingError(
            f"there is no encoding {name!r}: write utf-8, windows-1256, windows-1257, windows-1252"
            " or utf-16"
        ) from None
    marked = _marked(path)
    same = marked is not None and codec in (marked.codec, f"{marked.codec}-sig")
    return marked if marked is not None and same else Encoding(codec)


def detected_encoding(path: Path) -> Encoding:
    """The encoding of a file of text.

    Raises:
        EncodingError: It is none of those that are told apart here.
        OSError: The file cannot be read.
    """
    marked = _marked(path)
    if marked is not None:
        return marked
    with path.open("rb") as file:
        wide = _wide(file.read(_LONGEST))
        if wide is not None:
            return wide
        file.seek(0)
        if _is_utf8(file):
            return Encoding("utf-8")
        file.seek(0)
        return _judged(_foreign_lines(file))


def _marked(path: Path) -> Encoding | None:
    with path.open("rb") as file:
        begin = file.read(4)
    for mark, codec in _MARKS:
        if begin.startswith(mark):
            return Encoding(codec, mark)
    return None


def _wide(begin: bytes) -> Encoding | None:
    """UTF-16 without a mark: half of the bytes of its ASCII letters are zero."""
    if not begin:
        return None
    for codec, offset in (("utf-16-le", 1), ("utf-16-be", 0)):
        places = begin[offset::2]
        if places.count(0) > _NULS * len(places) and not begin[1 - offset :: 2].count(0):
            return Encoding(codec)
    return None


def _is_utf8(file: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in iter(lambda: file.read(_CHUNK), b""):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _foreign_lines(file: IO[bytes]) -> list[bytes]:
    """Lines that are not ASCII, as many as are judged."""
    found: list[bytes] = []
    size = 0
    for line in iter(lambda: file.readline(_LONGEST), b""):
        if not line.isascii():
            found.append(line)
            size += len(line)
            if size > _SAMPLE:
                break
    return found


def _judged(lines: Iterable[bytes]) -> Encoding:
    lines = list(lines)
    if sum(map(_decodes, lines)) >= _MOSTLY * len(lines) and len(lines) > 1:
        return Encoding("utf-8")
    text = b"".join(lines)
    runs = _RUNS.findall(text)
    in_words = sum(len(run) for run in runs if len(run) >= _WORD)
    if in_words * 2 > sum(map(len, runs)):
        return _arabic(text, runs)
    baltic, western = _likelihood(text, "cp1257", _BALTIC), _likelihood(text, "cp1252", _WESTERN)
    return Encoding("cp1257" if baltic > western else "cp1252")


def _decodes(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _arabic(text: bytes, runs: Iterable[bytes]) -> Encoding:
    letters = list(_letters(b"".join(runs), "cp1256"))
    foreign = sum(not "\u0600" <= letter <= "\u06ff" for letter in letters)
    if foreign > _MOST_FOREIGN * len(letters):
        raise EncodingError(
            f"its encoding cannot be told for sure{_guess(text)}: name it with --encoding, or"
            " save the file as UTF-8"
        )
    return Encoding("cp1256")


def _guess(text: bytes) -> str:
    best = charset_normalizer.from_bytes(text).best()
    return "" if best is None else f" ({best.encoding} is a guess)"


def _letters(text: bytes, codec: str) -> Iterator[str]:
    return (
        each for each in text.decode(codec, errors="replace") if each.isalpha() or each == "\ufffd"
    )


def _likelihood(text: bytes, codec: str, frequencies: Mapping[str, float]) -> float:
    """How likely the signs outside ASCII are in a language with these frequencies; logarithmic."""
    total = sum(frequencies.values())
    signs = Counter(
        sign.lower() for sign in text.decode(codec, errors="replace") if not sign.isascii()
    )
    return sum(
        count * math.log(frequencies.get(sign, _SELDOM if sign.isalpha() else _SYMBOL) / total)
        for sign, count in signs.items()
    )
