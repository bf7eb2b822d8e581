"""Alerts: a line in the log, and a command of the site's own that is told of them."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import structlog

log = structlog.get_logger(__name__)

COMMAND_SECONDS: Final = 30.0
"""How long the site's command may take."""

MOST_AT_ONCE: Final = 4
"""Commands that run beside each other; a further alert is in the journal and the log alone."""


@dataclass(frozen=True, slots=True)
class SurveyAlert:
    """Marks that somebody wants to know of at once. `caller` is in E.164."""

    call: str
    survey: str
    answers: Mapping[str, str]
    caller: str | None
    customer: int | None
    agent: str | None
    queue: str | None
    tracking: str | None


@dataclass(slots=True)
class Alerts:
    """Tells of alerts.

    `command` is a program that gets each one as JSON on its standard input; None: there is none.
    """

    command: Path | None = None
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    def send(self, alert: SurveyAlert) -> None:
        """Tell of one alert. The caller does not wait for the command."""
        log.warning(
            "survey alert",
            call=alert.call,
            survey=alert.survey,
            answers=dict(alert.answers),
            agent=alert.agent,
            queue=alert.queue,
        )
        if self.command is None:
            return
        if len(self._running) >= MOST_AT_ONCE:
            log.error("alert command not run: too many are running", call=alert.call)
            return
        task = asyncio.create_task(_run(self.command, alert))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Wait for the commands that are running."""
        if self._running:
            await asyncio.wait(self._running)


async def _run(command: Path, alert: SurveyAlert) -> None:
    told = json.dumps(asdict(alert)).encode()
    try:
        process = await asyncio.create_subprocess_exec(
            command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL
        )
    except OSError as error:
        log.error("alert command cannot be run", command=str(command), error=str(error))
        return
    try:
        await asyncio.wait_for(process.communicate(told), COMMAND_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        log.error("alert command took too long", command=str(command), call=alert.call)
        return
    if process.returncode:
        log.error("alert command failed", command=str(command), status=process.returncode)
