"""Which queue a caller comes back from, when only the channel can tell."""

from agi_server.channel import Channel
from dialplan import contract
from dialplan.queues import asterisk_queue_name
from routing.rules import Policy
from routing.skills import uses_language


async def gather_queue(channel: Channel, policy: Policy) -> tuple[str | None, str | None]:
    """Ask Asterisk for the queue that the caller was sent to last, and the language.

    Returns:
        The queue's id in the rules, and the language that its name tells, or else the channel; None
        for what the rules do not have: they may have changed.
    """
    entered = await channel.get_untrusted(contract.QUEUE)
    spoken = await channel.get_untrusted(contract.LANGUAGE)
    languages = policy.business.languages
    language = spoken if spoken in languages else None
    for queue in policy.queues.values():
        for each in languages:
            if asterisk_queue_name(queue, each, policy) == entered:
                return queue.id, each if uses_language(queue) else language
    return None, language
