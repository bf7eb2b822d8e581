"""A power cut, as the disk sees it: what callers had been told by then is on it.

It is here because it needs root, as real calls do: it mounts file systems of its own.
"""

import asyncio
from pathlib import Path

import pytest

from tests.chaos.disk import cut_power
from tests.chaos.test_chaos import FEW, demand_all_kept

pytestmark = [pytest.mark.live, pytest.mark.every_asterisk]


def test_what_callers_are_told_survives_a_power_cut(tmp_path: Path) -> None:
    """Copies of the disk at random moments, each of which a server is started on."""
    demand_all_kept(asyncio.run(cut_power(tmp_path, FEW)))
