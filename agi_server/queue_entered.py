"""Which queue a caller comes back from, when only the channel can tell."""

from agi_server.channel import Channel
from dialplan import contract
from dialplan.requirements import requirement_entered
from routing.rules import Policy


async def gather_queue(channel: Channel, policy: Policy) -> tuple[str | None, str | None]:
    """Ask Asterisk for the queue that the caller was sent to last, and the language.

    Returns:
        The queue's id in the rules, and the language that the name of its penalty rule or its own
        tells, or else the channel; None for what the rules do not have: they may have changed.
    """
    entered = await channel.get_untrusted(contract.QUEUE)
    rule = await channel.get_untrusted(contract.QUEUE_RULE)
    spoken = await channel.get_untrusted(contract.LANGUAGE)
    language = spoken if spoken in policy.business.languages else None
    required = requirement_entered(entered or "", rule or "", policy)
    if required is None:
        return None, language
    return required.queue.id, required.language or language
