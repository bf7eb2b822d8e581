"""Calls through a real Asterisk with both ends in the test's hands.

A call is a Local channel. One half runs AGI() against the test, which plays the server. The other
half is the caller, and is an AGI session of the test too: it presses keys by `EXEC SendDTMF` and
leaves by its end, at the very moment the test wants. When AGI() is over, the dialplan opens a third
session, in which the test asks for AGISTATUS and other variables.
"""

import itertools
import os
import re
import select
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from agi_server.lab.asterisk import Asterisk
from agi_server.lab.configuration import Plan
from agi_server.lab.ports import LOCALHOST
from agi_server.lab.root import find_root
from tests.live.protocol.raw import REPLY_SECONDS, RawSession

SUITES: Final = ("sid", "bullseye")
"""The Debian releases with Asterisk 22 and 16: the newest and the oldest that we promise."""

DIALPLAN: Final = Path(__file__).with_name("extensions.conf")
QUEUES: Final = """
[agi-lab-queue]
setqueuevar=yes
member => Local/run@agi-lab-subroutine
member => Local/1@nowhere

[agi-lab-quiet]
"""
"""One with a member who is there and one who is not, and one that does not tell how it stands."""

MODULES: Final = ("app_senddtmf.so", "app_sms.so")
"""What these tests need beyond the lab's modules."""

SERVER: Final = "server"
CALLER: Final = "caller"
AFTER: Final = "after"


def _url(port: int, script: str) -> str:
    return f"agi://{LOCALHOST}:{port}/{script}"


@dataclass(slots=True)
class RealCall:
    """One call; its sessions come to a listener of its own.

    Attributes:
        asterisk: Where it runs.
        port: Where its sessions come to.
    """

    asterisk: "RealAsterisk"
    port: int
    _listeners: list[socket.socket]
    _sessions: dict[str, RawSession] = field(default_factory=dict)

    def session(self, script: str = SERVER, timeout: float = REPLY_SECONDS) -> RawSession:
        """The session whose script begins with this word; waits until Asterisk opens it.

        Raises:
            TimeoutError: It did not come.
        """
        end = time.monotonic() + timeout
        while script not in self._sessions:
            session = RawSession(self._accept(end - time.monotonic()))
            self._sessions[re.split(r"[?/]", session.script)[0]] = session
        return self._sessions[script]

    def press(self, keys: str) -> None:
        """Let the caller press keys, and return when the last is released."""
        assert self.session(CALLER).command(f"EXEC SendDTMF {keys},60,90") == b"200 result=0"

    def hang_up(self) -> None:
        """Let the caller hang up: their half ends with its session."""
        self.session(CALLER).close()

    def status(self) -> str | None:
        """AGISTATUS, when the session is over."""
        return self.after("AGISTATUS")

    def after(self, variable: str, timeout: float = REPLY_SECONDS) -> str | None:
        """A variable of the channel, when the session is over."""
        return self.session(AFTER, timeout).variable(variable)

    def close(self) -> None:
        """Close every connection, so that both halves of the call end."""
        for listener in self._listeners:
            listener.close()
        for session in self._sessions.values():
            session.close()

    def _accept(self, timeout: float) -> socket.socket:
        ready, _, _ = select.select(self._listeners, [], [], max(timeout, 0))
        if not ready:
            raise TimeoutError(f"no connection came in time, only {list(self._sessions)}")
        connection: socket.socket = ready[0].accept()[0]
        return connection


class RealAsterisk:
    """A running Asterisk that places calls to the test.

    Attributes:
        suite: The Debian release it is of: `sid` or `bullseye`.
        asterisk: It.
        version: Its version, such as (22, 10, 1).
    """

    def __init__(self, suite: str, asterisk: Asterisk) -> None:
        self.suite = suite
        self.asterisk = asterisk
        self._numbers = itertools.count()
        self._calls: list[RealCall] = []
        for module in MODULES:
            asterisk.rx(f"module load {module}")
        words = re.search(r"Asterisk (\d+)\.(\d+)\.(\d+)", asterisk.rx("core show version"))
        assert words, "Asterisk does not tell its version"
        self.version = tuple(map(int, words.groups()))

    @classmethod
    def start(cls, suite: str, folder: Path) -> "RealAsterisk":
        """Start the Asterisk of a Debian release in a folder of its own."""
        # Nothing here asks for the lab's own server: any port will do for it.
        plan = Plan(folder, (LOCALHOST, 4573), queues=QUEUES, dialplan=DIALPLAN.read_text())
        return cls(suite, Asterisk.start(find_root(suite, print), plan))

    def call(  # noqa: PLR0913  everything that a call can be begun with, by name
        self,
        *arguments: str,
        script: str = SERVER,
        agi: str | None = None,
        context: str = "agi-lab",
        extension: str = "run",
        before: str = "",
        variables: Mapping[str, str] | None = None,
        listener: socket.socket | None = None,
    ) -> RealCall:
        """Place a call.

        Args:
            arguments: What follows the URL in AGI(), as it is written in a dialplan.
            script: What follows the port in the URL.
            agi: All that stands in AGI(), in place of a URL that leads to the test.
            context: Where the half under test begins, in extensions.conf beside this file.
            extension: The same.
            before: An application with its arguments, run before AGI().
            variables: Variables and functions to set on the channel first.
            listener: Another socket to take sessions from; closed with the call.
        """
        usual = socket.create_server((LOCALHOST, 0))
        port: int = usual.getsockname()[1]
        call = RealCall(self, port, [usual, listener] if listener else [usual])
        self._calls.append(call)
        setting = {
            "AGI": agi or ",".join([_url(port, script), *arguments]),
            "BEFORE": before,
            "CALLER": _url(port, CALLER),
            "AFTER": _url(port, AFTER),
            **(variables or {}),
        }
        self._spool(context, extension, setting)
        return call

    def name_hosts(self, name: str, addresses: Sequence[str]) -> None:
        """Give a name to addresses, in this Asterisk alone: /etc/hosts as it sees it."""
        hosts = self.asterisk.folder / "hosts"
        if not hosts.exists():
            hosts.write_text((self.asterisk.root.path / "etc" / "hosts").read_text())
            self._inside("mount", "--bind", str(hosts), "/etc/hosts")
        with hosts.open("a") as file:
            file.writelines(f"{address} {name}\n" for address in addresses)

    def clear(self) -> None:
        """Let go of all calls."""
        while self._calls:
            self._calls.pop().close()

    def stop(self) -> None:
        """End it."""
        self.clear()
        self.asterisk.stop()

    def _inside(self, *command: str) -> None:
        """Run a command with Asterisk's own root and mounts."""
        line = self.asterisk.root.joining(self.asterisk.process.pid, command)
        subprocess.run(line, check=True)

    def _spool(self, context: str, extension: str, variables: Mapping[str, str]) -> None:
        """Write a call file (pbx_spool): unlike the command line it can set variables."""
        lines = [
            "Channel: Local/run@agi-lab-caller/n",
            f"Context: {context}",
            f"Extension: {extension}",
            *(f"Setvar: {name}={_escaped(value)}" for name, value in variables.items()),
        ]
        spool = self.asterisk.folder / "spool"
        written = spool / f"{os.getpid()}-{next(self._numbers)}.call"
        written.write_text("\n".join(lines) + "\n")
        written.rename(spool / "outgoing" / written.name)


def _escaped(value: str) -> str:
    """A value as a call file holds it: a semicolon would begin a comment."""
    assert "\n" not in value, "a call file is made of lines"
    return value.replace(";", r"\;")
