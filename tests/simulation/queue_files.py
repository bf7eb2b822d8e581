"""What Asterisk makes of the files: a reader of every word that we write in them.

They are queues.conf, queuerules.conf and the contexts of the keys by which callers leave.

It is strict, so that the simulator never passes over an option it does not know: an option that is
new in the compiler has to be given a meaning here, or be named as one that has none for turns.
Defaults are those of app_queue.c (`init_queue`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

NO_PART_IN_TURNS: Final = frozenset(
    {
        "musicclass",
        "setinterfacevar",
        "setqueueentryvar",
        "setqueuevar",
        "announce-frequency",
        "announce-holdtime",
        "announce-position",
        "reportholdtime",
    }
)
"""They change what is heard or told, not who is rung when."""

REASONS: Final = frozenset(
    {"paused", "penalty", "inuse", "ringing", "invalid", "wrapup", "unavailable", "unknown"}
)
"""Of `joinempty` and `leavewhenempty` (`parse_empty_options`)."""

STRATEGIES: Final = frozenset({"leastrecent", "rrmemory"})
"""Those that the compiler writes."""


class UnknownWordError(Exception):
    """The files say what the simulator does not know."""


@dataclass(frozen=True)
class Member:
    """A line `member =>`."""

    device: str
    penalty: int
    name: str


@dataclass(frozen=True)
class QueueOptions:
    """A section of queues.conf. Times in seconds."""

    name: str
    strategy: str = "ringall"
    timeout: int = 15
    retry: int = 5
    wrapuptime: int = 0
    penaltymemberslimit: int = 0
    ringinuse: bool = True
    autofill: bool = False
    autopause: bool = False
    timeoutrestart: bool = False
    conf_timeout_first: bool = False
    joinempty: frozenset[str] = frozenset()
    leavewhenempty: frozenset[str] = frozenset()
    maxlen: int = 0
    context: str = ""
    sounds: tuple[str, ...] = ()
    every: int = 0
    from_last_word: bool = False
    speaks_in_turn: bool = False
    members: tuple[Member, ...] = ()


@dataclass(frozen=True)
class Change:
    """A line `penaltychange =>`: from `after` seconds on, these bounds; None: as before."""

    after: int
    highest: int
    lowest: int | None = None


def read_queues(text: str) -> dict[str, QueueOptions]:
    """The queues of a queues.conf."""
    return {name: _queue(name, lines) for name, lines in _sections(text)}


def read_rules(text: str) -> dict[str, tuple[Change, ...]]:
    """The penalty rules of a queuerules.conf, each in the order of time."""
    return {
        name: tuple(sorted((_change(option, value) for option, value in lines), key=_after))
        for name, lines in _sections(text)
    }


def read_keys(text: str) -> dict[str, frozenset[str]]:
    """The keys in each context of a dialplan: its extensions, but for where calls end."""
    return {
        name: frozenset(value.partition(",")[0] for _, value in lines) - {"h"}
        for name, lines in _sections(text)
    }


def _sections(text: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Sections with their lines; `=` and `=>` mean the same, `;` begins a remark."""
    name, lines = "", []
    for line in text.splitlines():
        bare = line.partition(";")[0].strip()
        if bare.startswith("["):
            if name:
                yield name, lines
            name, lines = bare.strip("[]"), []
        elif bare:
            option, _, value = bare.partition("=")
            lines.append((option.strip(), value.removeprefix(">").strip()))
    if name:
        yield name, lines


def _queue(name: str, lines: list[tuple[str, str]]) -> QueueOptions:
    read: dict[str, object] = {}
    members = []
    for option, value in lines:
        if option == "member":
            device, penalty, called = value.split(",")
            members.append(Member(device, int(penalty), called))
        elif option not in NO_PART_IN_TURNS:
            read.update(_option(option, value))
    return QueueOptions(name, members=tuple(members), **read)  # type: ignore[arg-type]


_FLAGS: Final = {
    **{name: name for name in ("ringinuse", "autofill", "autopause", "timeoutrestart")},
    "relative-periodic-announce": "from_last_word",
    "announce-to-first-user": "speaks_in_turn",
}
_NUMBERS: Final = {
    **{name: name for name in ("timeout", "retry", "wrapuptime", "penaltymemberslimit", "maxlen")},
    "periodic-announce-frequency": "every",
}


def _option(option: str, value: str) -> dict[str, object]:
    if option in _NUMBERS:
        return {_NUMBERS[option]: int(value)}
    if option in _FLAGS:
        return {_FLAGS[option]: _yes(option, value)}
    if option == "periodic-announce":
        return {"sounds": tuple(value.split(","))}
    if option in {"joinempty", "leavewhenempty"}:
        return {option: _reasons(option, value)}
    if option == "context" or (option == "strategy" and value in STRATEGIES):
        return {option: value}
    if option == "timeoutpriority" and value in {"conf", "app"}:
        return {"conf_timeout_first": value == "conf"}
    raise UnknownWordError(f"{option}={value}")


def _yes(option: str, value: str) -> bool:
    if value not in {"yes", "no"}:
        raise UnknownWordError(f"{option}={value}")
    return value == "yes"


def _reasons(option: str, value: str) -> frozenset[str]:
    """Why a member does not count; none for the word that lets everybody in, or stay."""
    if value == ("yes" if option == "joinempty" else "no"):
        return frozenset()
    reasons = frozenset(value.split(","))
    if not reasons <= REASONS:
        raise UnknownWordError(f"{option}={value}")
    return reasons


def _change(option: str, value: str) -> Change:
    if option != "penaltychange":
        raise UnknownWordError(f"{option}={value}")
    numbers = [int(each) for each in value.split(",")]
    if not all(each.isdigit() for each in value.split(",")):
        raise UnknownWordError(f"{option}={value}: a relative change")
    return Change(*numbers)


def _after(change: Change) -> int:
    return change.after
