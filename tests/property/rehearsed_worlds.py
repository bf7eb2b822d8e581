"""Random callers, and what they meet, for calls that are rehearsed and served."""

from dataclasses import dataclass
from datetime import datetime

from hypothesis import strategies as st

from routing.call_tests import Visit, VisitEnd
from tests.property.rehearsed_policies import NUMBER, QUEUE_KEY
from tests.sample import TEHRAN

CUSTOMER = "+989121234567"
STRANGER = "+989351112233"

KNOWN_REQUEST = "111111111"
PIN = "4711"
CODE = "482917"
"""The one-time code that is drawn: chance is taken out, and nothing else."""

JOINED = "+989121112233"
"""A number for which there is a request to call back already."""


@dataclass(frozen=True, slots=True)
class World:
    """What a call meets."""

    number: str
    dialled: str
    at: datetime
    keys: str
    visits: tuple[Visit, ...]
    agents: int | None
    region: str
    waiting: int = 0


WORDS = [
    "1",
    "1",
    "2",
    "3",
    "12",
    "0",
    "10",
    KNOWN_REQUEST,
    KNOWN_REQUEST,
    "*",
    "#",
    "1#",
    "19",
    "1111#",
    "12*1111#",
    "5*50#",
    PIN + "#",
    CODE,
    "wait",
    "hangup",
    "09121112233#",
    "00442079460000#",
    "5#",
]

PHRASES = [
    "1 1",
    "1 2 1",
    "2 09121112233# 1 2 3",
    "09121112233# 2 09121112234# 1 1",
    f"{KNOWN_REQUEST} 1",
    f"{KNOWN_REQUEST} 2 2 3 1",
    f"{KNOWN_REQUEST} {PIN}# 2 hangup",
    f"{KNOWN_REQUEST} 1234# {PIN}# 1",
    CODE,
    f"111111 wait {CODE}",
    f"listen wait wait {CODE}",
    "1111# 1",
    "1111# 2 2222# 1",
    "5*50# 1",
    "1 3 1",
    "1 10 2",
    "3 wait",
    "2 3 0",
]
"""What callers key who know what they want, or nearly: to a look-up, a code, a survey and so on."""


def worlds() -> st.SearchStrategy[World]:
    """Any caller at any time, with any luck."""
    visit = st.sampled_from(
        [
            Visit(VisitEnd.ANSWERED, 20),
            Visit(VisitEnd.GAVE_UP),
            Visit(VisitEnd.REFUSED),
            Visit(VisitEnd.HUNG_UP, 40),
            Visit(VisitEnd.FULL),
            Visit(VisitEnd.LEFT, 15, key=QUEUE_KEY),
        ]
    )
    return st.builds(
        World,
        number=st.sampled_from([CUSTOMER, STRANGER, "", "anonymous"]),
        dialled=st.sampled_from([NUMBER, "02191000000", "201"]),
        at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(_in_tehran),  # noqa: DTZ001
        keys=st.lists(st.sampled_from([*WORDS, *PHRASES]), max_size=8).map(" ".join),
        visits=st.lists(visit, max_size=4).map(tuple),
        agents=st.sampled_from([None, 0, 2]),
        region=st.sampled_from(["", "north"]),
        waiting=st.sampled_from([0, 0, 1, 2]),
    )


def _in_tehran(at: datetime) -> datetime:
    return at.replace(microsecond=0, tzinfo=TEHRAN)
