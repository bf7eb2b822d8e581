"""How values go into PostgreSQL's columns and come back.

PostgreSQL's text can hold neither NUL nor what is not UTF-8, and the telephone network sends both.
Such text is kept behind a mark, as the hexadecimal digits of its bytes; everything else as it is.
"""

from typing import Any, Final

from psycopg import Connection
from psycopg.adapt import Buffer, Loader
from psycopg.types.string import BytesDumper, StrDumperUnknown, TextLoader

_MARK: Final = "\uffff"
"""A noncharacter of Unicode: no text that was typed or sent begins with it."""

_ERRORS: Final = "surrogatepass"
"""As in `crm.encoding.stored_text`."""


class _TextDumper(StrDumperUnknown):
    """Writes a text as a value whose type the server finds out: a time, a date, JSON, or text."""

    def dump(self, obj: str) -> Buffer | None:
        if "\0" in obj or obj.startswith(_MARK):
            return _marked(obj.encode(errors=_ERRORS))
        try:
            return super().dump(obj)
        except UnicodeEncodeError:  # a key that was read is used to read what belongs to it
            return _marked(obj.encode(errors=_ERRORS))


class _StrayBytesDumper(BytesDumper):
    """Writes the bytes of a text that is not UTF-8, as `stored_text` hands them out."""

    oid = 0  # unknown, like that of a text

    def dump(self, obj: Any) -> Buffer | None:  # noqa: ANN401  the base class's own type
        return _marked(bytes(obj))


class _TextLoader(TextLoader):
    """Reads a text."""

    def load(self, data: Buffer) -> str:
        text = super().load(data)
        if isinstance(text, str) and text.startswith(_MARK):
            return bytes.fromhex(text.removeprefix(_MARK)).decode(errors=_ERRORS)
        return str(text)


class _JsonLoader(Loader):
    """Leaves JSON as text: `crm.encoding.read_json` reads it, for every store alike."""

    def load(self, data: Buffer) -> str:
        return bytes(data).decode()


def _marked(raw: bytes) -> bytes:
    return (_MARK + raw.hex()).encode()


def adapt(connection: Connection[Any]) -> None:
    """Teach a connection our ways of writing and reading text."""
    connection.adapters.register_dumper(str, _TextDumper)
    connection.adapters.register_dumper(bytes, _StrayBytesDumper)
    connection.adapters.register_loader("text", _TextLoader)
    connection.adapters.register_loader("json", _JsonLoader)
