"""A call's row as its writes make it: for requests that cannot ask the store. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any

from crm.records import Call, CallChange, NewCall, Outcome
from crm.writes import ChangedCall, Write


def begun_call(call: NewCall) -> Call:
    """The row of a call that has just begun."""
    return Call(
        **{each.name: getattr(call, each.name) for each in fields(call)},
        customer_name=None,
        queue=None,
        agent=None,
        queued_at=None,
        answered_at=None,
        left_queue_at=None,
        ended_at=None,
        outcome=Outcome.IN_PROGRESS,
        stage=None,
        state={},
    )


@dataclass(slots=True)
class CallRow:
    """A call's row, and which visit has said what of it."""

    call: Call
    _visits: dict[str, int] = field(default_factory=dict)

    def learn(self, change: CallChange) -> None:
        """Take up what a request has learned, as `Journal.change_call` of the ports says."""
        learned = {
            name: value
            for name, value in _said(change)
            if change.visit >= self._visits.get(name, change.visit)
        }
        self.call = replace(self.call, **learned)
        self._visits |= dict.fromkeys(learned, change.visit)


def call_after(call: Call | None, writes: Iterable[Write]) -> Call | None:
    """A call's row after these writes of it, which may hold its beginning.

    Args:
        call: Its row so far; None where there is none.
        writes: Writes of this call.

    Returns:
        None where the call has not begun.
    """
    row = None if call is None else CallRow(call)
    for write in writes:
        if isinstance(write, NewCall):
            row = row or CallRow(begun_call(write))
        elif isinstance(write, ChangedCall) and row is not None:
            row.learn(write.change)
    return None if row is None else row.call


def _said(change: CallChange) -> Iterable[tuple[str, Any]]:
    for each in fields(change):
        value = getattr(change, each.name)
        if each.name != "visit" and value is not None:
            yield each.name, value
