"""A real Asterisk for each worker of pytest-xdist, with callers and agents by SIPp.

What the tests need and cannot find or make (root, mmdebstrap, SIPp) is a failure, never a skip.
RAHYAB_LAB_SUITE chooses the Debian release whose Asterisk is used: `bullseye` has version 16.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
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

SERVER_SECONDS = 20.0

QUEUES = """
[general]
autofill = yes

[rahyab-fallback]
strategy = ringall
joinempty = yes
timeout = 15
retry = 1
member => PJSIP/101,0,sara
"""

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

DEVICES = ("PJSIP/101", "PJSIP/102", "PJSIP/103", "PJSIP/104")


@dataclass(slots=True)
class Server:
    """A `rahyab serve` of its own for one test: fresh database, fixed port."""

    process: Process
    environment: Mapping[str, str]
    output: Path

    def kill(self) -> None:
        """Kill it, as a crash would."""
        os.kill(self.process.pid, signal.SIGKILL)
        wait_until(lambda: not self.process.running, SERVER_SECONDS)

    def rahyab(self, *arguments: str) -> str:
        """What another command prints that sees the same database."""
        done = subprocess.run(
            [sys.executable, "-m", "agi_server.cli", *arguments],
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout


@pytest.fixture(scope="session")
def root() -> Root:
    """An Asterisk, found or made."""
    return find_root(os.environ.get("RAHYAB_LAB_SUITE"), print)


@pytest.fixture(scope="session")
def telephony_of_worker(
    root: Root, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Telephony]:
    """One Asterisk for all the tests of this worker: starting it takes a second."""
    folder = tmp_path_factory.mktemp("lab")
    ports = {device: free_port() for device in DEVICES}
    server_port = free_port(socket.SOCK_STREAM)
    plan = Plan(
        folder / "asterisk",
        ("127.0.0.1", server_port),
        queues=QUEUES,
        agents=ports,
        dialplan=DIALPLAN,
    )
    with Asterisk.start(root, plan) as asterisk:
        yield Telephony(asterisk, server_port, ports, folder / "sipp")


@pytest.fixture
def telephony(telephony_of_worker: Telephony) -> Iterator[Telephony]:
    """The Asterisk of this worker, without calls and agents."""
    yield telephony_of_worker
    telephony_of_worker.clear()


@pytest.fixture
def serving(telephony: Telephony, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start a server for this test: call it with the command line, and settings if need be."""
    servers: list[Server] = []

    def start(*command: str, **settings: str) -> Server:
        environment = {
            **os.environ,
            "RAHYAB_HOME": str(tmp_path),
            "RAHYAB_LISTEN": f"127.0.0.1:{telephony.server_port}",
            **settings,
        }
        output = tmp_path / "server.log"
        process = Process.spawn(command, output, folder=Path.cwd(), environment=environment)
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
