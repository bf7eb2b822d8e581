"""`rahyab reload`, `rollback` and `status`: what they print and how they end."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from structlog.testing import capture_logs

from agi_server.cli import main
from agi_server.control import (
    Answer,
    Failed,
    NotTaken,
    Reload,
    Request,
    Rollback,
    Standing,
    Status,
)
from agi_server.control_socket import ControlServer, opened_control
from agi_server.service_state import (
    FailedReload,
    FileState,
    Health,
    ManagerState,
    Origin,
    Phase,
    RulesState,
    WorkerState,
)
from routing.problems import Problem
from tests.agi_server.rules_file import BAD, BEGINNING, RulesFile, good

FILE = FileState("/etc/rahyab/rules.yaml", "abc", differs=False, errors=0, trouble="")
WORKERS = (
    WorkerState(1, 101, Phase.SERVING, "abc", 0.5, 1e9, 2.5, 64 << 20, 3, 5),
    WorkerState(2, 102, Phase.SERVING, "abc", 60.0, 1e9, 0.1, 32 << 20, 0, 0),
    WorkerState(3, 103, Phase.STARTING, "", None, 1e9, 0.0, 0, 0, 0),
)
WELL = Standing(
    phase=Phase.SERVING,
    health=Health.OK,
    started_at=BEGINNING,
    watching=False,
    rules=RulesState("abc", BEGINNING, Origin.RELOAD, 1),
    file=FILE,
    failed_reloads=0,
    failure=None,
    wanted=3,
    workers=WORKERS,
)
PROBLEM = Problem("rules.yaml", 3, 7, "a", "unknown-queue", "no queue \x1b[31mx")
FAILURE = FailedReload(BEGINNING, "rules.yaml has 1 error", PROBLEM)


@contextmanager
def serving(home: Path, answer: Callable[[Request], Awaitable[Answer]]) -> Iterator[None]:
    """A control socket in this home that is answered so, for as long as the block runs."""
    loop = asyncio.new_event_loop()
    listening, over = threading.Event(), asyncio.Event()

    async def serve() -> None:
        with opened_control(home) as listener:
            async with ControlServer(answer).listening(listener):
                listening.set()
                await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    listening.wait()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def run(home: Path, *words: str) -> Result:
    """Run a command of `rahyab`."""
    environment = {"RAHYAB_HOME": str(home), "COLUMNS": "200"}
    return CliRunner(env=environment).invoke(main, words)


def always(answer: Answer) -> Callable[[Request], Awaitable[Answer]]:
    """A server that answers this whatever it is asked."""

    async def say(request: Request) -> Answer:
        del request
        return answer

    return say


@pytest.fixture
def file(tmp_path: Path) -> Iterator[RulesFile]:
    """A rules file with a service that its home's socket leads to."""
    file = RulesFile(tmp_path / "rules.yaml")

    async def answer(request: Request) -> Answer:
        match request:
            case Reload():
                return await file.changes.reload()
            case Rollback():
                return await file.changes.rollback()
            case Status():
                return WELL

    # The log of a server is not on its operator's terminal.
    with capture_logs(), serving(tmp_path, answer):
        yield file


def test_reload_tells_the_new_revision(file: RulesFile) -> None:
    """And the one before; a second time there is nothing new."""
    home, before = file.path.parent, file.revision
    after = file.write(1)
    done = run(home, "reload")
    assert (done.exit_code, file.revision) == (0, after)
    assert done.output == f"{file.path}: revision {after} is in force (before: {before})\n"
    again = run(home, "reload")
    assert again.exit_code == 0
    assert again.output == f"{file.path}: revision {after} was in force already\n"
    told = json.loads(run(home, "reload", "--json").output)
    revisions = {"revision": after, "before": after}
    assert told == {"taken": True, "file": str(file.path), **revisions, "findings": []}


def test_reload_prints_problems_as_check_does(file: RulesFile) -> None:
    """From the text that the server has read, and exit code 1."""
    home, before = file.path.parent, file.revision
    file.path.write_text(BAD, encoding="utf-8")
    done = run(home, "reload")
    checked = run(home, "check", str(file.path))
    assert done.exit_code == checked.exit_code == 1
    assert "recption" in checked.output
    assert done.output.startswith(checked.output)
    (last,) = done.output.removeprefix(checked.output).splitlines()
    assert last.startswith(f"Nothing is changed, revision {before} stays in force: ")
    refused = json.loads(run(home, "reload", "--json").output)
    assert (refused["taken"], refused["revision"]) == (False, before)
    (problem,) = refused["findings"]
    assert (problem["code"], problem["line"]) == ("unknown-queue", 8)


def test_reload_prints_warnings_of_rules_that_it_takes(file: RulesFile) -> None:
    """As check does, before the revision."""
    home = file.path.parent
    file.path.write_text(good(1) + "define: {nobody: 20s}\n", encoding="utf-8")
    done, checked = run(home, "reload"), run(home, "check", str(file.path))
    assert (done.exit_code, checked.exit_code) == (0, 0)
    printed = done.output.splitlines()[:-1]
    assert "unused-definition" in printed[0]
    assert printed == checked.output.splitlines()[: len(printed)]
    assert f"revision {file.revision} is in force" in done.output


