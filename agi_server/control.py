"""What an operator's commands and a running server say to each other: one JSON object a line.

A connection carries one request and its answer. Either side may be of another version of the
program, so each line is checked for its shape; what one side does not know of, it leaves aside.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from agi_server.service_state import (
    FailedReload,
    FileState,
    Health,
    ManagerState,
    Phase,
    RulesState,
    WorkerState,
)
from routing.problems import Problem

SOCKET_NAME: Final = "control.sock"
"""Of the socket, in the home folder."""

LONGEST_REQUEST: Final = 64 * 1024
"""Bytes of a request: ours have some thirty."""

LONGEST_ANSWER: Final = 64 * 1024 * 1024
"""Bytes of an answer: with its problems it brings the text of the rules that they are in."""

Said = TypeVar("Said")


class MisunderstoodError(Exception):
    """A line is none of ours; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Reload:
    """To the server: load the rules file again."""

    kind: Literal["reload"] = "reload"


@dataclass(frozen=True, slots=True)
class Rollback:
    """To the server: put the rules back in force that were before the present ones."""

    kind: Literal["rollback"] = "rollback"


@dataclass(frozen=True, slots=True)
class Status:
    """To the server: how do you stand?"""

    kind: Literal["status"] = "status"


@dataclass(frozen=True, slots=True)
class Taken:
    """The rules of the file are in force.

    Attributes:
        file: The rules file, as the server calls it.
        revision: What is in force now.
        before: What was; the same one if the file has no other text.
        warnings: What is to be told of these rules although they can be used.
        rules: The text that has them, as `RulesText.bundled` gives it; else empty.
    """

    file: str
    revision: str
    before: str
    warnings: tuple[Problem, ...] = ()
    rules: str = ""
    kind: Literal["taken"] = "taken"


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Nothing has changed.

    Attributes:
        revision: What stays in force.
        reason: Why, in a sentence.
        problems: What is wrong with the rules file, if that is why.
        rules: The text that has these problems, as `RulesText.bundled` gives it; else empty.
    """

    revision: str
    reason: str
    problems: tuple[Problem, ...] = ()
    rules: str = ""
    kind: Literal["not-taken"] = "not-taken"


@dataclass(frozen=True, slots=True)
class RolledBack:
    """Earlier rules are in force again.

    Attributes:
        revision: What is in force now.
        before: What was.
        earlier: How many times more one can roll back.
        file: What the rules file holds.
    """

    revision: str
    before: str
    earlier: int
    file: FileState
    kind: Literal["rolled-back"] = "rolled-back"


@dataclass(frozen=True, slots=True)
class Standing:
    """How the service stands.

    Attributes:
        phase: Where it is in its life.
        health: Whether calls are served.
        started_at: When the service began.
        watching: Whether it loads the rules file by itself when that changes.
        rules: What is in force.
        file: What the rules file holds.
        failed_reloads: How often new rules were refused.
        failure: The last time; None if the last attempt went well.
        wanted: How many workers there should be.
        workers: Those whose process runs.
        spool_waiting: Batches of writes that wait in spools for the store.
        spool_refused: Batches of spools that the store has refused.
        manager: How the link to Asterisk's manager interface stands.
    """

    phase: Phase
    health: Health
    started_at: datetime
    watching: bool
    rules: RulesState
    file: FileState
    failed_reloads: int
    failure: FailedReload | None
    wanted: int
    workers: tuple[WorkerState, ...]
    spool_waiting: int = 0
    spool_refused: int = 0
    manager: ManagerState = ManagerState.OFF
    kind: Literal["standing"] = "standing"


@dataclass(frozen=True, slots=True)
class Failed:
    """The request could not be answered; why, in a sentence."""

    reason: str
    kind: Literal["failed"] = "failed"


Request: TypeAlias = Reload | Rollback | Status
"""What an operator asks."""

Answer: TypeAlias = Taken | NotTaken | RolledBack | Standing | Failed
"""What the server answers."""

_REQUESTS: Final[TypeAdapter[Request]] = TypeAdapter(
    Annotated[Request, Field(discriminator="kind")]
)
_ANSWERS: Final[TypeAdapter[Answer]] = TypeAdapter(Annotated[Answer, Field(discriminator="kind")])


def encode(said: Request | Answer) -> bytes:
    """The line that says this."""
    text = json.dumps(asdict(said), default=_as_text, ensure_ascii=False, separators=(",", ":"))
    # A problem may quote half a character that a rules file spells as an escape.
    return text.encode(errors="replace") + b"\n"


def decode_request(line: bytes) -> Request:
    """What an operator asks. Raises MisunderstoodError."""
    return _decode(_REQUESTS, line)


def decode_answer(line: bytes) -> Answer:
    """What the server answers. Raises MisunderstoodError."""
    return _decode(_ANSWERS, line)


def _decode(adapter: TypeAdapter[Said], line: bytes) -> Said:
    try:
        return adapter.validate_python(json.loads(line))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise MisunderstoodError(f"{where}: {first['msg']}".removeprefix(": ")) from None
    except RecursionError:
        raise MisunderstoodError("too many brackets") from None
    except ValueError as error:
        raise MisunderstoodError(str(error)) from None


def _as_text(value: Any) -> str:  # noqa: ANN401  json hands over whatever it cannot write
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a message does not hold {value!r}")
