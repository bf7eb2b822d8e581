"""Two servers over one database, one of them lost under load: no caller is.

Each test has an Asterisk of its own, whose global RAHYAB_SERVER names the two: as a list, or by
the name whose SRV records a small name server of the test's own holds.
"""

import errno
import os
import re
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from agi_server.lab.asterisk import Asterisk
from agi_server.lab.caller import Ended
from agi_server.lab.configuration import Plan
from agi_server.lab.log import Log
from agi_server.lab.phone import Phone
from agi_server.lab.ports import LOCALHOST, free_port, is_bound
from agi_server.lab.processes import Process
from agi_server.lab.root import DEFAULT_SUITE, Root, find_root
from agi_server.lab.scenarios import Call, caller_files
from agi_server.lab.sipp import Sipp
from agi_server.lab.telephony import Telephony
from agi_server.lab.waiting import wait_until
from agi_server.policy import load_policy_file
from crm.records import CallStory, Outcome
from crm.sqlite_store import SqliteStore
from dialplan.queues import queue_rules_conf, queues_conf
from tests.live.conftest import COMMAND, SERVER_SECONDS

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[2]

QUEUE_NUMBER = "+982191000001"
"""Goes to a queue at once, and after a second to another."""
MENU_NUMBER = "+982191000002"
"""Stays in a menu, which no sound file disturbs."""
AGENT = "PJSIP/104"

RULES = f"""
version: 1
business:
  name: Two servers
  country: IR
  timezone: Asia/Tehran
  languages: [en]
  fallback: second
numbers:
  "{QUEUE_NUMBER}": {{start: {{queue: first}}}}
  "{MENU_NUMBER}": {{start: {{menu: patient}}}}
unlisted: {{hangup: true}}
skills: {{desk: everything}}
agents:
  mina: {{name: Mina Rad, device: {AGENT}, skills: {{desk: 5}}}}
queues:
  first: {{need: [{{skill: desk}}], give_up: {{after: 1s, then: {{queue: second}}}}}}
  second: {{need: [{{skill: desk}}], give_up: {{after: 1m, then: {{hangup: 17}}}}}}
menus:
  patient:
    say: choose
    keys: {{"1": {{queue: first}}}}
    first_key: 7s
    silence: {{repeat: 0, then: {{queue: first}}}}
    wrong_key: {{repeat: 0, then: {{queue: first}}}}
prompts:
  choose: {{en: Press one}}
"""

CALLS = 120
CALLS_A_SECOND = 25
LOST_AFTER = 40
"""So many calls have come in when the first server is lost; the others come without a pause."""
CALLER_SECONDS = 3
"""What a caller waits before they hang up: longer than the first queue keeps them."""
LOAD_SECONDS = 30.0
END_SECONDS = 10.0
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

    def ask(self, servers: str) -> None:
        """Set the site's global."""
        self.asterisk.rx(f"dialplan set global RAHYAB_SERVER {servers}")

    def asked(self) -> list[Asked]:
        """Every request to every server that has come to an end."""
        return [Asked(**found.groupdict()) for found in _found(ASKED, self.asterisk.log)]

    def fell_back(self) -> set[str]:
        """The calls that took the fallback."""
        tags = {found["tag"] for found in _found(FELL_BACK, self.asterisk.log)}
        return {one.call for one in self.asked() if one.tag in tags}

    def stories(self) -> dict[str, CallStory]:
        """What the journal has, by call."""
        with closing(SqliteStore(self.folder / "rahyab.db")) as store:
            stories = [store.call_story(call.id) for call in store.calls(limit=10 * CALLS)]
        return {story.call.id: story for story in stories if story is not None}

    def output(self) -> str:
        """What both servers have printed."""
        return "".join((self.folder / f"server-{port}.log").read_text() for port in self.ports)


def _found(pattern: re.Pattern[str], log: Log) -> list[re.Match[str]]:
    return [found for line in log.lines() if (found := pattern.search(line))]


@pytest.fixture
def servers(root: Root, tmp_path: Path) -> Iterator[Servers]:
    """Two servers that listen, and an Asterisk with an agent whose phone rings unanswered.

    Never the machine's own Asterisk: a test mounts a resolv.conf of its own over Asterisk's.
    """
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES)
    policy = load_policy_file(rules)
    ports = (free_port(socket.SOCK_STREAM), free_port(socket.SOCK_STREAM))
    plan = Plan(
        tmp_path / "lab",
        (LOCALHOST, ports[0]),
        queues=queues_conf(policy),
        queue_rules=queue_rules_conf(policy),
        devices=(AGENT,),
    )
    asterisk = Asterisk.start(find_root(DEFAULT_SUITE) if root.is_host else root, plan)
    processes = [_serve(tmp_path, rules, port) for port in ports]
    phone = Phone.start([AGENT], asterisk, ring=60.0)
    try:
        for port in ports:
            assert wait_until(lambda port=port: is_bound(port, socket.SOCK_STREAM), SERVER_SECONDS)
        telephony = Telephony(asterisk, ports[0])
        yield Servers(asterisk, telephony, processes[0], processes[1], ports, tmp_path)
        telephony.clear()
    finally:
        for process in (*processes, phone.sipp.process):
            process.stop()
        asterisk.stop()


def _serve(folder: Path, rules: Path, port: int) -> Process:
    home = folder / f"server-{port}"
    home.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "RAHYAB_HOME": str(home),
        "RAHYAB_RULES": str(rules),
        "RAHYAB_DATABASE": str(folder / "rahyab.db"),
        "RAHYAB_LOG_FORMAT": "json",
        "RAHYAB_METRICS": "off",
    }
    command = [*COMMAND, "serve", "--listen", f"{LOCALHOST}:{port}"]
    output = folder / f"server-{port}.log"
    return Process.spawn(command, output, folder=ROOT, environment=environment)