def test_rollback_tells_what_the_file_means(file: RulesFile) -> None:
    """It holds the other text, which a reload or a start loads."""
    home, first = file.path.parent, file.revision
    second = file.write(1)
    assert run(home, "reload").exit_code == 0
    done = run(home, "rollback")
    assert (done.exit_code, file.revision) == (0, first)
    assert f"revision {first} is in force again (before: {second})" in done.output
    assert f"still holds revision {second}" in done.output
    assert "the next reload" in done.output
    nothing = run(home, "rollback")
    assert nothing.exit_code == 1
    assert "there is nothing to roll back to" in nothing.output
    assert json.loads(run(home, "rollback", "--json").output)["taken"] is False


def test_rollback_to_what_the_file_holds_says_nothing_of_it(file: RulesFile) -> None:
    """Somebody has put the old text back before."""
    file.write(1)
    run(file.path.parent, "reload")
    file.write(0)
    told = json.loads(run(file.path.parent, "rollback", "--json").output)
    assert (told["taken"], told["earlier"], told["file"]["differs"]) == (True, 0, False)


def test_rollback_beside_a_file_that_is_gone_says_so(file: RulesFile) -> None:
    """The service could not be started again."""
    file.write(1)
    run(file.path.parent, "reload")
    file.path.unlink()
    assert "cannot be read" in run(file.path.parent, "rollback").output


@pytest.mark.parametrize("command", ["reload", "rollback", "status"])
def test_without_a_server_commands_end_with_two(tmp_path: Path, command: str) -> None:
    """In one sentence."""
    done = run(tmp_path, command)
    assert done.exit_code == 2
    (line,) = done.output.splitlines()
    assert line.startswith("Error: no server runs")


@pytest.mark.parametrize("command", ["reload", "rollback", "status"])
@pytest.mark.parametrize(
    ("answer", "told"),
    [(Failed("a bug"), "could not answer: a bug"), (None, "restart it if the program was")],
)
def test_another_answer_ends_with_two(
    tmp_path: Path, command: str, answer: Answer | None, told: str
) -> None:
    """The server is of another version, or has a bug."""
    other = WELL if command != "status" else NotTaken("abc", "")
    with serving(tmp_path, always(answer or other)):
        done = run(tmp_path, command)
    assert done.exit_code == 2
    assert told in done.output


def test_status_shows_rules_file_and_workers(tmp_path: Path) -> None:
    """A worker that has not reported of late is silent."""
    with serving(tmp_path, always(WELL)):
        done = run(tmp_path, "status")
        told = json.loads(run(tmp_path, "status", "--json").output)
    assert done.exit_code == 0
    assert "revision abc, by a reload 2026-11-24" in done.output
    assert "/etc/rahyab/rules.yaml: holds the same" in done.output
    assert "3 of 3" in done.output
    rows = [line.split() for line in done.output.splitlines()[-3:]]
    assert rows == [
        ["1", "101", "serving", "3", "abc", "2.5", "s", "64", "MiB"],
        ["2", "102", "silent", "0", "abc", "0.1", "s", "32", "MiB"],
        ["3", "103", "starting", "0", "-", "0.0", "s", "0", "MiB"],
    ]
    assert (told["well"], told["rules"]["revision"], told["workers"][0]["pid"]) == (
        *(True, "abc"),
        101,
    )


@pytest.mark.parametrize(
    ("standing", "told", "code"),
    [
        (replace(WELL, file=replace(FILE, differs=True, revision="def")), "revision def, which", 0),
        (replace(WELL, file=replace(FILE, differs=True, errors=2)), "has 2 errors", 1),
        (replace(WELL, file=replace(FILE, differs=True, trouble="it is gone")), "it is gone; a", 1),
        (replace(WELL, manager=ManagerState.UP), "manager  up: queues are watched", 0),
        (replace(WELL, manager=ManagerState.DOWN), "manager  down: priorities do not rise", 1),
        (replace(WELL, health=Health.SHORT), "serving, short of workers, started", 1),
        (replace(WELL, phase=Phase.DRAINING, health=Health.DRAINING), "draining, started", 1),
        (replace(WELL, failure=FAILURE), "rules.yaml:3:7: no queue \\x1b[31mx [unknown-queue]", 1),
        (replace(WELL, failure=replace(FAILURE, problem=None)), "rules.yaml has 1 error", 1),
    ],
    ids=[
        "differs",
        "errors",
        "trouble",
        "up",
        "down",
        "short",
        "draining",
        "refused",
        "refused by workers",
    ],
)
def test_status_ends_with_one_when_something_needs_a_look(
    tmp_path: Path, standing: Standing, told: str, code: int
) -> None:
    """A file that merely differs is how everybody works."""
    with serving(tmp_path, always(standing)):
        done = run(tmp_path, "status")
        well = json.loads(run(tmp_path, "status", "--json").output)["well"]
    assert told in done.output
    assert (done.exit_code, well) == (code, code == 0)
