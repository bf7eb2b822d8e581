"""Erasing a person: the rows, the recorded files, and the proof that it was done."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from crm.people import EVERYTHING, Erasure
from crm.ports import Store
from crm.recorded_files import NotRemoved, remove_all_recorded, remove_messages

PSEUDONYM_BYTES = 8
"""Random bytes of a pseudonym: no two erased people get one and the same."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did.

    Attributes:
        erasure: The proof as the store keeps it.
        files_removed: Recorded files that are gone.
        files_left: Those that could not be removed.
        blocked_numbers: How many numbers of theirs stay blocked, which somebody else asked for.
    """

    erasure: Erasure
    files_removed: int
    files_left: tuple[NotRemoved, ...]
    blocked_numbers: int

    def proof(self) -> Mapping[str, Any]:
        """The proof for a file: nothing in it tells who it was."""
        return asdict(self.erasure) | {
            "files_removed": self.files_removed,
            "files_left": [asdict(each) for each in self.files_left],
            "blocked_numbers_kept": self.blocked_numbers,
        }


def new_pseudonym() -> str:
    """What is to stand for somebody: drawn at random, it tells nothing of them."""
    return f"erased-{secrets.token_hex(PSEUDONYM_BYTES)}"


def erase(  # noqa: PLR0913  what the store asks for
    store: Store, customer_id: int, *, pseudonym: str, at: datetime, by: str, reason: str
) -> Erased:
    """Remove a person and their recorded files for good, in one transaction.

    The files go before the transaction ends: should the machine fail between the two, the store
    still names them and the erasure can be done again. Nobody would ever find them otherwise.

    Raises:
        UnknownRecordError: There is no such customer.
        HeldError: A hold is in force; nothing is changed.
    """
    with store.transaction():
        file = store.customer_file(customer_id)
        erasure = store.erase_customer(
            customer_id, pseudonym=pseudonym, at=at, by=by, reason=reason
        )
        paths = {recording.path for recording in file.recordings}
        left = remove_all_recorded(sorted(paths))
        return Erased(erasure, len(paths) - len(left), tuple(left), len(file.blocked))


def erase_rest(store: Store, customer_id: int) -> tuple[NotRemoved, ...]:
    """Empty what came of an erased person since, as from a call that went on meanwhile.

    Args:
        store: Where it is; in a transaction.
        customer_id: Under which id they were.

    Returns:
        Recorded files that could not be removed; their messages stay.
    """
    calls = [call.id for call in store.calls_of_customer(customer_id, limit=EVERYTHING)]
    return remove_messages(store, store.erase_again(calls)).left
