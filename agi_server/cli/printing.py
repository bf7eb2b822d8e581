"""Values of the database on a terminal and as JSON, whatever a caller put into them."""

import io
import json
import re
import sys
from typing import IO, Any, Final, cast

from rich.console import Console
from rich.text import Text

PIPE_WIDTH: Final = 200
"""Columns where no terminal says how many: each row stays on its line, for grep and head."""

_BLANKS: Final = re.compile(r" +$", re.MULTILINE)

_HARMLESS: Final = "\n\u200c\u200d"
"""Line ends, and the joiners with which Persian words are spelt."""


def cell(value: object) -> Text:
    """A value for a table: nothing in it is taken for markup or for a terminal's control codes."""
    text = "" if value is None else str(value)
    return Text(
        "".join(sign if sign.isprintable() or sign in _HARMLESS else "\ufffd" for sign in text)
    )


def table_console() -> Console:
    """Where tables are printed: as wide as the terminal, or wide enough for one line a row."""
    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(file=cast("IO[str]", _Unpadded()), width=PIPE_WIDTH, highlight=False)


class _Unpadded(io.TextIOBase):
    """Standard output without the blanks that fill up the lines of tables."""

    def write(self, text: str) -> int:
        return sys.stdout.write(_BLANKS.sub("", text))

    def flush(self) -> None:
        sys.stdout.flush()


def as_json(value: Any) -> str:  # noqa: ANN401  whatever JSON can hold
    """A value as JSON on one line; dates as texts, stray bytes of the network as escapes."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    # What UTF-8 cannot say is a lone surrogate, for which Python and JSON write the same escape.
    return text.encode(errors="backslashreplace").decode()
