"""Five hundred calls at once that leave queues in every way there is, or are not let in.

Each group of callers is one SIPp; what the queues are for stands in queue_log_rules.yaml. Agents
are Local channels: some answer, the others ring for ever, so that callers wait for as long as they
like, or may.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agi_server.lab.asterisk import Asterisk
from agi_server.lab.configuration import Plan
from agi_server.lab.ports import LOCALHOST
from agi_server.lab.root import Root
from agi_server.lab.scenarios import Call, caller_files
from agi_server.lab.sipp import Sipp
from agi_server.lab.waiting import wait_until
from agi_server.policy import load_policy_file
from crm.records import Call as StoredCall
from crm.records import QueueVisit
from crm.sqlite_store import SqliteStore
from dialplan.leaving import leaving_contexts
from dialplan.queues import queue_rules_conf, queues_conf
from tests.chaos.service import Service
from tests.live.queue_log import LoggedVisit, QueueLine, QueueLog, logged_visits
from tests.live.queues.manager import ask, open_manager

RULES: Final = Path(__file__).with_name("queue_log_rules.yaml")
NUMBER: Final = "+9821910000{place:02d}"

QUEUES: Final = (
    *("served", "patient", "limited", "overflowing", "empty", "narrow"),
    *("crowded", "distant", "shut", "fleeting", "keyed", "withdrawing"),
)
"""In the order of the numbers that lead to them."""

SERVING_AGENTS: Final = 30
NOT_THERE: Final = "empty"
FLEETING: Final = "Local/fleeting@mixed-ringing"

AGENTS_DIALPLAN: Final = """
[mixed-answering]
exten => _X.,1,Wait(1)
 same => n,Answer()
 same => n,Wait(${RAND(1,3)})
 same => n,Hangup()
[mixed-ringing]
; Nobody picks up: rung until the queue gives up ringing.
exten => _[a-z]!,1,Ringing()
 same => n,Wait(3600)
