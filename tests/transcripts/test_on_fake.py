"""The fake Asterisk gives the transcripts that the real one gave."""

import asyncio

import pytest

from agi_server.testing.commands.table import COMMANDS, find
from tests.transcripts.on_fake import play_on_fake
from tests.transcripts.scenario import RECORDED, Scenario, differences
from tests.transcripts.scenarios import scenarios

ALL = list(scenarios())


@pytest.mark.parametrize("branch", [22, 16])
@pytest.mark.parametrize("scenario", ALL, ids=[scenario.name for scenario in ALL])
def test_the_fake_says_what_the_real_one_said(scenario: Scenario, branch: int):
    """Line by line; places and times within what a key needs on its way."""
    played = asyncio.run(play_on_fake(scenario, branch))
    assert differences(scenario.recorded(branch).read_text(), played) == []


def test_every_transcript_belongs_to_a_scenario():
    """None is left from a scenario that has gone, and none is missing."""
    expected = {scenario.recorded(branch).name for scenario in ALL for branch in (22, 16)}
    assert {path.name for path in RECORDED.glob("*.txt")} == expected


def test_every_command_is_in_a_scenario():
    """All 47 of them."""
    said = [segment for scenario in ALL for step in scenario.steps for segment in step.segments]
    words = [line.split() for segment in said for line in segment.decode("latin-1").split("\n")]
    named = {found[0] for line in words if (found := find(line)) is not None}
    assert named == set(COMMANDS)
    assert len(COMMANDS) == 47
