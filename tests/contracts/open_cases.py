"""Opens cases in a database from a process of its own, each with a number of its own lease.

Arguments: the database file, a name for the process, how many cases.
"""

import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from crm.records import Case, CaseState, NewCall
from crm.sqlite_store import SqliteStore

AT = datetime(2026, 1, 1, tzinfo=UTC)


def main(path: Path, process: str, count: int) -> None:
    """Open the cases and print their tracking numbers."""
    with closing(SqliteStore(path)) as store:
        for number in range(count):
            call = f"{process}-{number}"
            store.begin_call(NewCall(call, AT, "", "", None, "1", None, "fa", None, "r", {}))
            (tracking,) = store.lease_tracking(1)
            case = Case(tracking, CaseState.NEW, "support", AT, None, call)
            sys.stdout.write(store.open_case(case, join=False).tracking + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
