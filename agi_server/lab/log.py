"""Reading Asterisk's log: what was played to whom, and waiting for a line."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agi_server.lab.problems import LabError
from agi_server.lab.waiting import wait_until

PLAYING: Final = re.compile(
    r"<(?P<channel>[^>]+)> Playing '(?P<sound>[^']+)\.[^.']+'.*\(language '(?P<language>[^']*)'\)"
)
"""Written by STREAM FILE (res_agi.c) and by all that goes through ast_streamfile (file.c)."""

SHOWN_LINES: Final = 30


@dataclass(frozen=True, slots=True)
class Played:
    """A sound that began to play: its name without ending, and the language of the channel."""

    channel: str
    sound: str
    language: str


def played(lines: Iterable[str]) -> list[Played]:
    """The sounds that began to play, in order."""
    matches = (PLAYING.search(line) for line in lines)
    return [Played(m["channel"], m["sound"], m["language"]) for m in matches if m]


def _tag(line: str) -> str | None:
    found = re.search(r"\[C-[0-9a-f]+\]", line)
    return found[0] if found else None


class Reader:
    """A text file that grows: gives each complete line once."""

    def __init__(self, path: Path, since: int = 0) -> None:
        self._path = path
        self._position = since

    def new_lines(self) -> list[str]:
        """The complete lines that were not given yet; none while there is no file."""
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(self._position)
            data = file.read()
        data = data[: data.rfind(b"\n") + 1]
        self._position += len(data)
        return data.decode(errors="replace").splitlines()


class CallLog:
    """The lines about one call.

    The lab's dialplan logs the SIP Call-ID of each call. Asterisk marks the lines of a call with a
    tag, which the agents' channels of that call share.
    """

    def __init__(self, reader: Reader, sip_call: str) -> None:
        self._reader = reader
        self._first = f"Lab call {sip_call}"
        self._tag: str | None = None
        self._lines: list[str] = []

    @property
    def lines(self) -> list[str]:
        """All there are by now."""
        for line in self._reader.new_lines():
            if self._tag is None and self._first in line:
                self._tag = _tag(line)
            if self._tag and self._tag in line:
                self._lines.append(line)
        return self._lines

    @property
    def played(self) -> list[Played]:
        """The sounds that began to play in this call, in order."""
        return played(self.lines)


class Log:
    """The log file of one Asterisk."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def size(self) -> int:
        """How many bytes there are now: a mark to read from later."""
        return self._path.stat().st_size if self._path.exists() else 0

    def lines(self, since: int = 0) -> list[str]:
        """The complete lines from the byte `since` on."""
        return Reader(self._path, since).new_lines()

    def played(self, since: int = 0) -> list[Played]:
        """The sounds that began to play to anybody since the byte `since`, in order."""
        return played(self.lines(since))

    def call(self, sip_call: str, since: int = 0) -> "CallLog":
        """The log of one call, from the byte `since` on."""
        return CallLog(Reader(self._path, since), sip_call)

    def wait_for(self, pattern: str, timeout: float, since: int = 0) -> re.Match[str]:
        """Wait for a line that matches `pattern`.

        Args:
            pattern: A regular expression, searched in each line.
            timeout: The longest wait in seconds.
            since: The byte to start from, as `size()` gave it.

        Raises:
            LabError: No such line came in time; the message holds the last lines that did.
        """
        wanted = re.compile(pattern)

        reader = Reader(self._path, since)

        def look() -> re.Match[str] | None:
            return next(filter(None, map(wanted.search, reader.new_lines())), None)

        found = wait_until(look, timeout)
        if found is None:
            last = "\n".join(self.lines(since)[-SHOWN_LINES:])
            raise LabError(f"no line like {pattern!r} in {self._path} in {timeout} s:\n{last}")
        return found
