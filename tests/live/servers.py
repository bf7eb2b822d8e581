"""Two servers over one database, and an Asterisk that asks them in the order that it is told."""

import errno
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from agi_server.lab.asterisk import Asterisk
from agi_server.lab.configuration import Plan
from agi_server.lab.log import Log
from agi_server.lab.phone import Phone
from agi_server.lab.ports import LOCALHOST, free_port, is_bound
from agi_server.lab.processes import Process
from agi_server.lab.root import DEFAULT_SUITE, Root, find_root
from agi_server.lab.scenarios import Call
from agi_server.lab.telephony import Telephony
from agi_server.lab.waiting import wait_until
from agi_server.policy import load_policy_file
from crm.records import CallStory
from crm.stores import PostgresServer, SqliteFile, open_store
from dialplan.leaving import leaving_contexts
from dialplan.queues import queue_rules_conf, queues_conf
from tests.live.conftest import COMMAND, SERVER_SECONDS

ROOT = Path(__file__).parents[2]
MOST_CALLS = 1_000
MOUNT_SECONDS = 10.0

ASKED = re.compile(
    r"(?P<tag>\[C-\w+\]).*Rahyab: (?P<call>\S+) (?P<script>\S+) by (?P<server>\S+)"
    r" begun=(?P<begun>\S*) done=(?P<done>\S*) go=(?P<go>\S*) reason=(?P<reason>[^\"]*)"
)
FELL_BACK = re.compile(r'(?P<tag>\[C-\w+\]).*Queue\("[^"]+", "rahyab-fallback"\)')


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to one server, as the dialplan logs it."""

    tag: str
    call: str
    script: str
    server: str
    begun: str
    done: str
    go: str
    reason: str

    @property
    def cut(self) -> bool:
        """Whether the server was lost in the middle of it."""
        return bool(self.begun and not self.done)


@dataclass(slots=True)
class Servers:
    """Two servers, the Asterisk that asks them, and the database that they share."""

    asterisk: Asterisk
    telephony: Telephony
    first: Process
    second: Process
    ports: tuple[int, int]
    folder: Path
    store: str = ""
    """The address of a PostgreSQL database; empty: an SQLite file in the folder."""

    def ask(self, servers: str) -> None:
        """Set the site's global."""
        self.asterisk.rx(f"dialplan set global RAHYAB_SERVER {servers}")

    def ask_in_turn(self) -> None:
        """Let the order change all the time, so that requests land on either server."""
        self.telephony.start_call(Call("turns", patience=TURNS_SECONDS))

    def asked(self) -> list[Asked]:
        """Every request to every server that has come to an end."""
        return [Asked(**found.groupdict()) for found in _found(ASKED, self.asterisk.log)]

    def fell_back(self) -> set[str]:
        """The calls that took the fallback."""
        tags = {found["tag"] for found in _found(FELL_BACK, self.asterisk.log)}
        return {one.call for one in self.asked() if one.tag in tags}

    def stories(self) -> dict[str, CallStory]:
        """What the journal has, by call."""
        place = PostgresServer(self.store) if self.store else SqliteFile(self.folder / "rahyab.db")
        with closing(open_store(place)) as store:
            stories = [store.call_story(call.id) for call in store.calls(limit=MOST_CALLS)]
        return {story.call.id: story for story in stories if story is not None}

    def output(self) -> str:
        """What both servers have printed."""
        return "".join((self.folder / f"server-{port}.log").read_text() for port in self.ports)


def _found(pattern: re.Pattern[str], log: Log) -> list[re.Match[str]]:
    return [found for line in log.lines() if (found := pattern.search(line))]


TURNS_SECONDS = 300.0
TURNS = """
[rahyab-lab]
exten => turns,1,Answer()
 same => n(again),Set(GLOBAL(RAHYAB_SERVER)={first}&{second})
 same => n,Wait(0.03)
 same => n,Set(GLOBAL(RAHYAB_SERVER)={second}&{first})
 same => n,Wait(0.03)
 same => n,Goto(again)
"""
"""A call that is a loop: less time than a request takes lies between two of its turns."""


@dataclass(frozen=True, slots=True)
class Site:
    """What the two servers serve.

    Attributes:
        rules: The text of the rules.
        devices: Of the agents, all on one phone.
        ring: Seconds that it rings before it is answered.
        talk: Seconds until an agent hangs up.
        sounds: A folder of prompts, or None: then no prompt can be played.
        store: The address of a PostgreSQL database; empty: an SQLite file.
    """

    rules: str
    devices: tuple[str, ...]
    ring: float = 60.0
    talk: float = 1.0
    sounds: Path | None = None
    store: str = ""


