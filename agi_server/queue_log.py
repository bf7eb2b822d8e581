"""Lines of Asterisk's own queue log for callers who were let into no queue.

`queue_log` has no line for them: Queue() returns before it writes ENTERQUEUE, and whom our gate
turns away does not even come to it. So the share of blocked calls could not be read from it. The
events are called as Wazo calls them, so that what reads its logs reads ours.

Source: `queue_exec` and `ql_exec` in app_queue.c of Asterisk 16 to 22.
"""

from collections.abc import Mapping
from typing import Final

import structlog

from agi_server.channel import Channel, CommandRefusedError
from agi_server.commands import Exec
from agi_server.commands.applications import NO_SUCH_APPLICATION
from crm.records import Disposition

EVENTS: Final[Mapping[Disposition, str]] = {
    Disposition.FULL: "FULL",
    Disposition.JOIN_EMPTY: "JOINEMPTY",
    Disposition.CLOSED: "CLOSED",
    Disposition.DIVERTED_RATIO: "DIVERT_CA_RATIO",
    Disposition.DIVERTED_WAIT: "DIVERT_WAITTIME",
}
"""What each way of not being let in is called there."""

NO_AGENT: Final = "NONE"
"""Stands where the log has an agent."""

log = structlog.get_logger(__name__)


async def log_blocked(channel: Channel, asterisk_queue: str, why: Disposition) -> None:
    """Write that a caller was not let into a queue. The caller's number is left out.

    A line that cannot be written stops no call: our own records have it anyway.

    Args:
        channel: The caller's.
        asterisk_queue: The queue.
        why: One of `EVENTS`.

    Raises:
        HungUpError: The caller left meanwhile.
    """
    unique_id = channel.environment.get("agi_uniqueid", "") or NO_AGENT
    line = Exec("QueueLog", (asterisk_queue, unique_id, NO_AGENT, EVENTS[why]))
    try:
        result = await channel.send(line)
    except CommandRefusedError as error:
        log.warning("queue log not written", queue=asterisk_queue, why=why, reason=str(error))
        return
    if result == NO_SUCH_APPLICATION:
        cure = "load app_queue.so"
        log.warning("queue log not written", queue=asterisk_queue, why=why, cure=cure)
