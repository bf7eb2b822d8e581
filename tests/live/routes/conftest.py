"""An Asterisk 22 and an Asterisk 16 whose queues are made of the rules beside this file."""

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
from agi_server.prompt_building import build_prompts
from dialplan.leaving import leaving_contexts
from dialplan.queues import queue_rules_conf, queues_conf
from ivr.prompts import Catalogue
from routing.rules import Policy
from tests.live.protocol.real import SUITES

RULES = Path(__file__).with_name("rules.yaml")

DIALPLAN = """
[rahyab-lab]
; A site's own dialplan has set a variable before it sends a call to us.
exten => north,1,NoOp(Lab call ${CHANNEL(pjsip,call-id)})
 same => n,Set(SITE_REGION=north)
 same => n,Goto(rahyab-incoming,+982191000002,1)
; A site that has no way to the world outside.
exten => inside,1,NoOp(Lab call ${CHANNEL(pjsip,call-id)})
 same => n,Set(RAHYAB_OUTBOUND_CONTEXT=)
 same => n,Goto(rahyab-incoming,+982191000003,1)
"""


@pytest.fixture(scope="package", params=SUITES)
def root_of_suite(request: pytest.FixtureRequest) -> Root:
    """An Asterisk 22, then an Asterisk 16."""
    return find_root(request.param, print)


@pytest.fixture(scope="package")
def rules() -> Policy:
    """The rules of these tests."""
    return load_policy_file(RULES)


@pytest.fixture(scope="package")
def words(rules: Policy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The prompts of these rules."""
    folder = tmp_path_factory.mktemp("words")
    build_prompts(Catalogue.of(rules), folder / "sounds", folder / "recordings")
    return folder / "sounds"


@pytest.fixture(scope="package")
def telephony_of_worker(
    root_of_suite: Root,
    rules: Policy,
    words: Path,
    messages: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Telephony]:
    """The Asterisk of one release for all the tests of this folder."""
    server_port = free_port(socket.SOCK_STREAM)
    plan = Plan(
        tmp_path_factory.mktemp("lab"),
        ("127.0.0.1", server_port),
        queues=queues_conf(rules),
        queue_rules=queue_rules_conf(rules),
        leaving=leaving_contexts(rules),
        devices=tuple(sorted({agent.device for agent in rules.agents.values()})),
        sounds=words,
        shared=(messages,),
        dialplan=DIALPLAN,
        music=("jazz",),
    )
    with Asterisk.start(root_of_suite, plan) as asterisk:
        yield Telephony(asterisk, server_port)
