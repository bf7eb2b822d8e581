"""Callers who wait to be called back, in memory: several calls may belong to one callback."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from crm.memory_searching import is_found
from crm.memory_session import MemorySession
from crm.memory_tables import (
    Tables,
    callback_of,
    check_customer,
    is_trial,
    known_call,
    stored_record,
)
from crm.ports import UnknownRecordError
from crm.records import Callback, CallbackState
from crm.wishes import Belonging, Step, joined, may_join, next_step, waiting_since


class MemoryCallbacks(MemorySession):
    """The operations on callbacks."""

    def ask_callback(self, callback: Callback) -> Callback:
        """Keep a wish to be called back, or put it to the one that waits for the same number."""
        with self._tables() as tables:
            known_call(tables, callback.call_id)
            check_customer(tables, callback.customer_id)
            wish, found = stored_record(callback), _belonging(tables, callback.call_id)
            match next_step(wish, found), found:
                case Step.PLACE, _:
                    _place(tables, wish, found)
                case Step.RENEW, Belonging(kept):
                    _join(tables, kept, wish)
            return tables.callbacks[tables.callback_calls[callback.call_id][0]]

    def callbacks(
        self, *, state: CallbackState | None = None, search: str = "", limit: int = 50
    ) -> Sequence[Callback]:
        """Those in this state, or in any; who waits longest comes first."""
        with self._tables() as tables:
            found = [
                each
                for each in tables.callbacks.values()
                if state in {None, each.state}
                and not is_trial(tables, each.call_id)
                and is_found(tables, each, search, each.number, each.queue)
            ]
        return sorted(found, key=_waiting)[:limit]

    def finish_callback(self, call_id: str) -> Callback:
        """Mark as done what this call asked for, or joined."""
        with self._tables() as tables:
            found = callback_of(tables, call_id)
            if found is None:
                raise UnknownRecordError(f"The call {call_id!r} asked for no callback")
            done = replace(found, state=CallbackState.DONE)
            tables.callbacks[done.call_id] = done
            return done


def _waiting(callback: Callback) -> tuple[datetime, str]:
    return (waiting_since(callback), callback.call_id)


def _belonging(tables: Tables, call_id: str) -> Belonging | None:
    found = callback_of(tables, call_id)
    return None if found is None else Belonging(found, tables.callback_calls[call_id][1])


def _place(tables: Tables, wish: Callback, found: Belonging | None) -> None:
    """Put a wish to another's callback, or keep it; what its call had before is given up."""
    others = [
        each
        for each in tables.callbacks.values()
        if each.number == wish.number
        and each.state is CallbackState.OPEN
        and each.call_id != wish.call_id
        and may_join(each, wish)
        and not is_trial(tables, each.call_id)
        and not is_trial(tables, wish.call_id)
    ]
    if found is not None and found.callback.call_id == wish.call_id:
        _hand_over(tables, found.callback)
    if others:
        _join(tables, min(others, key=_waiting), wish)
    else:
        tables.callbacks[wish.call_id] = wish
        tables.callback_calls[wish.call_id] = (wish.call_id, wish.asked_at)


def _join(tables: Tables, kept: Callback, wish: Callback) -> None:
    calls = tables.callback_calls
    last = max(asked_at for callback, asked_at in calls.values() if callback == kept.call_id)
    tables.callbacks[kept.call_id] = joined(kept, wish, last)
    calls[wish.call_id] = (kept.call_id, wish.asked_at)


def _hand_over(tables: Tables, kept: Callback) -> None:
    """Give up a call's own callback; it goes on under the next of the calls that joined it."""
    del tables.callbacks[kept.call_id]
    del tables.callback_calls[kept.call_id]
    left = sorted(
        (asked_at, call_id)
        for call_id, (callback, asked_at) in tables.callback_calls.items()
        if callback == kept.call_id
    )
    if left:
        heir = left[0][1]
        customer_id = tables.calls[heir].customer_id
        tables.callbacks[heir] = replace(kept, call_id=heir, customer_id=customer_id)
        tables.callback_calls |= {call_id: (heir, asked_at) for asked_at, call_id in left}
