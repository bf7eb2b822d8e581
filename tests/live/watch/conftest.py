"""An Asterisk 22 and an Asterisk 16 whose manager interface is open to us."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from agi_server.lab.asterisk import Asterisk
from agi_server.lab.configuration import Plan
from agi_server.lab.ports import free_port
from agi_server.lab.root import Root, find_root
from agi_server.lab.telephony import Telephony
from agi_server.policy import load_policy_file
from dialplan.queues import queue_rules_conf, queues_conf
from tests.live.protocol.real import SUITES

RULES = Path(__file__).with_name("rules.yaml")


@pytest.fixture(scope="package", params=SUITES)
def suite(request: pytest.FixtureRequest) -> str:
    """The Debian release whose Asterisk is used: 22, then 16."""
    name: str = request.param
    return name


@pytest.fixture(scope="package")
def root_of_suite(suite: str) -> Root:
    """The Asterisk of that release."""
    return find_root(suite, print)


@pytest.fixture(scope="package")
def telephony_of_worker(
    root_of_suite: Root, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Telephony]:
    """The Asterisk of one release for all the tests of this folder."""
    rules = load_policy_file(RULES)
    server_port = free_port(socket.SOCK_STREAM)
    plan = Plan(
        tmp_path_factory.mktemp("lab"),
        ("127.0.0.1", server_port),
        queues=queues_conf(rules),
        queue_rules=queue_rules_conf(rules),
        devices=tuple(agent.device for agent in rules.agents.values()),
        manager=True,
    )
    with Asterisk.start(root_of_suite, plan) as asterisk:
        yield Telephony(asterisk, server_port)
