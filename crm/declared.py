"""Small YAML files in which an administrator declares something: how a link maps fields, say.

They are read as strictly as rules are (`routing.yaml_reading`), into a pydantic model, and every
mistake is told at once, with its file, line and column.
"""

from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from routing.documents import Document
from routing.names import suggestion
from routing.problems import dotted, one_line
from routing.shape import Shape
from routing.yaml_reading import Misread, read_yaml

LONGEST_FILE: Final = 1_000_000
"""Bytes. Nobody writes more of this by hand, and a wrong path must not fill the memory."""

Declared = TypeVar("Declared", bound=Shape)


class DeclarationError(Exception):
    """The file cannot be used; the message has one line for each mistake, and what to do."""


def read_declaration(path: Path, model: type[Declared], *, begin: str) -> Declared:
    """Read a file.

    Args:
        path: Where it is.
        model: What it must hold.
        begin: What to tell of a file without anything useful: how to begin.

    Raises:
        DeclarationError: It cannot be read, or holds mistakes.
    """
    return parse_declaration(_text_of(path), str(path), model, begin=begin)


def parse_declaration(text: str, file: str, model: type[Declared], *, begin: str) -> Declared:
    """The same for a text; problems call it `file`. Raises DeclarationError."""
    reading = read_yaml(text, file, begin=begin)
    if reading.document is None or reading.problems:
        raise DeclarationError(
            "\n".join(
                f"{each.file}:{each.line}:{each.column}: {_sentence(each.message, each.hint)}"
                for each in reading.problems
            )
        )
    try:
        return model.model_validate(reading.document.data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        lines = dict.fromkeys(_told(each, reading.document, model) for each in found)
        raise DeclarationError("\n".join(lines)) from None


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LONGEST_FILE + 1)
    except OSError as error:
        raise DeclarationError(f"{path} cannot be read: {error.strerror}") from None
    if len(raw) > LONGEST_FILE:
        raise DeclarationError(f"{path} is larger than {LONGEST_FILE} bytes: is this the file?")
    return raw.decode(errors="surrogateescape")


def _told(error: ErrorDetails, document: Document, model: type[Shape]) -> str:
    """One mistake on one line: where, and what."""
    path = tuple(error["loc"])
    unknown = error["type"] == "extra_forbidden"
    place = document.at_key(path) if unknown else document.at_value(path)
    where = f"{place.file}:{place.line}:{place.column}: {dotted(path)}"
    return f"{where}: {_what(error, path, model)}"


def _what(error: ErrorDetails, path: tuple[int | str, ...], model: type[Shape]) -> str:
    given: Any = error["input"]
    match error["type"]:
        case "extra_forbidden":
            known = list(model.model_fields) if len(path) == 1 else []
            return _sentence("nothing of this name is known here", suggestion(str(path[-1]), known))
        case "missing":
            return "this is missing"
        case "value_error":
            return str(error["ctx"]["error"])
        case _ if isinstance(given, Misread):
            return f"{given.text} is read as {given.reading}: put it into quotes"
        case _:
            _, _, wanted = error["msg"].partition("should ")
            return f"this should {wanted}" if wanted else error["msg"]


def _sentence(message: str, hint: str) -> str:
    return one_line(f"{message}: {hint}" if hint else message)
