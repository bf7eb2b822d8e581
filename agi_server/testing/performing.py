"""How the fake Asterisk performs the AGI commands, and what it answers.

Source: res_agi.c (`agi_handle_command`, `handle_*`), channel.c (`ast_readstring_full`).
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from agi_server.testing.callers import Action, HangUp, Silence
from agi_server.testing.channel import FakeChannel, Recording

SPOKEN_SECONDS: Final = 2.0
"""How long a caller speaks into a recording who does not say otherwise."""

_ALL_KEYS: Final = "0123456789*#ABCD"
_FIRST_KEY_SECONDS: Final = 6.0
_BETWEEN_KEYS_SECONDS: Final = 2.0
_RATE: Final = 8_000
_RATES: Final = {"wav16": 16_000}
_GET_VARIABLE_BYTES: Final = 1_023
_UP, _RING = 6, 4


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command answers; None: the usage, because the arguments are wrong.

    `failed` is Asterisk's RESULT_FAILURE, which makes the session's AGISTATUS FAILURE unless the
    caller has hung up.
    """

    line: str | None
    failed: bool = False


async def perform(channel: FakeChannel, words: Sequence[str], *, dead: bool) -> Outcome:
    """Perform one AGI command, given as the words of its line."""
    outcome = await _find_and_run(channel, words, dead=dead)
    channel.commands += 1
    if channel.commands == channel.leaves_after:
        channel.hang_up()
    return outcome


async def _find_and_run(channel: FakeChannel, words: Sequence[str], *, dead: bool) -> Outcome:
    for length in (3, 2, 1):
        entry = _COMMANDS.get(" ".join(words[:length]).upper())
        if entry is None:
            continue
        if dead and not entry.when_dead:
            return Outcome("511 Command Not Permitted on a dead channel or intercept routine")
        arguments = words[length:]
        if not entry.least <= len(arguments) <= entry.most:
            return Outcome(None)
        return await entry.run(channel, *arguments)
    return Outcome("510 Invalid or unknown command")


def usage_text(command: str) -> str:
    """The 520 block of a command."""
    return (
        "520-Invalid command syntax.  Proper usage follows:\n"
        f" Usage: {command}\n"
        "520 End of proper usage."
    )


async def _answer(channel: FakeChannel) -> Outcome:
    channel.answered = True
    return Outcome("200 result=0")


async def _hangup(channel: FakeChannel) -> Outcome:
    channel.hang_up()
    return Outcome("200 result=1")


async def _status(channel: FakeChannel) -> Outcome:
    return Outcome(f"200 result={_UP if channel.answered else _RING}")


async def _noop(channel: FakeChannel, *_: str) -> Outcome:
    del channel
    return Outcome("200 result=0")


async def _verbose(channel: FakeChannel, message: str, *_: str) -> Outcome:
    channel.messages.append(message)
    return Outcome("200 result=1")


async def _set_variable(channel: FakeChannel, name: str, value: str) -> Outcome:
    channel.variables.set(name, value)
    return Outcome("200 result=1")


async def _get_variable(channel: FakeChannel, name: str) -> Outcome:
    value = channel.variables.get(name)
    if value is None:
        return Outcome("200 result=0")
    cut = value.encode("utf-8", "surrogateescape")[:_GET_VARIABLE_BYTES]
    return Outcome(f"200 result=1 ({cut.decode('utf-8', 'surrogateescape')})")


async def _get_full_variable(channel: FakeChannel, expression: str) -> Outcome:
    return Outcome(f"200 result=1 ({channel.variables.expand(expression)})")


async def _exec(channel: FakeChannel, application: str, options: str = "") -> Outcome:
    returns = {name.upper(): value for name, value in channel.applications.items()}
    result = returns.get(application.upper())
    if result is None:
        return Outcome("200 result=-2")
    channel.executed.append((application, options))
    # The dispatcher takes the application's 1 for "show the usage".
    usage = "\n" + usage_text("EXEC") if result == 1 else ""
    return Outcome(f"200 result={result}{usage}")


async def _stream_file(channel: FakeChannel, file: str, keys: str, *_: str) -> Outcome:
    length = channel.sounds(file, channel.current_language())
    if length is None:
        return Outcome("200 result=-1 endpos=0", failed=True)
    stop, key = 0.0, channel.next_key(keys)
    action: Action = Silence()
    if key is None:
        action = await channel.ask("STREAM FILE", file, keys, seconds=length)
        stop = min(_moment(action, length / 2), length)
        if stop < length:
            channel.do(action)
            key = channel.next_key(keys)
    if key is None and not channel.hung_up:
        stop = length
    channel.clock += stop
    channel.hear(file, stop, length)
    if isinstance(action, HangUp) and not channel.hung_up:
        channel.hang_up()
        return _streamed(0, stop)
    if channel.hung_up:
        return _streamed(-1, stop)
    if _moment(action, 0.0) >= length:
        channel.do(action)
    return _streamed(0 if key is None else ord(key), stop)


