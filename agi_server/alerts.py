"""Alerts: a line in the log, and a command of the site's own that is told of them."""

import asyncio
import json
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

import structlog

from agi_server.measurements import Measurements

log = structlog.get_logger(__name__)

COMMAND_SECONDS: Final = 30.0
"""How long the site's command may take."""

MOST_AT_ONCE: Final = 4
"""Commands of one worker that run beside each other; a further alert is in the journal and the log
alone."""

CLOSE_SECONDS: Final = 5.0
"""How long commands may go on when the service ends."""

NOT_PASSED_ON: Final = frozenset({"RAHYAB_SECRET", "RAHYAB_AMI_SECRET", "RAHYAB_STORE"})
"""Of the environment, what no command needs: Asterisk's secrets, and the store's password."""


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

    Attributes:
        command: A program that gets each one as JSON on its standard input; None: there is none.
        measurements: Where they are counted.
    """

    command: Path | None = None
    measurements: Measurements = field(default_factory=Measurements)
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    def send(self, alert: SurveyAlert) -> None:
        """Tell of one alert. The caller does not wait for the command."""
        self.measurements.alerts += 1
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
            self._not_passed_on(self.command, alert, f"{MOST_AT_ONCE} are running already")
            return
        task = asyncio.create_task(self._pass_on(self.command, alert))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Wait so long for the commands that are running, and stop those that go on."""
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _pass_on(self, command: Path, alert: SurveyAlert) -> None:
        reason = "the service ends"
        try:
            reason = await _run(command, json.dumps(asdict(alert)).encode())
        finally:
            if reason:
                self._not_passed_on(command, alert, reason)

    def _not_passed_on(self, command: Path, alert: SurveyAlert, reason: str) -> None:
        self.measurements.alerts_not_passed_on += 1
        log.error("alert not passed on", call=alert.call, command=str(command), reason=reason)


async def _run(command: Path, told: bytes) -> str:
    """Run the command to its end; why it failed, empty if it did not."""
    try:
        # A file, not a pipe: a program that ends without reading breaks nothing here.
        with await asyncio.to_thread(_file_of, told) as file:
            process = await asyncio.create_subprocess_exec(
                command,
                stdin=file,
                stdout=asyncio.subprocess.DEVNULL,
                env={name: each for name, each in os.environ.items() if name not in NOT_PASSED_ON},
                # A group of its own: what it has started itself is stopped with it.
                start_new_session=True,
            )
    except OSError as error:
        return f"it cannot be run: {error}"
    try:
        async with asyncio.timeout(COMMAND_SECONDS):
            await process.wait()
    except TimeoutError:
        return f"it took more than {COMMAND_SECONDS:.0f} s"
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    return f"it ended with status {process.returncode}" if process.returncode else ""


def _file_of(told: bytes) -> IO[bytes]:
    """A file that holds this and has no name, at its beginning."""
    file = TemporaryFile()  # noqa: SIM115  whoever asked for it closes it
    file.write(told)
    file.seek(0)
    return file
