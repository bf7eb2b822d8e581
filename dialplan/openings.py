"""From which second on whom Asterisk rings, and how late that can be.

A caller who waits for a turn is looked at once a second. Whoever has the turn is looked at only
between two attempts to ring (app_queue.c, `queue_exec`): a telephone that has begun to ring just
before rings to its end, then a second passes, and whole seconds are compared with `>` there.

Nobody is looked at while something is said to them (`say_periodic_announcement`). How long that
takes is known to the sounds alone, and it comes on top of what is told here.
"""

from dataclasses import dataclass

from dialplan.requirements import Ladder
from routing.checks.ladders import LATENESS_SECONDS
from routing.rules import Preference


@dataclass(frozen=True, slots=True)
class Opening:
    """A step of a ladder.

    Attributes:
        tier: Its index.
        after: The second of waiting from which on these are rung too.
        at_the_latest: The second by which it has come whatever rings meanwhile.
        agents: Who is rung from then on and was not before, by id.
    """

    tier: int
    after: int
    at_the_latest: int
    agents: tuple[str, ...]


def openings(ladder: Ladder) -> tuple[Opening, ...]:
    """The steps of a ladder that come before waiting ends, in the order of time.

    Args:
        ladder: The ladder.
    """
    return tuple(
        Opening(tier, after, _latest(ladder, after), _agents(ladder, tier))
        for tier, after in enumerate(ladder.opens)
        if after < ladder.give_up_after
    )


def latest_end(ladder: Ladder) -> int:
    """The second by which every caller has been answered or has left."""
    return ladder.give_up_after + ladder.ring_for + LATENESS_SECONDS


def latest_alone(prefer: Preference) -> int:
    """The second by which who waits for one agent alone has been answered or has gone on.

    No ring comes on top: there it ends with the waiting (`CUT_SHORT` of `dialplan.queues`).
    """
    return prefer.seconds + LATENESS_SECONDS


def _latest(ladder: Ladder, after: int) -> int:
    return after + ladder.ring_for + LATENESS_SECONDS if after else 0


def _agents(ladder: Ladder, tier: int) -> tuple[str, ...]:
    return tuple(each.agent for each in ladder.members if each.tier == tier)
