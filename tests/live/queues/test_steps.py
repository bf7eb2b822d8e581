"""Steps come when `rahyab queues show` says so: not before, and not later."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pytest

from tests.live.queues.office import NEVER, Guest, Office

pytestmark = pytest.mark.live

LADDER: Final = "+982191000021"

ALONE: Final = "+982191000031"

EARLY: Final = 1.0
"""Asterisk counts whole seconds (docs/queues.md)."""

BUSY: Final = 1.5
"""Seconds that a busy machine may add: Asterisk does not promise to be on time to the second."""


@dataclass(frozen=True)
class Case:
    """How the agents of the ladder are found, and who is rung therefore, in which order.

    Attributes:
        there: At their telephones, and do not answer.
        talking: On the telephone all the time.
        back: One of those who are there, who takes no calls at first.
        back_at: After how many seconds of waiting they do, of which Asterisk counts whole ones.
    """

    name: str
    rung: Sequence[str]
    there: Sequence[str] = ()
    talking: Sequence[str] = ()
    back: str = ""
    back_at: int = 0


CASES: Final = (
    Case("nobody-answers", ("best", "good", "fair"), there=("best", "good", "fair")),
    Case("the-ideal-agent-is-away", ("good", "fair"), there=("good", "fair")),
    Case("the-ideal-agent-talks", ("good", "fair"), there=("good", "fair"), talking=("best",)),
    Case("only-the-last-step-helps", ("fair",), there=("fair",), talking=("best",)),
    Case("back-before-a-step", ("best", "good"), there=("best", "good"), back="best", back_at=2),
    Case("back-before-the-last", ("best", "fair"), there=("best", "fair"), back="best", back_at=7),
)
"""The last two are how a step comes late: a telephone begins to ring just before."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_step_comes_within_the_seconds_that_are_printed(office: Office, case: Case) -> None:
    """Each agent's telephone first rings between `after` and `at_the_latest`."""
    steps = office.openings("ladder")
    for agent in case.talking:
        office.keep_busy(agent)
    office.plug_in(*case.there, ring=NEVER)
    if case.back:
        office.asterisk_shows(f"queue pause member {office.policy.agents[case.back].device}")
    guest = office.come(LADDER)
    if case.back:
        come_back(office, case)

    office.wait(lambda: len(rung(office, guest)) == len(case.rung))

    moments = rung(office, guest)
    assert [agent for agent, _ in moments] == list(case.rung)
    for agent, moment in moments:
        if agent != case.back:
            step = steps[agent]
            earliest, latest = step["after"] - EARLY, step["at_the_latest"] + BUSY
            assert earliest < moment <= latest, f"{agent} at {moment} s: {moments}, {step}"


def test_waiting_ends_within_the_seconds_that_are_printed(office: Office) -> None:
    """Not before `gives_up_after`, and after the last ring: it is not cut short."""
    (shown,) = office.shown("alone")
    office.plug_in("tim", ring=NEVER)
    call = office.end(office.call(ALONE)).story.call

    assert call.queued_at is not None
    assert call.left_queue_at is not None
    waited = (call.left_queue_at - call.queued_at).total_seconds()
    # The journal has the beginning to the second.
    assert shown["gives_up_after"] <= waited <= shown["gone_at_the_latest"] + EARLY + BUSY


def come_back(office: Office, case: Case) -> None:
    """Put an agent back to work when the caller has waited so long."""
    office.wait_for_waiting("ladder", case.back_at)
    office.asterisk_shows(f"queue unpause member {office.policy.agents[case.back].device}")


def rung(office: Office, guest: Guest) -> list[tuple[str, float]]:
    """Who was rung for a caller, and after how many seconds."""
    agents = {agent.device: agent.id for agent in office.policy.agents.values()}
    return [(agents[ring.device], ring.after) for ring in office.visit(guest).rings]
