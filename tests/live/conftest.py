"""A real Asterisk for each worker of pytest-xdist, with callers and agents by SIPp.

What the tests need and cannot find or make (root, mmdebstrap, SIPp) is a failure, never a skip.
RAHYAB_LAB_SUITE chooses the Debian release whose Asterisk is used: `bullseye` has version 16.
Tests that ask for `real_asterisk` run on both, whatever it says.
"""

import fcntl
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from agi_server.lab.asterisk import Asterisk
from agi_server.lab.configuration import Plan
from agi_server.lab.ports import free_port, is_bound
from agi_server.lab.processes import Process
from agi_server.lab.root import Root, find_root
from agi_server.lab.telephony import Telephony
from agi_server.lab.waiting import wait_until
from agi_server.policy import load_policy_file
from agi_server.prompt_building import build_prompts
from dialplan.leaving import leaving_contexts
from dialplan.queues import queue_rules_conf, queues_conf
from ivr.prompts import Catalogue
from routing.rules import Policy
from tests.live.protocol.real import SUITES, RealAsterisk

ROOT = Path(__file__).parents[2]
SERVER_SECONDS = 20.0
COMMAND = (sys.executable, "-m", "agi_server.cli")

SECRET = "Xq0123456789abcZ"
"""What the Asterisks of these tests can prove that they know."""

DIALPLAN = """
[rahyab-lab]
; A prompt and keys, without any server.
exten => 99001,1,NoOp(Lab call ${CHANNEL(pjsip,call-id)})
 same => n,Answer()
 same => n,Read(KEYED,vm-enter-num-to-call,20,,1,3)
 same => n,NoOp(keyed <${KEYED}>)
 same => n,Hangup()
; What Asterisk makes of the caller's name and number.
exten => 99002,1,NoOp(Lab call ${CHANNEL(pjsip,call-id)})
 same => n,NoOp(number <${BASE64_ENCODE(${CALLERID(num)})}>)
 same => n,NoOp(name <${BASE64_ENCODE(${CALLERID(name)})}>)
 same => n,Hangup(17)
"""


@dataclass(slots=True)
class Server:
    """A `rahyab serve` of its own for one test: fresh database, fixed port."""

    process: Process
    environment: Mapping[str, str]
    output: Path

    def kill(self) -> None:
        """Kill it with its workers, as a crash of the machine would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        wait_until(lambda: not self.process.running, SERVER_SECONDS)

    def rahyab(self, *arguments: str) -> str:
        """What another command prints that sees the same database."""
        return _run(arguments, self.environment)


def _run(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        [*COMMAND, *arguments],
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"rahyab {' '.join(arguments)}:\n{done.stdout}"
    return done.stdout


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what chooses its Asterisk itself: one run of it is enough for all suites."""
    for item in items:
        if "real_asterisk" in getattr(item, "fixturenames", ()):
            item.add_marker("every_asterisk")


@pytest.fixture(scope="session")
def root() -> Root:
    """An Asterisk, found or made."""
    return find_root(os.environ.get("RAHYAB_LAB_SUITE"), print)


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The rules of the working example: what these tests are about."""
    return load_policy_file(ROOT / "routing_rules.yaml")


@pytest.fixture(scope="session")
def sounds(policy: Policy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The prompts, built once for all workers."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (shared / "sounds.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        build_prompts(Catalogue.of(policy), shared / "sounds", shared / "recordings")
    return shared / "sounds"


@pytest.fixture(scope="session")
def messages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for recorded messages; Asterisk sees it under the same path."""
    return tmp_path_factory.mktemp("messages")


@pytest.fixture(scope="session")
def telephony_of_worker(
    root: Root,
    policy: Policy,
    sounds: Path,
    messages: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Telephony]:
    """One Asterisk for all the tests of this worker: starting it takes a second."""
    server_port = free_port(socket.SOCK_STREAM)
    plan = Plan(
        tmp_path_factory.mktemp("lab"),
        ("127.0.0.1", server_port),
        queues=queues_conf(policy),
        queue_rules=queue_rules_conf(policy),
        leaving=leaving_contexts(policy),
        devices=tuple(sorted({agent.device for agent in policy.agents.values()})),
        sounds=sounds,
        shared=(messages,),
        dialplan=DIALPLAN,
        secret=SECRET,
    )
    with Asterisk.start(root, plan) as asterisk:
        yield Telephony(asterisk, server_port)


@pytest.fixture
def telephony(telephony_of_worker: Telephony) -> Iterator[Telephony]:
    """The Asterisk of this worker, without calls and agents."""
    yield telephony_of_worker
    telephony_of_worker.clear()


@pytest.fixture
def serving(telephony: Telephony, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start a server for this test, on a database of its own.

    Call it with the command line, further settings, and in `before` the arguments of `rahyab`
    commands that are to run first.
    """
    servers: list[Server] = []

    def start(*command: str, before: Sequence[Sequence[str]] = (), **settings: str) -> Server:
        environment = {
            **os.environ,
            "RAHYAB_HOME": str(tmp_path),
            "RAHYAB_LISTEN": f"127.0.0.1:{telephony.server_port}",
            "RAHYAB_METRICS": "off",
            **settings,
        }
        for arguments in before:
            _run(arguments, environment)
        output = tmp_path / "server.log"
        process = Process.spawn(command, output, folder=ROOT, environment=environment)
        server = Server(process, environment, output)
        servers.append(server)
        wait_until(
            lambda: is_bound(telephony.server_port, socket.SOCK_STREAM) or not process.running,
            SERVER_SECONDS,
        )
        assert process.running, output.read_text()
        return server

    yield start
    for server in servers:
        server.process.stop()


@pytest.fixture(scope="session")
def real_asterisks(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], RealAsterisk]]:
    """The Asterisk of a Debian release, started when it is first asked for, or has crashed."""
    running: dict[str, RealAsterisk] = {}

    def of(suite: str) -> RealAsterisk:
        if suite not in running or not running[suite].asterisk.process.running:
            running[suite] = RealAsterisk.start(suite, tmp_path_factory.mktemp(suite))
        return running[suite]

    yield of
    for asterisk in running.values():
        asterisk.stop()


@pytest.fixture(params=SUITES)
def real_asterisk(
    request: pytest.FixtureRequest, real_asterisks: Callable[[str], RealAsterisk]
) -> Iterator[RealAsterisk]:
    """Asterisk 22, then Asterisk 16, without calls: both, whatever RAHYAB_LAB_SUITE says."""
    asterisk = real_asterisks(request.param)
    yield asterisk
    asterisk.clear()