def _streamed(result: int, seconds: float) -> Outcome:
    return Outcome(f"200 result={result} endpos={round(seconds * _RATE)}", failed=result < 0)


async def _get_data(
    channel: FakeChannel, file: str, milliseconds: str = "0", maximum: str = "1024"
) -> Outcome:
    length = channel.sounds(file, channel.current_language()) if file else 0.0
    longest = _integer(maximum)
    if length is None or longest < 1:
        return Outcome("200 result=-1")
    limit = _integer(milliseconds) / 1000
    first, between = (limit, limit) if limit > 0 else (_FIRST_KEY_SECONDS, _BETWEEN_KEYS_SECONDS)
    digits, is_complete = _collect(channel, "", longest)
    action: Action = Silence()
    if not is_complete:
        until = between if digits else length + first
        action = await channel.ask("GET DATA", file, _ALL_KEYS, max_digits=longest, seconds=first)
        moment = _moment(action, length / 2)
        if moment <= until:
            channel.do(action)
        channel.clock += min(moment, until)
        channel.hear(file, 0.0 if digits else min(moment, until), length)
        before, (digits, is_complete) = digits, _collect(channel, digits, longest)
        channel.clock += between if digits != before and not is_complete else 0.0
    if channel.hung_up:
        return Outcome("200 result=-1")
    if isinstance(action, HangUp):
        channel.hang_up()
    return Outcome(f"200 result={digits}{'' if is_complete else ' (timeout)'}")


def _collect(channel: FakeChannel, digits: str, longest: int) -> tuple[str, bool]:
    """The digits with those pressed so far, and whether that is all (`#`, or enough)."""
    while (key := channel.next_key(_ALL_KEYS)) is not None:
        if key == "#":
            return digits, True
        digits += key
        if len(digits) >= longest:
            return digits, True
    return digits, False


async def _record_file(
    channel: FakeChannel, file: str, extension: str, keys: str, milliseconds: str, *options: str
) -> Outcome:
    if not channel.can_record:
        return Outcome("200 result=-1 (writefile)", failed=True)
    longest = _integer(milliseconds) / 1000
    silence = next((_integer(word[2:]) for word in options if word.startswith("s=")), 0)
    action = await channel.ask("RECORD FILE", "", keys, seconds=longest)
    seconds, key = longest, None
    if isinstance(action, Silence):
        seconds = min(silence or longest, longest)
    elif _moment(action, SPOKEN_SECONDS) < longest:
        channel.do(action)
        key = channel.next_key(keys)
        if key is not None or channel.hung_up:
            seconds = _moment(action, SPOKEN_SECONDS)
    channel.clock += seconds
    channel.recordings.append(Recording(file, extension, seconds))
    end = f"endpos={round(seconds * _RATES.get(extension, _RATE))}"
    if channel.hung_up:
        return Outcome(f"200 result=-1 (hangup) {end}", failed=True)
    if isinstance(action, HangUp):
        channel.hang_up()
    return Outcome(f"200 result={'0 (timeout)' if key is None else f'{ord(key)} (dtmf)'} {end}")


def _moment(action: Action, otherwise: float) -> float:
    """Seconds until the caller does something; for ever when they do nothing."""
    if isinstance(action, Silence):
        return float("inf")
    return otherwise if action.after is None else action.after


def _integer(text: str) -> int:
    """As C's atoi reads it, for what a server sends."""
    try:
        return int(text)
    except ValueError:
        return 0


@dataclass(frozen=True, slots=True)
class _Entry:
    """A command: what runs it, whether on a dead channel too, and how many arguments it takes."""

    run: Callable[..., Awaitable[Outcome]]
    least: int = 0
    most: int = 0
    when_dead: bool = False


_COMMANDS: Final = {
    "ANSWER": _Entry(_answer, most=120),
    "HANGUP": _Entry(_hangup),
    "CHANNEL STATUS": _Entry(_status),
    "NOOP": _Entry(_noop, most=120, when_dead=True),
    "VERBOSE": _Entry(_verbose, 1, 120, when_dead=True),
    "SET VARIABLE": _Entry(_set_variable, 2, 2, when_dead=True),
    "GET VARIABLE": _Entry(_get_variable, 1, 1, when_dead=True),
    "GET FULL VARIABLE": _Entry(_get_full_variable, 1, 1, when_dead=True),
    "EXEC": _Entry(_exec, 1, 2, when_dead=True),
    "STREAM FILE": _Entry(_stream_file, 2, 3),
    "GET DATA": _Entry(_get_data, 1, 3),
    "RECORD FILE": _Entry(_record_file, 4, 7),
}
