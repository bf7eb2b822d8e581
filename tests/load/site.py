"""A real Asterisk and a server of two workers, over the rules of an office."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agi_server.lab.asterisk import Asterisk
from agi_server.lab.configuration import Plan
from agi_server.lab.ports import LOCALHOST
from agi_server.lab.root import find_root
from agi_server.policy import load_policy_file
from dialplan.queues import queue_rules_conf, queues_conf
from dialplan.requirements import plan_for
from tests.bench.processes import cpu_seconds, service_cpu_seconds
from tests.chaos.service import Service
from tests.load.office import AGENTS_CONTEXT, HELD, LOGGER, Office

_CLOSING: Final = {"06", "0A"}
"""States of a row of /proc/net/tcp (net/tcp_states.h): over already, or only listening."""


@dataclass(frozen=True, slots=True)
class Cpu:
    """Seconds of the processor, user and system."""

    asterisk: float
    server: float


@dataclass(frozen=True, slots=True)
class Site:
    """What runs.

    Attributes:
        office: Its rules.
        asterisk: A real one.
        service: A server of two workers.
    """

    office: Office
    asterisk: Asterisk
    service: Service

    @property
    def queue_log(self) -> Path:
        """Asterisk's own record of the queues."""
        return self.asterisk.folder / "log" / "queue_log"

    def hold(self, *, held: bool) -> None:
        """Keep all who talk with an agent talking from now on, or let them go."""
        self.asterisk.rx(f"dialplan set global {HELD} {'yes' if held else 'no'}")

    def cpu(self) -> Cpu:
        """What both have used so far."""
        return Cpu(cpu_seconds(self.asterisk.process.pid), service_cpu_seconds(self.service.pid))

    def open_connections(self) -> int:
        """How many connections of Asterisk the server holds now (proc(5), net/tcp)."""
        own = f":{self.service.port:04X}"
        rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
        return sum(row[1].endswith(own) and row[3] not in _CLOSING for row in rows)

    def shown_waiting(self) -> int:
        """How many callers wait in all queues, as Asterisk's own command tells."""
        return self.asterisk.rx("queue show").count("(wait:")


@contextmanager
def opened(office: Office, folder: Path) -> Iterator[Site]:
    """A site for as long as the block runs.

    Args:
        office: Its rules.
        folder: Where all that it writes lies; its path must be short (a socket lies in it).
    """
    rules = office.write(folder)
    policy = load_policy_file(rules)
    assert len(plan_for(policy).queues) == office.queues
    service = Service(folder / "home", rules=rules)
    plan = Plan(
        folder / "lab",
        (LOCALHOST, service.port),
        queues=queues_conf(policy),
        queue_rules=queue_rules_conf(policy),
        dialplan=AGENTS_CONTEXT,
    )
    with Asterisk.start(find_root(os.environ.get("RAHYAB_LAB_SUITE")), plan) as asterisk:
        (plan.folder / "etc" / "logger.conf").write_text(LOGGER)
        asterisk.rx("logger reload")
        service.start()
        try:
            yield Site(office, asterisk, service)
        finally:
            service.stop()
