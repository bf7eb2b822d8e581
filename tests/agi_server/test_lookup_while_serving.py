"""A server that asks another program about callers whom its own file does not know."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from agi_server.testing import FakeChannel, HangUp, Press, ScriptedCaller
from dialplan.contract import Script
from tests.agi_server.service import only_sentence, refused, request, serving
from tests.conversations.site import MAIN_NUMBER
from tests.crm.http_lookup.directory import Directory
from tests.crm.links.standing_in import answers

pytestmark = pytest.mark.slow
"""Each starts a process."""

STRANGER = "+989351112233"


@pytest.fixture
def directory(home: Path) -> Iterator[Directory]:
    """A program that knows the stranger, declared in the home."""
    stand_in = Directory()
    stand_in.names[STRANGER] = "Nasrin"
    with stand_in.serving():
        lines = f"url: {stand_in.url}/callers/{{number}}\ncustomer: {{name: name}}\n"
        (home / "lookup.yaml").write_text(lines + "budget_ms: 2000\n")
        yield stand_in


def seen_by_the_rules(home: Path) -> dict[str, object]:
    """What the journal says that the rules knew of the stranger who called."""
    with serving(home, LOOKUP=str(home / "lookup.yaml")) as server:
        site = request(home, server)
        caller = ScriptedCaller(Press("1"), HangUp())
        channel = FakeChannel(number=STRANGER, dialled=MAIN_NUMBER, caller=caller)
        asyncio.run(site.request(channel, Script.INCOMING))
        facts: dict[str, object] = json.loads(json.dumps(site.story().call.facts["customer"]))
        assert server.end() == 0
    return facts


@pytest.mark.usefixtures("directory")
def test_the_rules_know_whom_the_other_program_knows(home: Path) -> None:
    """By name, and without an id of ours."""
    facts = seen_by_the_rules(home)

    assert facts["status"] == "known"
    assert facts["name"] == "Nasrin"
    assert facts.get("id") is None


def test_a_broken_program_changes_nothing(home: Path, directory: Directory) -> None:
    """The caller is unknown, as without it."""
    directory.faults.append(answers(500))

    assert seen_by_the_rules(home)["status"] == "unknown"


def test_a_declaration_with_mistakes_is_told_at_once(home: Path) -> None:
    """With file and line, and nothing is served."""
    (home / "lookup.yaml").write_text("url: https://crm.example.com/\ncustomer: {name: name}\n")

    done = refused(home, LOOKUP=str(home / "lookup.yaml"))

    assert done.returncode == 2
    assert "lookup.yaml:1:6: url: the number stands nowhere in it" in only_sentence(done)