@contextmanager
def two_servers(site: Site, root: Root, folder: Path) -> Iterator[Servers]:
    """Two servers that listen, and an Asterisk with its agents' phone.

    Never the machine's own Asterisk: a test mounts a resolv.conf of its own over Asterisk's.
    """
    rules = folder / "rules.yaml"
    rules.write_text(site.rules)
    policy = load_policy_file(rules)
    ports = (free_port(socket.SOCK_STREAM), free_port(socket.SOCK_STREAM))
    plan = Plan(
        folder / "lab",
        (LOCALHOST, ports[0]),
        queues=queues_conf(policy),
        queue_rules=queue_rules_conf(policy),
        leaving=leaving_contexts(policy),
        devices=site.devices,
        sounds=site.sounds,
        dialplan=TURNS.format(first=f"{LOCALHOST}:{ports[0]}", second=f"{LOCALHOST}:{ports[1]}"),
    )
    asterisk = Asterisk.start(find_root(DEFAULT_SUITE) if root.is_host else root, plan)
    processes = [_serve(folder, rules, port, site.store) for port in ports]
    phone = Phone.start(site.devices, asterisk, ring=site.ring, talk=site.talk)
    try:
        for port in ports:
            assert wait_until(lambda port=port: is_bound(port, socket.SOCK_STREAM), SERVER_SECONDS)
        telephony = Telephony(asterisk, ports[0])
        yield Servers(asterisk, telephony, processes[0], processes[1], ports, folder, site.store)
        telephony.clear()
    finally:
        for process in (*processes, phone.sipp.process):
            process.stop()
        asterisk.stop()


def _serve(folder: Path, rules: Path, port: int, store: str) -> Process:
    home = folder / f"server-{port}"
    home.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "RAHYAB_HOME": str(home),
        "RAHYAB_RULES": str(rules),
        "RAHYAB_DATABASE": str(folder / "rahyab.db"),
        "RAHYAB_STORE": store,
        "RAHYAB_LOG_FORMAT": "json",
        "RAHYAB_METRICS": "off",
    }
    command = [*COMMAND, "serve", "--listen", f"{LOCALHOST}:{port}"]
    output = folder / f"server-{port}.log"
    return Process.spawn(command, output, folder=ROOT, environment=environment)


@contextmanager
def name_server_of(servers: Servers) -> Iterator[None]:
    """A name server that knows `rahyab.test`, and that this Asterisk alone asks.

    It takes an address of its own on the loopback, as its port cannot be chosen: resolv.conf(5)
    names addresses only.
    """
    address, process = _start_name_server(servers.ports, servers.folder)
    resolver = servers.asterisk.folder / "resolv.conf"
    resolver.write_text(f"nameserver {address}\n")
    mount = ["mount", "--bind", str(resolver), "/etc/resolv.conf"]
    inside = servers.asterisk.root.joining(servers.asterisk.process.pid, mount)
    subprocess.run(inside, check=True, timeout=MOUNT_SECONDS)
    yield
    process.stop()


def _start_name_server(ports: tuple[int, int], folder: Path) -> tuple[str, Process]:
    address = next(one for n in range(1, 255) if _is_free(one := f"127.0.53.{n}"))
    output = folder / "dnsmasq.log"
    command = [
        *("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--log-facility=-"),
        *("--user=root", f"--pid-file={folder / 'dnsmasq.pid'}"),
        *("--no-resolv", "--no-hosts", "--local=/rahyab.test/"),
        *(f"--listen-address={address}", "--bind-interfaces"),
        *(f"--srv-host=_agi._tcp.rahyab.test,one.rahyab.test,{ports[0]},10,50",),
        *(f"--srv-host=_agi._tcp.rahyab.test,two.rahyab.test,{ports[1]},10,50",),
        f"--host-record=one.rahyab.test,two.rahyab.test,{LOCALHOST}",
    ]
    process = Process.spawn(command, output, folder=folder)
    started = wait_until(lambda: "started" in output.read_text(), SERVER_SECONDS)
    assert started, output.read_text()
    return address, process


def _is_free(address: str) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 53))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return False
        return True


def kill(process: Process) -> None:
    """End it, workers and all, as a crash of its machine would: it leads a process group."""
    os.killpg(process.pid, signal.SIGKILL)
