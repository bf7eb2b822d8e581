"""The session that every server of `agi_bench.py` serves and its load generator plays.

Asterisk's environment, five SET VARIABLE, one GET VARIABLE, the end. The values hold the call's
unique id, so that no two sessions have a line in common.
"""

from typing import Final

SCRIPT: Final = "bench"
"""The script of the session."""
WAITING: Final = "waiting"
"""A script whose first command the load leaves unanswered: the session stays open."""

VARIABLES: Final = (
    "BENCH_SEGMENT",
    "BENCH_CONTRACT",
    "BENCH_CASE",
    "BENCH_QUEUE",
    "BENCH_PRIORITY",
)
"""Set, one after the other, each to `UNIQUEID-NAME`."""
READ: Final = "BENCH_CALL"
"""Read at the end."""
