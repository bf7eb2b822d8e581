"""Who did what with a person's data: the audit log, as commands write it.

A command notes what it shows or changes in the transaction in which it does so: nothing is seen
without an entry, and no entry tells of what was undone. Values do not belong in it, names of fields
do: the log must not become a second customer file.
"""

import os
from datetime import UTC, datetime
from enum import StrEnum
from getpass import getuser

from crm.people import AuditEntry
from crm.ports import Store


class Action(StrEnum):
    """What was done."""

    LISTED = "listed"
    """Several people at once, so that no single customer is meant."""
    SHOWN = "shown"
    PLAYED = "played"
    ADDED = "added"
    CHANGED = "changed"
    IMPORTED = "imported"
    EXPORTED = "exported"
    RESTRICTED = "restricted"
    UNRESTRICTED = "unrestricted"
    HELD = "held"
    UNHELD = "unheld"
    ERASED = "erased"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    MARKED = "marked"
    UNMARKED = "unmarked"
    PRUNED = "pruned"


def whoever() -> str:
    """The user of this machine who gave the command: behind sudo, the one who called it."""
    behind = os.environ.get("SUDO_USER")
    if behind:
        return behind
    try:
        return getuser()
    except (KeyError, OSError):
        # A container may run as a number that no name belongs to.
        return f"uid {os.getuid()}"


def note(store: Store, action: Action, customer_id: int | None = None, detail: str = "") -> None:
    """Write into the audit log what the user of this machine does now.

    Args:
        store: Where the data is; in the transaction of the change.
        action: What is done.
        customer_id: Whose data it is; None where no single customer is meant.
        detail: What of it: names of fields and counts, no values of a person.
    """
    store.note_access(AuditEntry(datetime.now(UTC), whoever(), action, customer_id, detail))
