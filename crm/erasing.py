"""Erasing a person: the rows, the recorded files, and the proof that it was done."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from crm.people import Erasure
from crm.ports import Store
from crm.recorded_files import NotRemoved, remove_all_recorded

PSEUDONYM_BYTES = 8
"""Random bytes of a pseudonym: no two erased people get one and the same."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did.

    Attributes:
        customer_id: The store's id of the row that stands under the pseudonym now.
        erasure: The proof as the store keeps it.
        files_removed: Recorded files that are gone.
        files_left: Those that could not be removed.
        blocked_numbers: How many numbers of theirs stay blocked, which somebody else asked for.
    """

    customer_id: int
    erasure: Erasure
    files_removed: int
    files_left: tuple[NotRemoved, ...]
    blocked_numbers: int

    def proof(self) -> Mapping[str, Any]:
        """The proof for a file: nothing in it tells who it was."""
        return {"customer_id": self.customer_id, **asdict(self.erasure)} | {
            "files_removed": self.files_removed,
            "files_left": [asdict(each) for each in self.files_left],
            "blocked_numbers_kept": self.blocked_numbers,
        }


def erase(store: Store, customer_id: int, *, at: datetime, by: str, reason: str) -> Erased:
    """Remove a person and their recorded files for good, in one transaction.

    The files go before the transaction ends: should the machine fail between the two, the store
    still names them and the erasure can be done again. Nobody would ever find them otherwise.

    Raises:
        UnknownRecordError: There is no such customer.
        HeldError: A hold is in force; nothing is changed.
    """
    pseudonym = f"erased-{secrets.token_hex(PSEUDONYM_BYTES)}"
    with store.transaction():
        file = store.customer_file(customer_id)
        erasure = store.erase_customer(
            customer_id, pseudonym=pseudonym, at=at, by=by, reason=reason
        )
        paths = {recording.path for recording in file.recordings}
        left = remove_all_recorded(sorted(paths))
        blocked = {each.number for each in store.blocked_numbers()}
        return Erased(
            customer_id,
            erasure,
            len(paths) - len(left),
            tuple(left),
            len(blocked & set(file.customer.numbers)),
        )
