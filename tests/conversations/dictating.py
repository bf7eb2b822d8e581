"""An Asterisk that answers what the test dictates, whatever it is asked."""

# ruff: noqa: D103  the names say what they are

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from io import StringIO
from typing import Any, TypeAlias

from asterisk.agi import AGI as Pyst2AGI  # noqa: N811  it is the other AGI

from agi_server.compat import AGI, mount
from agi_server.testing import split_words
from tests.conversations.sessions import ENVIRONMENT, connect, serving

Words: TypeAlias = list[list[str]]
"""The commands sent, each cut into words as Asterisk does."""
Outcome: TypeAlias = object
"""What a method returned, or the class of what it raised."""
Call: TypeAlias = Callable[[Any], object]
"""One method of AGI being called, ours or pyst2's."""

WHOLE = re.compile(r"5\d\d[ -]")
"""A reply that says no success."""

_LAST = ["SET", "VARIABLE", "RAHYAB_DONE", "test"]


async def ours(call: Call, replies: Iterable[str]) -> tuple[Words, Outcome]:
    """What our AGI sends and returns when Asterisk answers `200 result=` and these."""
    outcomes: list[Outcome] = []

    def script(agi: AGI) -> None:
        outcomes.append(outcome_of(call, agi))

    answers = iter(replies)
    sent: Words = []
    async with serving(mount(script)) as (_, url):
        reader, writer = await connect(url)
        writer.write(ENVIRONMENT)
        while line := (await reader.readline()).decode():
            words = split_words(line.removesuffix("\n"))
            sent.append(words)
            answer = "1" if words == _LAST else next(answers)
            writer.write(full(answer).encode())
        writer.close()
    assert sent.pop() == _LAST
    return sent, outcomes[0]


def theirs(call: Call, replies: Iterable[str]) -> tuple[Words, Outcome]:
    """The same of pyst2's AGI, as it is."""
    agi = OffTheMainThread("".join(map(full, replies)))
    outcome = outcome_of(call, agi)
    return [split_words(line) for line in agi.stdout.getvalue().splitlines()], outcome


def full(answer: str) -> str:
    """The whole reply of an answer that gives only what stands behind `200 result=`."""
    return f"{answer}\n" if WHOLE.match(answer) else f"200 result={answer}\n"


def outcome_of(call: Call, agi: object) -> Outcome:
    try:
        return call(agi)
    except Exception as error:  # noqa: BLE001  which one it is, is the question
        return type(error)


class OffTheMainThread(Pyst2AGI):  # type: ignore[misc]  # pyst2 has no types
    """pyst2's AGI without its signal handler, which only a main thread can have."""

    def __init__(self, answers: str) -> None:
        self.stdin, self.stdout, self.stderr = StringIO(answers), StringIO(), StringIO()
        self.env = {"agi_context": "default", "agi_extension": "s", "agi_priority": "1"}
        self._got_sighup = False


def meaning(words: Sequence[str]) -> list[str]:
    """The words of a command in one spelling, less what says nothing: Asterisk's own defaults."""
    said = [word.strip().lower() for word in words]
    match said[:2]:
        case ["record", "file"]:
            return [*said[:6], *(word for word in said[6:] if word not in ("0", "s=0"))]
        case ["set", "callerid"]:
            return [*said[:2], said[2].removeprefix('"" <').removesuffix(">")]
        case ["database", "deltree"] if not said[-1]:
            return said[:-1]
        case ["set", "autohangup"]:
            return [*said[:2], said[2].removesuffix(".000")]
        case ["stream", "file"] | ["control", "stream"] if said[-1] == "0":
            return said[:-1]
    return said


def run(awaitable: Any) -> Any:  # noqa: ANN401  what the test's coroutine gives
    async def main() -> Any:  # noqa: ANN401  the same
        async with asyncio.timeout(10):
            return await awaitable

    return asyncio.run(main())
