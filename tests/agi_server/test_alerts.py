"""Alerts: what the site's own command is told, and what becomes of one that does not work."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import uvloop
from structlog.testing import capture_logs

from agi_server import alerts as alerting
from agi_server.alerts import MOST_AT_ONCE, Alerts, SurveyAlert
from agi_server.app import opened_alerts
from agi_server.measurements import Measurements
from agi_server.settings import SettingsError, load_settings

ALERT = SurveyAlert(
    call="1.2-3",
    survey="satisfaction",
    answers={"score": "2"},
    caller="+989121234567",
    customer=7,
    agent="sara",
    queue="support",
    tracking="123456786",
)


def program(folder: Path, script: str) -> Path:
    """A program of a site's."""
    command = folder / "alert"
    command.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    command.chmod(0o755)
    return command


def run(work: Callable[[], Awaitable[None]]) -> None:
    """Run on the loop of the workers, whose child processes are not those of asyncio."""

    async def whole() -> None:
        async with asyncio.timeout(20):
            await work()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(whole())


def test_the_command_gets_the_alert_as_json(tmp_path: Path) -> None:
    """On its standard input; at the end of the service it is waited for."""
    told = tmp_path / "told"
    alerts = Alerts(program(tmp_path, f'cat > "{told}"'))

    async def work() -> None:
        alerts.send(ALERT)
        await alerts.close()

    run(work)
    assert json.loads(told.read_text())["answers"] == {"score": "2"}
    assert (alerts.measurements.alerts, alerts.measurements.alerts_not_passed_on) == (1, 0)


@pytest.mark.parametrize(
    ("script", "reason"),
    [("cat > /dev/null; exit 3", "status 3"), ("kill -9 $$", "status -9"), ("exit 1", "status 1")],
)
def test_a_command_that_fails_is_told(tmp_path: Path, script: str, reason: str) -> None:
    """Also one that never reads."""
    alerts = Alerts(program(tmp_path, script))

    async def work() -> None:
        alerts.send(ALERT)
        await alerts.close()

    with capture_logs() as lines:
        run(work)
    (line,) = [each for each in lines if each["event"] == "alert not passed on"]
    assert reason in line["reason"]
    assert alerts.measurements.alerts_not_passed_on == 1


def test_a_command_that_is_gone_is_told(tmp_path: Path) -> None:
    """It was there when the service began."""
    alerts = Alerts(tmp_path / "gone")

    async def work() -> None:
        alerts.send(ALERT)
        await alerts.close()

    run(work)
    assert alerts.measurements.alerts_not_passed_on == 1


def test_a_command_that_takes_too_long_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it waits for."""
    monkeypatch.setattr(alerting, "COMMAND_SECONDS", 0.1)
    alerts = Alerts(program(tmp_path, "exec sleep 600"))

    async def work() -> None:
        alerts.send(ALERT)
        await alerts.close()

    with capture_logs() as lines:
        run(work)
    assert any("it took more than" in each.get("reason", "") for each in lines)


def test_what_the_command_has_started_is_stopped_with_it(tmp_path: Path) -> None:
    """A shell that is killed alone would leave its program behind."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    alerts = Alerts(program(tmp_path, f'(echo started; exec sleep 15) > "{pipe}" & wait'))

    async def work() -> None:
        alerts.send(ALERT)
        with await asyncio.to_thread(pipe.open, "rb") as reading:
            assert await asyncio.to_thread(reading.readline) == b"started\n"
            await alerts.close(0)
            async with asyncio.timeout(8):
                # It ends when the last who could write is gone.
                assert await asyncio.to_thread(reading.read) == b""

    run(work)
    assert alerts.measurements.alerts_not_passed_on == 1


def test_the_command_gets_no_secret_of_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gets the rest of the environment."""
    monkeypatch.setenv("RAHYAB_SECRET", "0123456789abcdef")
    monkeypatch.setenv("RAHYAB_AMI_SECRET", "of-the-manager")
    monkeypatch.setenv("RAHYAB_STORE", "postgresql://rahyab:hidden@127.0.0.1/rahyab")
    monkeypatch.setenv("SITE_MAIL", "front@example.org")
    told = tmp_path / "told"
    alerts = Alerts(program(tmp_path, f'env > "{told}"'))

    async def work() -> None:
        alerts.send(ALERT)
        await alerts.close()

    run(work)
    environment = told.read_text()
    assert "SITE_MAIL=front@example.org" in environment
    assert "0123456789abcdef" not in environment
    assert "hidden" not in environment
    assert "of-the-manager" not in environment


def test_only_so_many_run_at_once_and_the_end_waits_for_none_long(tmp_path: Path) -> None:
    """What is not passed on is counted; it is in the journal and the log all the same."""
    alerts = Alerts(program(tmp_path, "exec sleep 600"))

    async def work() -> None:
        for _ in range(MOST_AT_ONCE + 2):
            alerts.send(ALERT)
        assert alerts.measurements.alerts_not_passed_on == 2
        await alerts.close(1.0)

    with capture_logs() as lines:
        run(work)
    assert alerts.measurements.alerts == MOST_AT_ONCE + 2
    assert alerts.measurements.alerts_not_passed_on == MOST_AT_ONCE + 2
    assert [each["event"] for each in lines].count("survey alert") == MOST_AT_ONCE + 2


def test_without_a_command_alerts_are_counted(tmp_path: Path) -> None:
    """And stand in the log, without the caller's number."""
    del tmp_path
    alerts = Alerts()
    with capture_logs() as lines:
        alerts.send(ALERT)
    assert alerts.measurements.alerts == 1
    assert "9121234567" not in repr(lines)


@pytest.mark.parametrize("mode", [None, 0o644, "folder"])
def test_what_is_no_program_is_refused_at_the_start(tmp_path: Path, mode: int | str | None) -> None:
    """With one sentence that names the setting and the cure."""
    command = tmp_path / "alert"
    if isinstance(mode, int):
        command.write_text("#!/bin/sh\n", encoding="utf-8")
        command.chmod(mode)
    elif mode:
        command.mkdir()
    settings = load_settings({"RAHYAB_ALERT_COMMAND": str(command)})

    async def work() -> None:
        async with opened_alerts(settings, Measurements()):
            pass

    with pytest.raises(SettingsError, match=r"RAHYAB_ALERT_COMMAND: .*executable file \(chmod"):
        run(work)


def test_a_program_beside_the_service_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not looked for in PATH: a name without a folder is one in the folder of the service."""
    told = tmp_path / "told"
    program(tmp_path, f'cat > "{told}"')
    monkeypatch.chdir(tmp_path)

    async def work() -> None:
        settings = load_settings({"RAHYAB_ALERT_COMMAND": "alert"})
        async with opened_alerts(settings, Measurements()) as alerts:
            alerts.send(ALERT)

    run(work)
    assert told.exists()
