"""How values are written in a store and read back: times, dates, JSON, and text from the network.

Text that came over the telephone network need not be valid UTF-8; the protocol hands us its stray
bytes as lone surrogates (PEP 383). A database refuses those, so such text is kept as a BLOB and
everything else as text. `read_text(stored_text(value))` is `value` for every string there is.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final, TypeAlias, overload

StoredText: TypeAlias = str | bytes
"""Text as a column holds it: bytes where it is not valid UTF-8."""

_ENCODER: Final = json.JSONEncoder(separators=(",", ":"))
"""Kept: `json.dumps` makes a new one for each value, which takes a tenth of its time."""


@overload
def stored_text(value: str) -> StoredText: ...
@overload
def stored_text(value: str | None) -> StoredText | None: ...
def stored_text(value: str | None) -> StoredText | None:
    """The form in which a column holds `value`.

    Of the two error handlers that write surrogates, only `surrogatepass` brings back every string
    unchanged: with `surrogateescape` two neighbouring stray bytes may come back as one letter.
    """
    if value is None or value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode(errors="surrogatepass")
    return value


@overload
def read_text(value: StoredText) -> str: ...
@overload
def read_text(value: StoredText | None) -> str | None: ...
def read_text(value: StoredText | None) -> str | None:
    """What `stored_text` was given."""
    return value.decode(errors="surrogatepass") if isinstance(value, bytes) else value


@overload
def stored_time(value: datetime) -> str: ...
@overload
def stored_time(value: datetime | None) -> str | None: ...
def stored_time(value: datetime | None) -> str | None:
    """A time as UTC in ISO 8601 with microseconds: texts sort as the times do.

    Raises:
        ValueError: The time has no zone, so nobody can say which moment it is.
    """
    if value is None:
        return None
    if value.utcoffset() is None:
        raise ValueError(f"{value!r} has no time zone: pass an aware datetime")
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return value.isoformat(timespec="microseconds")


@overload
def read_time(value: str | datetime) -> datetime: ...
@overload
def read_time(value: str | datetime | None) -> datetime | None: ...
def read_time(value: str | datetime | None) -> datetime | None:
    """What `stored_time` was given, in UTC; a driver that knows times hands out such."""
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    return value if value is None or value.tzinfo is UTC else value.astimezone(UTC)


@overload
def stored_date(value: date) -> str: ...
@overload
def stored_date(value: date | None) -> str | None: ...
def stored_date(value: date | None) -> str | None:
    """A date as ISO 8601."""
    return None if value is None else value.isoformat()


@overload
def read_date(value: str | date) -> date: ...
@overload
def read_date(value: str | date | None) -> date | None: ...
def read_date(value: str | date | None) -> date | None:
    """What `stored_date` was given; a driver that knows dates hands out such."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def stored_json(value: Mapping[str, Any]) -> str:
    """A mapping as JSON in ASCII, which carries NUL and lone surrogates unharmed.

    Raises:
        TypeError: It holds something that JSON cannot say.
    """
    return _ENCODER.encode(dict(value))


def read_json(value: str) -> Mapping[str, Any]:
    """What `stored_json` was given; tuples have become lists, keys strings."""
    mapping: Mapping[str, Any] = json.loads(value)
    return mapping
