"""Whole calls by the shipped fake Asterisk, whose callers note down what they are told.

A call is what the dialplan makes of it: `incoming` tells a tracking number and sends the caller to
a queue; `after-queue` leads to a survey if an agent answered, else to a callback; `ended` completes
the journal. A server that has not begun with a request is asked again, or the next one is, under
the same number of the visit; what was begun and not completed is never asked again.
"""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import PurePosixPath
from typing import Final

from agi_server.testing import Action, Asked, FakeChannel, Press, Silence, agi
from agi_server.testing.callers import PROMPTS
from agi_server.verdicts import Refusal
from dialplan import contract
from dialplan.contract import Argument, Go, QueueStatus, Script
from ivr.prompts import PAUSE
from ivr.spoken import digits
from tests.chaos.told import Asked as Request
from tests.chaos.told import CallNotes, Promise

DIALLED: Final = "+982191000001"
FIRST_CALLER: Final = 989_120_000_000

CALLS_AGAIN: Final = 5
"""One call in so many is by the caller of the one before: their request is joined."""

WITHHOLDS: Final = 7
"""One call in so many tells no number: such a caller keys one in, to be called back."""

SERVED: Final = 0.6
"""The part of the calls that an agent answers."""

THOUGHT_SECONDS: Final = 0.3
"""The longest that a caller thinks before each answer, and waits in the queue."""

PATIENCE_SECONDS: Final = 60.0
"""How long servers that do not begin with a request are asked again."""

AGAIN_SECONDS: Final = 0.05

_DIGITS: Final = {digits(digit)[0]: digit for digit in "0123456789"}
"""By the prompt that says it."""


class Listener:
    """A caller who answers what is asked, and notes down what they are told, as it is said."""

    def __init__(self, notes: CallNotes, call_back: str) -> None:
        self._notes = notes
        self._answers = {"rate-us": str(random.randint(1, 9)), "was-it-solved": "1"}  # noqa: S311  no secret
        self._keys = {
            **self._answers,
            "enter-callback-number": f"{call_back}#",
            "callback-number-right": "1",
        }
        self._call_back = notes.number or f"+98{call_back[1:]}"
        self._question = ""
        self._digits = ""
        self._is_told_tracking = False
        self.thought = 0.0
        """Seconds that passed in thinking."""

    async def __call__(self, asked: Asked, /) -> Action:
        """Listen, or answer the question that was heard last."""
        for file in asked.files:
            self._hear(PurePosixPath(file).name)
        keys = "" if asked.command in PROMPTS else self._keys.pop(self._question, "")
        if not keys:
            return Silence()
        await self.think()
        return Press(keys)

    async def think(self) -> None:
        """Let time pass."""
        seconds = random.uniform(0, THOUGHT_SECONDS)  # noqa: S311  no secret
        began = time.monotonic()
        await asyncio.sleep(seconds)
        self.thought += time.monotonic() - began

    def _hear(self, prompt: str) -> None:
        """What is said means that something was kept: the answer before it, for one."""
        if prompt == "tracking-number-is":
            self._digits, self._is_told_tracking = "", True
        elif prompt in _DIGITS:
            self._hear_digit(_DIGITS[prompt])
        elif prompt != PAUSE:
            self._is_told_tracking = False
        if prompt in self._keys:
            self._question = prompt
        self._hear_promise(prompt)

    def _hear_digit(self, digit: str) -> None:
        if self._is_told_tracking:
            self._digits += digit
            self._notes.tell(Promise.TRACKING, self._digits)

    def _hear_promise(self, prompt: str) -> None:
        if prompt == "was-it-solved":
            self._notes.tell(Promise.ANSWER, self._answers["rate-us"], "score")
        elif prompt == "thank-you-for-your-answers":
            self._notes.tell(Promise.ANSWER, "yes", "solved")
        elif prompt == "we-will-call-you-back":
            self._notes.tell(Promise.CALLBACK, self._call_back)


