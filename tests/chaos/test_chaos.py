"""Short attacks: what callers are told stays true, whatever is killed. The long ones are by hand.

python -m tests.chaos --kills 50 --copies 20
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.chaos.attacks import Report, halt_postgres, kill_postgres, kill_server, lock_file
from tests.chaos.told import Promise

pytestmark = pytest.mark.slow

FEW = 3
SHORT_SECONDS = 2.0


def demand_all_kept(report: Report) -> None:
    """Nothing is lost, nothing is there twice, and there was something to lose."""
    assert report.problems == []
    assert report.found.lost == []
    assert report.found.twice == []
    assert report.found.unwritten == []
    assert report.refused == 0
    assert all(report.found.told[promise] for promise in Promise), report.found.told


@pytest.mark.parametrize("attack", [kill_server, kill_postgres])
def test_what_callers_are_told_survives_kills(
    tmp_path: Path, attack: Callable[[Path, int], Awaitable[Report]]
) -> None:
    """Of the server with all its processes; of PostgreSQL, while the server lives on."""
    demand_all_kept(asyncio.run(_made(attack(tmp_path, FEW))))


@pytest.mark.parametrize("attack", [lock_file, halt_postgres])
def test_calls_go_on_without_the_store(
    tmp_path: Path, attack: Callable[[Path, float], Awaitable[Report]]
) -> None:
    """Locked by somebody else, or standing still: nobody is cut, and all is there in the end."""
    report = asyncio.run(_made(attack(tmp_path, SHORT_SECONDS)))
    demand_all_kept(report)
    assert report.cut == 0


async def _made(report: Awaitable[Report]) -> Report:
    return await report
