"""Asterisk 22 and Asterisk 16 still give the recorded transcripts, to which the fake is held."""

from collections.abc import Mapping

import pytest

from tests.live.protocol.real import RealAsterisk
from tests.transcripts.on_real import play_all
from tests.transcripts.scenario import differences
from tests.transcripts.scenarios import scenarios

pytestmark = pytest.mark.live


def test_the_real_one_says_what_it_said(real_asterisk: RealAsterisk):
    """Every scenario, several beside each other."""
    played: Mapping[str, str] = play_all(real_asterisk)
    branch = real_asterisk.version[0]
    found = {
        scenario.name: differences(scenario.recorded(branch).read_text(), played[scenario.name])
        for scenario in scenarios()
    }
    assert {name: lines for name, lines in found.items() if lines} == {}