class OneCall:
    """One call, as the dialplan leads it (dialplan/extensions.conf).

    Args:
        ports: Of the servers, in the order in which they are asked.
        notes: Taken of it.
        call_back: The number, as people here dial it, that a caller who withholds theirs keys in.
    """

    def __init__(self, ports: Sequence[int], notes: CallNotes, call_back: str) -> None:
        self._ports = ports
        self._notes = notes
        self._listener = Listener(notes, call_back)
        self._channel = FakeChannel(number=notes.number, dialled=DIALLED, caller=self._listener)
        self._visit = 0
        self._fell_back = False

    async def run(self) -> None:
        """From the first request to the last."""
        if await self._ask(Script.INCOMING) and self._went_to(Go.QUEUE):
            await self._after_queue()
        else:
            self._fell_back = True
        self._channel.hang_up()
        await self._ask(Script.ENDED, {Argument.FELL_BACK: "yes" if self._fell_back else ""})

    async def _after_queue(self) -> None:
        await self._listener.think()
        served = random.random() < SERVED  # noqa: S311  no secret
        status = QueueStatus.CONTINUE if served else QueueStatus.TIMEOUT
        words = {Argument.STATUS: status, Argument.AGENT: "mina" if served else ""}
        if not await self._ask(Script.AFTER_QUEUE, words):
            self._fell_back = not served
        elif self._went_to(Go.SURVEY):
            await self._ask(Script.SURVEY)

    def _went_to(self, place: Go) -> bool:
        return self._channel.variables.get(contract.GO) == place

    async def _ask(self, script: Script, words: Mapping[Argument, str] | None = None) -> bool:
        """Make one request; whether a server completed it."""
        self._visit += 1
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for port in self._ports:
                if await self._ask_server(port, script, words or {}):
                    return self._is_set(contract.DONE)
                if self._channel.variables.get(contract.REASON) == Refusal.BAD_REQUEST:
                    self._notes.refused.append(script)
                    return False
            await asyncio.sleep(AGAIN_SECONDS)
        self._notes.refused.append(script)
        return False

    async def _ask_server(self, port: int, script: Script, words: Mapping[Argument, str]) -> bool:
        """Ask one server; whether it has begun."""
        variables = self._channel.variables
        for name in (contract.BEGUN, contract.DONE, contract.GO, contract.REASON):
            variables.set(name, "")
        handed = {
            Argument.CALL: self._notes.id,
            Argument.VISIT: str(self._visit),
            Argument.DIALLED: DIALLED,
            **words,
        }
        arguments = (f"{name}={value}" for name, value in handed.items())
        began, thought = time.monotonic(), self._listener.thought
        await agi(self._channel, f"agi://127.0.0.1:{port}/{script}", *arguments)
        seconds = time.monotonic() - began - (self._listener.thought - thought)
        if self._is_set(contract.DONE):
            request = Request(time.monotonic(), script, self._visit, seconds)
            self._notes.asked.append(request)
            return True
        if self._is_set(contract.BEGUN):
            self._notes.cut.append(script)
            return True
        return False

    def _is_set(self, name: str) -> bool:
        return bool(self._channel.variables.get(name))


class Load:
    """Callers who call one after the other, so many at a time.

    Args:
        ports: Of the servers, in the order in which they are asked.
        callers: How many calls there are at any time.

    Attributes:
        notes: Of all calls so far.
    """

    def __init__(self, ports: Sequence[int], callers: int) -> None:
        self.notes: list[CallNotes] = []
        self._ports = ports
        self._callers = callers
        self._numbers = count(1)
        self._run = f"{int(time.time())}"
        self._stopping = False

    async def run(self) -> None:
        """Call until `stop`, and bring each call to its end."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(self._callers):
                tasks.create_task(self._call_again_and_again())

    def stop(self) -> None:
        """Begin no more calls."""
        self._stopping = True

    async def _call_again_and_again(self) -> None:
        while not self._stopping:
            number = next(self._numbers)
            notes = CallNotes(f"{self._run}.{number}-{100_000 + number}", _caller(number))
            self.notes.append(notes)
            await OneCall(self._ports, notes, f"0935{number:07d}").run()


def _caller(number: int) -> str:
    """Who makes the call of this number."""
    if number % WITHHOLDS == 0:
        return ""
    return f"+{FIRST_CALLER + number - (number % CALLS_AGAIN == 0)}"
