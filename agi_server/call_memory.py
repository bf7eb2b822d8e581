"""The calls that this process has handled last, for requests that cannot ask the store."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from crm.call_rows import CallRow, begun_call
from crm.records import Call, NewCall
from crm.writes import ChangedCall, Write

MOST_CALLS: Final = 4_000
"""At some five kilobytes each, 20 MB. Who is forgotten is in the store or the spool."""


class CallMemory:
    """Rows of calls, as their writes have made them."""

    def __init__(self) -> None:
        self._rows: OrderedDict[str, CallRow] = OrderedDict()

    def call(self, call_id: str) -> Call | None:
        """The row of a call, as far as this process knows it."""
        row = self._rows.get(call_id)
        return None if row is None else row.call

    def remember(self, call: Call) -> None:
        """Take a row as the store has it."""
        self._keep(CallRow(call))

    def learn(self, writes: Iterable[Write]) -> None:
        """Take up what was written, to the store or to the spool."""
        for write in writes:
            if isinstance(write, NewCall):
                if write.id not in self._rows:
                    self._keep(CallRow(begun_call(write)))
            elif isinstance(write, ChangedCall) and write.call_id in self._rows:
                self._rows[write.call_id].learn(write.change)

    def _keep(self, row: CallRow) -> None:
        self._rows[row.call.id] = row
        self._rows.move_to_end(row.call.id)
        if len(self._rows) > MOST_CALLS:
            self._rows.popitem(last=False)
