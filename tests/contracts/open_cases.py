"""Opens cases in a database from a process of its own, with numbers that are bound to collide.

Arguments: the database file, a name for the process, how many cases.
"""

import random
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from crm.records import Case, CaseState, NewCall
from crm.sqlite_store import SqliteStore

AT = datetime(2026, 1, 1, tzinfo=UTC)


def main(path: Path, process: str, count: int) -> None:
    """Open the cases and print their tracking numbers."""

    def draw() -> str:
        return str(100 + random.randrange(4 * count))  # noqa: S311  few numbers, many collisions

    with closing(SqliteStore(path)) as store:
        for number in range(count):
            call = f"{process}-{number}"
            store.begin_call(NewCall(call, AT, "", "", None, "1", None, "fa", None, "r", {}))
            case = Case(draw(), CaseState.NEW, "support", AT, None, call)
            sys.stdout.write(store.open_case(case, draw).tracking + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
