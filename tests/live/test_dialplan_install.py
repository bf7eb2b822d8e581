"""`rahyab dialplan install` on real Asterisks: what they take, what they refuse, who waits."""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from agi_server.lab.asterisk import Asterisk
from agi_server.lab.configuration import Plan
from agi_server.lab.ports import LOCALHOST
from agi_server.lab.root import find_root
from agi_server.lab.waiting import wait_until
from dialplan.console import queues_shown
from tests.live.conftest import COMMAND, ROOT
from tests.live.protocol.real import SUITES

pytestmark = [pytest.mark.live, pytest.mark.every_asterisk]

RELEASES = {"sid": 22, "bullseye": 16}
NAMES = ("extensions.conf", "queues.conf", "queuerules.conf")
WAIT_SECONDS = 20.0
OLD_SECONDS = 5
"""More than a reload and what is looked at after it take."""
SOON_SECONDS = 8.0
"""In a queue that has not gone an agent is rung a second after becoming free."""

DIALPLAN = """
[install]
; A caller: waits in the queue, and tells how it ended.
exten => caller,1,Answer()
 same => n,Wait(600)
exten => waits,1,Queue(leaving,c)
 same => n,NoOp(ended <${QUEUESTATUS}>)
; An agent.
exten => agent,1,NoOp(agent rung)
 same => n,Answer()
 same => n,Wait(1)
"""

LEAVING = """
[leaving]
strategy=rrmemory
autofill=yes
ringinuse=no
retry=1
timeout=3
member => Local/agent@install/n,1,nadia,Custom:nadia
"""
"""A queue that the rules do not have."""


