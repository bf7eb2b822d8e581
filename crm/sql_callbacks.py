"""Callers who wait to be called back, in SQL: several calls may belong to one callback."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from crm import asking_rows as rows
from crm.encoding import StoredText, read_time, stored_text, stored_time
from crm.ports import UnknownRecordError
from crm.records import Callback, CallbackState
from crm.sql_searching import no_trial, search_clause
from crm.sql_session import SqlSession, columns_of, marks
from crm.wishes import Belonging, Step, joined, may_join, next_step

_KEEP: Final = f"""
INSERT INTO callbacks ({rows.CALLBACK_COLUMNS}) VALUES ({marks(rows.CALLBACK_COLUMNS.split(","))})
ON CONFLICT (call_id) DO UPDATE SET
    number = excluded.number, asked_at = excluded.asked_at, customer_id = excluded.customer_id,
    queue = excluded.queue, language = excluded.language, state = excluded.state,
    since = excluded.since, earliest = excluded.earliest, latest = excluded.latest
"""
_RENEW: Final = """
UPDATE callbacks SET customer_id = ?, since = ?, earliest = ?, latest = ?
WHERE call_id = ? AND state = 'open'
"""
_BELONGS: Final = """
INSERT INTO callback_calls (call_id, callback, asked_at) VALUES (?, ?, ?)
ON CONFLICT (call_id) DO UPDATE SET callback = excluded.callback, asked_at = excluded.asked_at
"""

_CALLBACKS: Final = f"SELECT {rows.CALLBACK_COLUMNS} FROM callbacks"
_BELONGING: Final = f"""
SELECT {columns_of("callbacks", rows.CALLBACK_COLUMNS)}, callback_calls.asked_at
FROM callback_calls JOIN callbacks ON callbacks.call_id = callback_calls.callback
WHERE callback_calls.call_id = ?
"""
_LAST_ASKED: Final = "SELECT max(asked_at) FROM callback_calls WHERE callback = ?"
_TO_JOIN: Final = f"""
{_CALLBACKS} WHERE number = ? AND state = 'open' AND call_id <> ? AND {no_trial("callbacks")}
    AND EXISTS (SELECT 1 FROM calls WHERE id = ? AND trial = 0)
ORDER BY coalesce(since, asked_at), call_id
"""
_HEIR: Final = """
SELECT callback_calls.call_id, calls.customer_id
FROM callback_calls JOIN calls ON calls.id = callback_calls.call_id
WHERE callback = ? AND call_id <> ? ORDER BY asked_at, call_id LIMIT 1
"""
_LONGEST_WAITING: Final = "ORDER BY coalesce(since, asked_at), call_id LIMIT ?"
_FINISH: Final = f"""
UPDATE callbacks SET state = 'done'
WHERE call_id = (SELECT callback FROM callback_calls WHERE call_id = ?)
RETURNING {rows.CALLBACK_COLUMNS}
"""


class SqlCallbacks(SqlSession):
    """The operations on callbacks."""

    def ask_callback(self, callback: Callback) -> Callback:
        """Keep a wish to be called back, or put it to the one that waits for the same number."""
        call = stored_text(callback.call_id)
        with self.transaction():
            found = self._found_in_turn(callback)
            match next_step(callback, found), found:
                case Step.PLACE, _:
                    self._place_wish(callback, found)
                case Step.RENEW, Belonging(kept):
                    self._join(kept, callback)
            now = self._callback_of(call)
        if now is None:
            raise UnknownRecordError(f"The call {callback.call_id!r} was removed meanwhile")
        return now.callback

    def _found_in_turn(self, wish: Callback) -> Belonging | None:
        """Where a call belongs, while nobody else asks for that number, nor for the wish's.

        A callback that is given up may have been joined: who joins one and who gives it up wait for
        each other.
        """
        taken: frozenset[str] = frozenset()
        while True:
            found = self._callback_of(stored_text(wish.call_id))
            numbers = {wish.number} if found is None else {wish.number, found.callback.number}
            if numbers <= taken:
                return found
            self._take_turns(*(f"callback {number!r}" for number in numbers))
            taken |= numbers

    def _callback_of(self, call: StoredText) -> Belonging | None:
        for row in self._read(_BELONGING, (call,)):
            return Belonging(rows.read_callback(row[:-1]), read_time(row[-1]))
        return None

    def _place_wish(self, wish: Callback, found: Belonging | None) -> None:
        """Put a wish to another's callback, or keep it; what its call had before is given up."""
        call, number = stored_text(wish.call_id), stored_text(wish.number)
        waiting = map(rows.read_callback, self._read(_TO_JOIN, (number, call, call)))
        others = [each for each in waiting if may_join(each, wish)]
        if found is not None and found.callback.call_id == wish.call_id:
            self._hand_over(found.callback)
        if not any(self._join(other, wish) for other in others):
            self._write(_KEEP, rows.callback_row(wish), missing=_missing(wish))
            self._write(_BELONGS, (call, call, stored_time(wish.asked_at)))

    def _join(self, kept: Callback, wish: Callback) -> bool:
        """Put a wish to a callback; whether that was still open."""
        key = stored_text(kept.call_id)
        ((last,),) = self._read(_LAST_ASKED, (key,))
        renewed = joined(kept, wish, read_time(last))
        times = map(stored_time, (renewed.since, renewed.earliest, renewed.latest))
        missing = _missing(wish)
        if not self._write(_RENEW, (renewed.customer_id, *times, key), missing=missing):
            return False
        values = (stored_text(wish.call_id), key, stored_time(wish.asked_at))
        self._write(_BELONGS, values, missing=missing)
        return True

    def _hand_over(self, kept: Callback) -> None:
        """Give up a call's own callback; it goes on under the next of the calls that joined it."""
        call = stored_text(kept.call_id)
        for heir, customer_id in self._read(_HEIR, (call, call)):
            row = rows.callback_row(replace(kept, customer_id=customer_id))
            self._write(_KEEP, (heir, *row[1:]))
            sql = "UPDATE callback_calls SET callback = ? WHERE callback = ? AND call_id <> ?"
            self._write(sql, (heir, call, call))
        self._write("DELETE FROM callbacks WHERE call_id = ?", (call,))

    def callbacks(
        self, *, state: CallbackState | None = None, search: str = "", limit: int = 50
    ) -> Sequence[Callback]:
        """Those in this state, or in any; who waits longest comes first."""
        wanted, values = ("1 = 1", ()) if state is None else ("state = ?", (state,))
        found, terms = search_clause(
            search,
            owner="callbacks.customer_id",
            number="callbacks.number",
            queue="callbacks.queue",
            call="callbacks.call_id",
        )
        wanted = f"{wanted} AND {found} AND {no_trial('callbacks')}"
        sql = f"{_CALLBACKS} WHERE {wanted} {_LONGEST_WAITING}"
        return [rows.read_callback(row) for row in self._read(sql, (*values, *terms, limit))]

    def finish_callback(self, call_id: str) -> Callback:
        """Mark as done what this call asked for, or joined."""
        for row in self._read(_FINISH, (stored_text(call_id),)):
            return rows.read_callback(row)
        raise UnknownRecordError(f"The call {call_id!r} asked for no callback")


def _missing(wish: Callback) -> str:
    return f"There is no call {wish.call_id!r} or no customer {wish.customer_id}"
