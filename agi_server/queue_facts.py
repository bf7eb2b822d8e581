"""How queues stand, as Asterisk tells it; what cannot be read is unknown, never 0."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

import structlog

from agi_server.channel import Channel, CommandRefusedError
from agi_server.commands import CountAgents, ReadQueue
from agi_server.environment import line_limit
from dialplan.queues import asterisk_queue_name
from routing.facts import QueueFacts
from routing.rules import Policy

LOOKUP_BUDGET_SECONDS: Final = 0.15
"""For all queues together: a caller does not notice a pause this short."""

log = structlog.get_logger(__name__)


async def look_at_queues(
    channel: Channel, policy: Policy, language: str, queues: Sequence[str]
) -> Mapping[str, QueueFacts]:
    """See how queues stand for callers of one language.

    Args:
        channel: Where Asterisk is asked: a round trip for each queue, and one for its members.
        policy: The rules that the queues are of.
        language: The caller's.
        queues: Their ids in the rules.

    Returns:
        The facts of each queue; empty for those that were not read within
        `LOOKUP_BUDGET_SECONDS` for all together.
    """
    names = {queue: asterisk_queue_name(policy.queues[queue], language, policy) for queue in queues}
    seen: dict[str, QueueFacts] = {}
    try:
        async with asyncio.timeout(LOOKUP_BUDGET_SECONDS):
            for queue, name in names.items():
                seen[queue] = await _look_at(channel, name)
    except (TimeoutError, CommandRefusedError) as error:
        missed = [name for queue, name in names.items() if queue not in seen]
        log.warning("queues not seen", queues=missed, reason=str(error) or "too slow")
    return {queue: seen.get(queue, QueueFacts()) for queue in queues}


async def _look_at(channel: Channel, name: str) -> QueueFacts:
    standing = await channel.send(ReadQueue(name))
    if standing is None:
        log.warning("queue unknown to Asterisk", queue=name, cure="run `rahyab dialplan build`")
        return QueueFacts()
    members = standing.members
    return QueueFacts(
        waiting=standing.waiting,
        longest_wait=standing.longest_wait,
        agents=None if members is None else await _agents(channel, name, members),
        estimated_wait=standing.hold_time,
    )


async def _agents(channel: Channel, name: str, members: tuple[str, ...]) -> int | None:
    limit = line_limit(channel.environment.get("agi_version", ""))
    total = 0
    for batch in CountAgents.batches(name, members, limit):
        counted = await channel.send(batch)
        if counted is None:
            return None
        total += counted
    return total