"""

MANY: Final = 10_000
END_SECONDS: Final = 180.0
FULL_ENOUGH: Final = 12
"""Callers who have come to `fleeting` when its agent is paused."""


@dataclass(frozen=True, slots=True)
class Group:
    """Callers who all do the same, one after the other.

    Attributes:
        to: The queue that they call.
        count: How many.
        rate: How many of them in a second.
        keys: What each does (`agi_server.lab.keys`); then they wait until they are hung up.
    """

    to: str
    count: int
    rate: float
    keys: str = ""


GROUPS: Final = (
    Group("served", 110, 2.4),
    Group("served", 15, 0.4, "hangup"),
    Group("served", 15, 0.4, "wait:0.1 hangup"),
    Group("served", 15, 0.4, "wait:0.5 hangup"),
    Group("served", 15, 0.4, "wait:0.6 hangup"),
    Group("patient", 15, 0.4, "wait:0.55 hangup"),
    Group("patient", 50, 1.2, "wait:3 hangup"),
    Group("limited", 50, 1.2),
    Group("overflowing", 30, 0.7),
    Group("empty", 40, 1.0),
    Group("narrow", 50, 1.2, "wait:6 hangup"),
    Group("crowded", 40, 1.0, "wait:4 hangup"),
    Group("distant", 60, 1.4),
    Group("shut", 20, 0.5),
    Group("fleeting", 30, 1.0),
    Group("keyed", 20, 0.5, "wait:2 1"),
    Group("keyed", 10, 0.3, "wait:2 2"),
    Group("keyed", 10, 0.3, "wait:2 9 wait:2 hangup"),
    Group("withdrawing", 10, 0.3),
)
CALLS: Final = sum(group.count for group in GROUPS)


@dataclass(frozen=True, slots=True)
class Told:
    """What became of all the calls, by both records.

    Attributes:
        calls: In our journal.
        visits: The same.
        lines: Of `queue_log`.
        complaints: What SIPp complained of, group by group; and what went wrong besides.
    """

    calls: Sequence[StoredCall]
    visits: Sequence[QueueVisit]
    lines: Sequence[QueueLine]
    complaints: Sequence[str]

    @property
    def logged(self) -> Sequence[LoggedVisit]:
        """The visits and attempts by `queue_log`."""
        return logged_visits(self.lines)


def mixed_rules() -> str:
    """The text of the rules, agents included."""
    ringing = (f"  {queue}: {_agent(queue, _device(queue))}\n" for queue in QUEUES[1:])
    serving = (
        f"  a{place}: {_agent('served', f'Local/{1000 + place}@mixed-answering')}\n"
        for place in range(SERVING_AGENTS)
    )
    return "".join((RULES.read_text(), *ringing, *serving))


def _device(queue: str) -> str:
    return f"Local/{queue}@{'mixed-nowhere' if queue == NOT_THERE else 'mixed-ringing'}"


def _agent(queue: str, device: str) -> str:
    return f'{{name: Somebody, device: "{device}", skills: {{{queue}: 5}}}}'


class Mix:
    """All groups of callers on one Asterisk.

    Args:
        asterisk: The Asterisk.
        service: The server.
    """

    def __init__(self, asterisk: Asterisk, service: Service) -> None:
        self._asterisk = asterisk
        self._service = service
        self._manager = open_manager(asterisk)
        self._log = QueueLog(asterisk.folder / "log" / "queue_log")
        self._lines: list[QueueLine] = []
        self._is_paused = False
        self._groups = [_start(group, asterisk) for group in GROUPS]

    def run(self) -> Told:
        """Until every call is over and written down."""
        is_over = wait_until(self._step, END_SECONDS)
        complaints = [] if is_over else [f"calls are left over: {self._left()}"]
        complaints += [each.errors() for each in self._groups if each.process.wait(0)]
        for each in self._groups:
            each.process.stop()
        quiet = wait_until(self._is_quiet, END_SECONDS)
        complaints += [] if quiet else ["Asterisk still has calls"]
        self._service.stop()
        self._lines += self._log.new_lines()
        with closing(SqliteStore(self._service.database)) as store:
            calls, visits = store.calls(limit=MANY), store.queue_visits(limit=MANY)
        return Told(calls, visits, self._lines, complaints)

    def _step(self) -> bool:
        """Do what callers do not do themselves; whether all calls are over."""
        self._lines += self._log.new_lines()
        came = [line.queue for line in self._lines if line.event == "ENTERQUEUE"]
        if not self._is_paused and came.count("fleeting") >= FULL_ENOUGH:
            self._is_paused = True
            self._asterisk.rx(f"queue pause member {FLEETING} queue fleeting")
        if "withdrawing" in came:
            self._withdraw()
        return not any(each.process.running for each in self._groups)

    def _withdraw(self) -> None:
        """Take out whoever waits in `withdrawing`."""
        shown = self._asterisk.rx("queue show withdrawing").partition("Callers:")[2]
        for channel in re.findall(r"(\S+) \(wait:", shown):
            ask(self._manager, "QueueWithdrawCaller", Queue="withdrawing", Caller=channel)

    def _left(self) -> str:
        left = [
            group.to
            for group, each in zip(GROUPS, self._groups, strict=True)
            if each.process.running
        ]
        return f"{left}\n{self._asterisk.rx('queue show')}"

    def _is_quiet(self) -> bool:
        return "0 active channels" in self._asterisk.rx("core show channels count")


def _start(group: Group, asterisk: Asterisk) -> Sipp:
    place = QUEUES.index(group.to)
    call = Call(NUMBER.format(place=place), f"+98935000{place:04d}", keys=group.keys, patience=300)
    return Sipp.start(
        caller_files(call),
        asterisk.calls_folder,
        [
            f"{LOCALHOST}:{asterisk.sip_port}",
            *("-m", str(group.count), "-l", str(group.count), "-cid_str", "%u-%p"),
            # An answer to BYE that comes twice, as on a busy machine, is no failure.
            *("-default_behaviors", "all,-abortunexp"),
            *("-r", "1", "-rp", str(round(1000 / group.rate))),
        ],
    )


@contextmanager
def mixed(root: Root, folder: Path) -> Iterator[Mix]:
    """All callers on their way.

    Args:
        root: Where an Asterisk is installed.
        folder: Where everything is written; its path must be short.
    """
    rules = folder / "rules.yaml"
    rules.write_text(mixed_rules())
    policy = load_policy_file(rules)
    service = Service(folder / "home", rules=rules)
    plan = Plan(
        folder / "lab",
        (LOCALHOST, service.port),
        queues=queues_conf(policy),
        queue_rules=queue_rules_conf(policy),
        leaving=leaving_contexts(policy),
        dialplan=AGENTS_DIALPLAN,
    )
    with Asterisk.start(root, plan) as asterisk:
        service.start()
        try:
            yield Mix(asterisk, service)
        finally:
            service.stop()
