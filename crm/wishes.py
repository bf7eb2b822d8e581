"""How a caller's wish to be called back meets what is kept already. Pure: every store asks here."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from crm.records import Callback, CallbackState


class Step(Enum):
    """What is to be done with a wish."""

    LEAVE = auto()
    """Nothing: it was kept already, or a later one of the same call was."""
    RENEW = auto()
    """The same call has asked again for the same number: its window may be another."""
    PLACE = auto()
    """It joins what waits for the number, or is kept by itself."""


@dataclass(frozen=True, slots=True)
class Belonging:
    """Where a call belongs: its callback, and when the call last asked."""

    callback: Callback
    asked_at: datetime


def next_step(wish: Callback, found: Belonging | None) -> Step:
    """What is to be done with a wish, given the callback that its call belongs to so far."""
    if found is None:
        return Step.PLACE
    if found.callback.number != wish.number:
        return Step.LEAVE if wish.asked_at < found.asked_at else Step.PLACE
    is_open = found.callback.state is CallbackState.OPEN
    return Step.RENEW if is_open and wish.asked_at > found.asked_at else Step.LEAVE


def may_join(kept: Callback, wish: Callback) -> bool:
    """Whether a wish can be put to an open callback of the same number.

    Not where both name a customer and not the same: of two people at one switchboard, each is
    called back.
    """
    return None in {kept.customer_id, wish.customer_id} or kept.customer_id == wish.customer_id


def joined(kept: Callback, wish: Callback, last_asked_at: datetime) -> Callback:
    """An open callback when a wish has joined it.

    Args:
        kept: The callback.
        wish: Of the same number.
        last_asked_at: When any of the callback's calls last asked: an older wish that is written
            late does not change the window.
    """
    since = kept.since
    if waiting_since(wish) < waiting_since(kept):
        since = waiting_since(wish)
    customer_id = wish.customer_id if kept.customer_id is None else kept.customer_id
    now = replace(kept, since=since, customer_id=customer_id)
    if wish.asked_at < last_asked_at:
        return now
    return replace(now, earliest=wish.earliest, latest=wish.latest)


def waiting_since(callback: Callback) -> datetime:
    """From when on the caller's place in the queue counts."""
    return callback.since or callback.asked_at
