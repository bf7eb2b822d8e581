"""One session with its handler, to an honest end.

Asterisk says `AGISTATUS=SUCCESS` whenever a server merely closes, even one that crashed; so
whatever keeps a handler from doing its work ends in the line `failure`, after a word of explanation
in the variable `RAHYAB_REASON`, and the dialplan's fallback takes the call.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeAlias

import structlog

from agi_server.channel import Channel
from agi_server.commands import SetVariable
from agi_server.interruption import InterruptibleWork
from agi_server.link import Link
from agi_server.measurements import Measurements
from agi_server.session_errors import (
    BadRequestError,
    CommandRefusedError,
    HungUpError,
    OverloadError,
    SessionEndedError,
    SessionTooLongError,
)
from agi_server.verdicts import Outcome, Refusal
from dialplan import contract

Handler: TypeAlias = Callable[[Channel], Coroutine[Any, Any, None]]
"""Serves one session. When it returns, the session ends well; when it raises, in failure.

`HungUpError` is no failure: a handler may leave it to the server.
"""

REASON_SECONDS: Final = 0.03
"""How long setting the reason may hold up the line `failure`."""

LOGGED_CHARACTERS: Final = 80
"""Of what a peer calls something: it could call it anything."""

log = structlog.stdlib.get_logger(__name__)


async def run(
    link: Link, channel: Channel, handler: Handler, measurements: Measurements
) -> Outcome:
    """Run the handler, and end the session as it deserves.

    Raises:
        CancelledError: the server cuts the session; its reason has been set.
    """
    link.work = InterruptibleWork(handler(channel), lambda: link.busy)
    try:
        await link.work
        if link.busy:
            await link.settled()
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            await fail(link, channel, Refusal.DRAIN, measurements)
            raise
        # What it waited for was cancelled, not this session.
        return await _end_badly(link, channel, error, measurements)
    except Exception as error:  # noqa: BLE001  whatever it is, the caller must not pay for it
        return await _end_badly(link, channel, _what_happened(error), measurements)
    link.finish()
    return Outcome.COMPLETED


async def fail(link: Link, channel: Channel, reason: Refusal, measurements: Measurements) -> None:
    """Tell the dialplan why, if that can be done in step and at once; then the `failure` line.

    With a command still outstanding, the reason cannot be told: a second command would cancel the
    first, or be taken for its answer.
    """
    if not link.is_serving:
        return
    measurements.refusals[reason] += 1
    if not link.busy:
        try:
            async with asyncio.timeout(REASON_SECONDS):
                await channel.send(SetVariable(contract.REASON, reason.value))
        except (TimeoutError, HungUpError, SessionEndedError, CommandRefusedError):
            # The line below says what matters; the reason is only for the Asterisk log.
            pass
    link.fail()


def uniqueid(channel: Channel) -> str:
    """What Asterisk calls the channel, for the log."""
    return channel.environment.get("agi_uniqueid", "")[:LOGGED_CHARACTERS]


def _what_happened(error: BaseException) -> BaseException:
    """The one thing that a group of errors comes to, where it is only the end of the session.

    A handler with a task group meets its caller's hang-up in such a group.
    """
    if isinstance(error, BaseExceptionGroup):
        first = error.exceptions[0]
        if error.split((HungUpError, SessionEndedError))[1] is None:
            return _what_happened(first)
    return error


async def _end_badly(
    link: Link, channel: Channel, error: BaseException, measurements: Measurements
) -> Outcome:
    call = uniqueid(channel)
    match error:
        case HungUpError():
            link.finish()
            return Outcome.HUNG_UP
        case SessionEndedError():
            log.info("session ended early", uniqueid=call, why=str(error))
            if isinstance(error, SessionTooLongError):
                await fail(link, channel, Refusal.TOO_LONG, measurements)
            return Outcome.ENDED_EARLY
        case BadRequestError():
            log.warning("bad request", uniqueid=call, script=link.script, why=str(error))
            is_busy = isinstance(error, OverloadError)
            reason = Refusal.OVERLOAD if is_busy else Refusal.BAD_REQUEST
            await fail(link, channel, reason, measurements)
            return Outcome.REFUSED
    log.error("a handler failed", uniqueid=call, exc_info=error)
    await fail(link, channel, Refusal.BUG, measurements)
    return Outcome.FAILED