@pytest.fixture
def name_server(servers: Servers, tmp_path: Path) -> Iterator[None]:
    """A name server that knows `rahyab.test`, and that this Asterisk alone asks.

    It takes an address of its own on the loopback, as its port cannot be chosen: resolv.conf(5)
    names addresses only.
    """
    address, process = _start_name_server(servers.ports, tmp_path)
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


def load(servers: Servers, lose: Callable[[], object]) -> Sipp:
    """Have calls come in steadily, lose a server under them, and wait until all have ended."""
    call = Call(QUEUE_NUMBER, number="+989351112233", keys=f"wait:{CALLER_SECONDS} hangup")
    sipp = Sipp.start(
        caller_files(call),
        servers.asterisk.calls_folder,
        [
            f"{LOCALHOST}:{servers.asterisk.sip_port}",
            *("-m", str(CALLS), "-r", str(CALLS_A_SECOND), "-l", str(CALLS)),
            *("-cid_str", "load-%u"),
        ],
    )
    assert wait_until(lambda: len(servers.asked()) >= LOST_AFTER, LOAD_SECONDS)
    lose()
    assert sipp.process.wait(LOAD_SECONDS) == 0, sipp.errors()
    return sipp


def kill(process: Process) -> None:
    """End it, workers and all, as a crash of its machine would: it leads a process group."""
    os.killpg(process.pid, signal.SIGKILL)


def demand_all_served(servers: Servers, sipp: Sipp, others: int = 0) -> None:
    """Each caller was let in and left by themselves; who was not cut is in the journal, once.

    A call is cut if the lost server had begun with it; those, and only those, took the fallback.
    Beside the load there were `others` calls.
    """
    kinds = [event.kind for event in sipp.events()]
    assert kinds.count("answered") == kinds.count("ended-by-caller") == CALLS
    told = wait_until(lambda: len(_told(servers)) == CALLS + others, END_SECONDS)
    asked = servers.asked()
    calls = {one.call for one in asked}
    cut = {one.call for one in asked if one.cut}
    assert told, servers.output()
    assert len(calls) == CALLS + others
    assert servers.fell_back() == cut
    for call in calls - cut:
        assert [one.go for one in asked if one.call == call and one.done == "incoming"] == ["queue"]
    stories = servers.stories()
    assert set(stories) <= calls
    assert set(stories) >= calls - cut
    for call in calls - cut:
        happened = [event.kind for event in stories[call].timeline]
        assert happened.count("came-in") == happened.count("ended") == 1, happened
        assert stories[call].call.outcome is not Outcome.FELL_BACK


def _told(servers: Servers) -> set[str]:
    """The calls whose end was reported to a server."""
    return {one.call for one in servers.asked() if one.script == "ended"}


def test_a_listed_server_is_killed_under_load(servers: Servers) -> None:
    """The calls go on with the next of the list."""
    servers.ask("{0}:{1}&{0}:{2}".format(LOCALHOST, *servers.ports))

    sipp = load(servers, lambda: kill(servers.first))

    demand_all_served(servers, sipp)
    done = {one.server for one in servers.asked() if one.done}
    assert done == {f"agi://{LOCALHOST}:{port}" for port in servers.ports}


@pytest.mark.usefixtures("name_server")
def test_a_server_named_by_srv_records_is_killed_under_load(servers: Servers) -> None:
    """Asterisk itself goes on to the next record; who was connected already asks the others."""
    servers.ask("hagi://rahyab.test&{0}:{1}&{0}:{2}".format(LOCALHOST, *servers.ports))

    sipp = load(servers, lambda: kill(servers.first))

    demand_all_served(servers, sipp)
    assert servers.asterisk.log.wait_for("AGI request failed for host 'rahyab.test'", END_SECONDS)


def test_a_draining_server_hands_calls_on(servers: Servers) -> None:
    """It finishes with its caller and refuses all others, whom the second server serves."""
    servers.ask("{0}:{1}&{0}:{2}".format(LOCALHOST, *servers.ports))
    patient = servers.telephony.start_call(Call(MENU_NUMBER, keys="wait:9 hangup"))
    wait_until_begun(servers)

    sipp = load(servers, lambda: os.kill(servers.first.pid, signal.SIGTERM))
    servers.telephony.end_call(patient)

    demand_all_served(servers, sipp, others=1)
    assert not servers.fell_back()
    refused = [one for one in servers.asked() if one.reason == "drain"]
    assert refused
    assert not [one for one in refused if one.begun or one.done]


def test_what_a_server_has_begun_no_other_repeats(servers: Servers) -> None:
    """A caller in mid-menu takes the fallback: the second server is not asked at all."""
    servers.ask("{0}:{1}&{0}:{2}".format(LOCALHOST, *servers.ports))
    patient = servers.telephony.start_call(Call(MENU_NUMBER, keys="wait:5 hangup"))
    wait_until_begun(servers)
    kill(servers.first)

    result = servers.telephony.end_call(patient)

    assert result.logged('"rahyab-fallback"')
    assert result.outcome.ended is Ended.BY_CALLER
    (only,) = (one for one in servers.asked() if one.script == "incoming")
    assert only.cut
    assert wait_until(lambda: _outcomes(servers) == [Outcome.FELL_BACK], END_SECONDS)


def wait_until_begun(servers: Servers) -> None:
    """Wait until a caller is in the menu: the call is in the journal then."""
    assert wait_until(servers.stories, END_SECONDS)


def _outcomes(servers: Servers) -> list[Outcome]:
    return [story.call.outcome for story in servers.stories().values()]