@dataclass
class Site:
    """An Asterisk with a configuration that includes ours, and our home folder."""

    asterisk: Asterisk
    home: Path

    @property
    def ours(self) -> Path:
        """Where our files go."""
        return self.home / "asterisk"

    @property
    def etc(self) -> Path:
        """Asterisk's own configuration."""
        return self.asterisk.folder / "etc"

    def include(self) -> None:
        """Include our files from Asterisk's own."""
        (self.etc / "rahyab.conf").write_text("")
        for name in NAMES:
            with (self.etc / name).open("a") as file:
                file.write(f'\n#include "{self.ours / name}"\n')

    def command(self) -> str:
        """The command line of this Asterisk."""
        configuration = self.etc / "asterisk.conf"
        line = ["asterisk", "-C", str(configuration)]
        return shlex.join(self.asterisk.root.joining(self.asterisk.process.pid, line))

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run `rahyab dialplan ...`: its exit code, and what it prints."""
        done = subprocess.run(
            [*COMMAND, "dialplan", *arguments],
            env={
                **os.environ,
                "RAHYAB_HOME": str(self.home),
                "RAHYAB_RULES": str(ROOT / "routing_rules.yaml"),
                "RAHYAB_ASTERISK_COMMAND": self.command(),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    def waiting(self) -> int:
        """How many callers wait in the queue that is to go."""
        return queues_shown(self.asterisk.rx("queue show"))["leaving"].waiting

    def youngest(self) -> int:
        """Seconds since Asterisk read the youngest member."""
        queues = queues_shown(self.asterisk.rx("queue show")).values()
        return min(age or 0 for queue in queues for age in queue.members.values())

    def let_a_caller_wait(self) -> None:
        """Have a caller wait in a queue that the rules do not have, and whose agent is busy."""
        self.asterisk.rx("module load res_clioriginate.so")
        with (self.ours / "queues.conf").open("a") as file:
            file.write(LEAVING)
        self.asterisk.rx("devstate change Custom:nadia INUSE")
        self.asterisk.rx("queue reload all")
        self.asterisk.rx("channel originate Local/caller@install/n extension waits@install")
        assert wait_until(lambda: self.waiting() == 1, WAIT_SECONDS)

    def let_an_hour_pass(self) -> None:
        """Have been left out of the rules long ago what is kept."""
        queues = self.ours / "queues.conf"
        stamped = r"(?<=; Not in the rules since )\S+(?=,)"
        queues.write_text(re.sub(stamped, "2026-01-31T12:00:00Z", queues.read_text()))

    def was_rung(self) -> bool:
        """Whether the agent was rung."""
        return any("agent rung" in line for line in self.asterisk.log.lines())


@pytest.fixture(params=SUITES)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """An Asterisk of its own: these tests spoil its configuration."""
    home = tmp_path / "home"
    home.mkdir()
    plan = Plan(tmp_path / "pbx", (LOCALHOST, 4573), queues="", dialplan=DIALPLAN, shared=(home,))
    with Asterisk.start(find_root(request.param, print), plan) as asterisk:
        yield Site(asterisk, home)


def test_install_tells_what_to_include_and_then_that_it_is_done(site: Site):
    """From nothing; a second time there is nothing to do."""
    release = RELEASES[next(each for each in SUITES if each in str(site.asterisk.root.path))]
    code, told = site.run("install")
    assert code == 1
    for name in NAMES[1:]:
        assert f'    #include "{site.ours / name}"\n' in told
    site.include()

    assert site.run("install")[1].endswith(f"Asterisk {release} has taken it\n")
    code, told = site.run("install")
    assert (code, told.splitlines()[-1]) == (
        0,
        f"nothing to do: Asterisk {release} has what the rules make",
    )
    assert site.run("diff") == (0, "no difference in meaning\n")
    assert f"for Asterisk {release} from" in (site.ours / "queues.conf").read_text()


def test_a_mistake_in_asterisks_own_file_is_seen(site: Site):
    """Though the reload says nothing, and Asterisk shows nothing of what was to change."""
    site.run("install")
    site.include()
    own = site.etc / "queues.conf"
    good = own.read_text()
    queues = site.ours / "queues.conf"
    assert site.run("install")[0] == 0
    # Members have to be older than a reload takes: Asterisk tells whole seconds.
    assert wait_until(lambda: site.youngest() >= OLD_SECONDS, WAIT_SECONDS)
    queues.write_text(queues.read_text().replace("timeout=15", "timeout=14"))
    own.write_text(f"[broken\n{good}")
    code, told = site.run("install")

    assert code == 1
    assert f"{own} includes it. A mistake in a file of Asterisk's own" in told
    assert f"  cp -p {queues}." in told
    assert site.run("install")[0] == 1
    own.write_text(good)
    assert site.run("install")[0] == 0


def test_a_queue_that_goes_is_kept_for_those_who_wait_in_it(site: Site):
    """They are served; when the hour for calls that have begun is over too, it goes."""
    site.run("install")
    site.include()
    site.let_a_caller_wait()
    code, told = site.run("install")
    assert (code, site.waiting()) == (0, 1)
    assert "queue leaving is not in the rules any more and is kept, as 1 caller waits" in told

    site.asterisk.rx("devstate change Custom:nadia NOT_INUSE")
    site.asterisk.log.wait_for("ended <CONTINUE>", timeout=WAIT_SECONDS)
    assert site.was_rung()
    assert site.run("install")[0] == 0
    assert "leaving has 0 calls" in site.asterisk.rx("queue show leaving")

    site.let_an_hour_pass()
    assert site.run("install")[0] == 0
    assert "No such queue" in site.asterisk.rx("queue show leaving")


def test_asterisk_leaves_callers_alone_in_a_queue_that_has_gone(site: Site):
    """Why it is kept: nobody who becomes free is rung for them, and they wait on."""
    site.run("install")
    site.include()
    site.let_a_caller_wait()
    site.run("build")
    site.let_an_hour_pass()
    site.run("build")
    site.asterisk.rx("queue reload all")
    assert "No such queue" in site.asterisk.rx("queue show leaving")

    site.asterisk.rx("devstate change Custom:nadia NOT_INUSE")
    assert not wait_until(site.was_rung, SOON_SECONDS)
    assert "!Queue!leaving" in site.asterisk.rx("core show channels concise")
