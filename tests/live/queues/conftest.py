"""One Asterisk and one server for all tests of this folder that a worker runs.

Its queues are made of the rules beside this file; behind them stand some by hand, which show what
the compiler has reasons not to write.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from agi_server.lab.root import Root
from agi_server.policy import load_policy_file
from ivr.prompts import builtin_prompts
from routing.rules import Policy
from tests.live.queues.office import Office
from tests.live.speech.site import Added, site_of

HERE = Path(__file__).parent
BIG_QUEUE = HERE / "one_big_queue.conf"
BY_HAND = ("PJSIP/151", "PJSIP/152", "PJSIP/153")


@pytest.fixture(scope="package")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rules beside this file, and what the program says itself in Spanish: nobody hears it."""
    spanish = {prompt: {"es": "…"} for prompt, texts in builtin_prompts().items() if any(texts)}
    file = tmp_path_factory.mktemp("rules") / "rules.yaml"
    prompts = json.dumps(spanish, ensure_ascii=False)
    file.write_text(f"{HERE.joinpath('rules.yaml').read_text()}\nprompts: {prompts}\n")
    return file


@pytest.fixture(scope="package")
def policy(rules: Path) -> Policy:
    """The rules of these tests."""
    return load_policy_file(rules)


@pytest.fixture(scope="package")
def office_of_worker(
    root: Root, rules: Path, policy: Policy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """The Asterisk, its server, and the telephones of everybody."""
    added = Added(
        queues=BIG_QUEUE.read_text() + HERE.joinpath("by_hand.conf").read_text(),
        dialplan=HERE.joinpath("extensions.conf").read_text(),
        devices=BY_HAND,
    )
    sounds, folder = tmp_path_factory.mktemp("sounds"), tmp_path_factory.mktemp("queues")
    with site_of(rules, root, sounds, folder, added) as site:
        # `channel originate`, by which agents are called who speak to somebody who came no queue.
        site.telephony.asterisk.rx("module load res_clioriginate.so")
        yield Office(site, policy, rules)


@pytest.fixture
def office(office_of_worker: Office) -> Iterator[Office]:
    """The office, without callers and telephones."""
    yield office_of_worker
    office_of_worker.site.clear()
