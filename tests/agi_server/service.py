"""`rahyab serve` as a real process, for tests: started, listened to, signalled and ended."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from agi_server.policy import RulesInForce, read_rules
from agi_server.settings import parse_address
from agi_server.testing import Action, FakeChannel, Queue, QueueMember, ScriptedCaller
from agi_server.testing.callers import Caller
from crm.tracking import tracking_number
from tests.conversations.site import GOLD_CUSTOMER, MAIN_NUMBER, RULES, Site

ROOT = Path(__file__).parents[2]
TRACKING = tracking_number(2_345_678, b"any key of tests")
"""Of the request that the home begins with."""

LONGEST_WAIT = 60.0
"""Seconds until a process that says nothing more is killed, so that a test fails, not hangs."""


def samples_in(page: str) -> dict[tuple[str, ...], float]:
    """The values of a page of metrics, by name and labels (in the order of the labels' names)."""
    samples = [each for family in text_string_to_metric_families(page) for each in family.samples]
    return {
        (each.name, *(value for _, value in sorted(each.labels.items()))): each.value
        for each in samples
    }


class Server:
    """The process, whose log is read line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.log: list[dict[str, Any]] = []
        began = self.await_line("serving")
        self.address = parse_address(began["address"])
        self.monitoring = None if began["metrics"] == "off" else parse_address(began["metrics"])

    def await_line(self, event: str) -> dict[str, Any]:
        """Read on until the log has such a line."""
        assert self._process.stderr is not None
        for text in self._process.stderr:
            self.log.append(json.loads(text))
            if self.log[-1]["event"] == event:
                return self.log[-1]
        raise AssertionError(f"no line {event!r} in {self.log}")

    def get(self, path: str) -> tuple[int, str]:
        """Ask for metrics or health; the status and the body."""
        assert self.monitoring is not None
        connection = HTTPConnection(*self.monitoring, timeout=LONGEST_WAIT)
        with closing(connection):
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()

    def health(self) -> dict[str, Any]:
        """What /health says, with the HTTP status under `http`."""
        status, body = self.get("/health")
        return {"http": status, **json.loads(body)}

    def samples(self) -> dict[tuple[str, ...], float]:
        """What /metrics says."""
        return samples_in(self.get("/metrics")[1])

    def pids(self) -> list[int]:
        """The processes of its workers."""
        return [worker["pid"] for worker in self.health()["workers"]]

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    def end(self) -> int:
        """End it with SIGTERM; its exit code."""
        self.signal(signal.SIGTERM)
        return self.await_end()

    def await_end(self) -> int:
        """Read its log to the end; its exit code."""
        assert self._process.stderr is not None
        self.log += map(json.loads, self._process.stderr)
        return self._process.wait(LONGEST_WAIT)


def environment(home: Path, **more: str) -> dict[str, str]:
    """Of a process that is served from this home, and of nothing else that is set here."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAHYAB_")}
    ours = {
        "HOME": str(home),
        "RULES": str(home / "rules.yaml"),
        "LISTEN": "127.0.0.1:0",
        "METRICS": "127.0.0.1:0",
        **more,
    }
    # The program is found from whatever folder it is started in.
    paths = os.pathsep.join(filter(None, (str(ROOT), kept.get("PYTHONPATH"))))
    return {
        **kept,
        "PYTHONPATH": paths,
        **{f"RAHYAB_{name}": value for name, value in ours.items()},
    }


COMMAND = (sys.executable, "-m", "agi_server.cli", "serve")


@contextmanager
def serving(home: Path, *options: str, folder: Path = ROOT, **more: str) -> Iterator[Server]:
    """A server that answers; ended by force if the test did not end it.

    Args:
        home: Its home folder, with `rules.yaml`.
        options: Of `rahyab serve`.
        folder: Where it is started.
        more: Settings, without RAHYAB_.
    """
    settings = environment(home, LOG_FORMAT="json", **more)
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    command = (*COMMAND, *options)
    with subprocess.Popen(command, cwd=folder, env=settings, text=True, **pipes) as process:
        watchdog = threading.Timer(LONGEST_WAIT, process.kill)
        watchdog.start()
        try:
            yield Server(process)
        finally:
            watchdog.cancel()
            process.kill()


def operated(
    home: Path, *words: str, folder: Path = ROOT, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run a command of `rahyab` for the server of this home."""
    return subprocess.run(
        (*COMMAND[:-1], *words),
        check=False,
        cwd=folder,
        env=environment(home, **more),
        text=True,
        capture_output=True,
        timeout=LONGEST_WAIT,
    )


def refused(home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Start a server that cannot serve; it ends by itself, and never without a sentence."""
    settings = environment(home, **more)
    done = subprocess.run(
        COMMAND,
        check=False,
        cwd=ROOT,
        env=settings,
        text=True,
        capture_output=True,
        timeout=LONGEST_WAIT,
    )
    assert "Traceback" not in done.stderr
    assert "serving" not in done.stderr
    assert "Rahyab answers" not in done.stdout
    return done


def only_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """All that was said, which is one line that begins with `Error:`."""
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: ")
    assert not done.stdout
    return line


def request(home: Path, server: Server) -> Site:
    """Makes requests of this server."""
    return Site(server.address, home / "rahyab.db", RulesInForce(read_rules(RULES)))


def caller(*actions: Action) -> FakeChannel:
    """A customer who calls the main number."""
    return customer(ScriptedCaller(*actions))


def customer(caller: Caller) -> FakeChannel:
    """The same, doing what `caller` does; Asterisk has the queue that the rules ask about."""
    queues = {"support-fa": Queue(members=(QueueMember("PJSIP/101"),))}
    return FakeChannel(number=GOLD_CUSTOMER, dialled=MAIN_NUMBER, caller=caller, queues=queues)
