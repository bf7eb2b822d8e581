"""Every effect of a course has somebody who does it, and requests resume what others have left."""

from datetime import UTC, datetime
from typing import get_args

from agi_server.call_state import CallState, VisitState
from agi_server.driving import DOING
from ivr.effects import Effect
from ivr.talk import ToldPlace

MOMENT = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
OLD_STATE = {
    "rule": "arrival/everyone",
    "tracking": "123456786",
    "survey": "satisfaction",
    "priority": {"start": 10, "rise": 5, "every": 30, "highest": 22},
    "music": "jazz",
    "first_queued_at": "2026-11-24T06:30:00+00:00",
    "keyed": {"welcome": "1"},
    "variables": {"region": "north"},
}
"""What a version has left that knew neither pace nor proof."""


def test_every_effect_is_done() -> None:
    """And nothing else is."""
    assert set(DOING) == set(get_args(Effect))


def test_what_an_earlier_version_left_is_resumed() -> None:
    """Callers were waiting while the server was renewed."""
    state = CallState.from_data(OLD_STATE)
    assert (state.pace, state.proven) == ("normal", False)
    assert dict(state.to_data()) == {
        **OLD_STATE,
        "pace": "normal",
        "proven": False,
        "recordings": {},
        "forgotten_recordings": None,
        "surveys": [],
        "preferred": None,
        "asked_for": [],
        "told_until": None,
        "told_place": None,
        "visit": None,
        "request": None,
    }


def test_what_is_left_is_resumed_as_it_was() -> None:
    """Also how slowly, whether it is proven who calls, and what was recorded and asked before."""
    state = CallState(
        pace="slow",
        proven=True,
        keyed={"welcome": "1"},
        recordings={"support": 2},
        forgotten_recordings=100,
        surveys=frozenset({"satisfaction"}),
        preferred="sara",
        asked_for=frozenset({"support"}),
        told_until=MOMENT,
        told_place=ToldPlace("support", 3),
        visit=VisitState(199, "support", "fa", "rahyab-agent-sara", MOMENT, MOMENT, 10),
    )
    assert CallState.from_data(state.to_data()) == state


def test_a_call_that_was_never_stored_begins_at_the_beginning() -> None:
    """Nothing is known of it."""
    assert CallState.from_data({}) == CallState()
