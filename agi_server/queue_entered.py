"""Which queue a caller comes back from, when only the channel can tell."""

from dataclasses import dataclass

from agi_server.channel import Channel
from dialplan import contract
from dialplan.contract import AGENT_QUEUE
from dialplan.requirements import requirement_entered
from routing.destinations import HIGHEST_PRIORITY
from routing.rules import Policy


@dataclass(frozen=True, slots=True)
class EnteredQueue:
    """What the channel tells of the queue that the caller was sent to last.

    Attributes:
        asterisk_queue: The queue of Asterisk; empty: the caller was sent to none.
        queue: The queue of the rules; None where they do not have it: they may have changed.
        language: The caller's: as the name of the penalty rule or of the queue tells it, or else
            the channel; None where it is none of the business's.
        priority: The caller's place among others.
        agent: Whom the caller was sent to, if it was to one agent and not to a queue.
    """

    asterisk_queue: str
    queue: str | None
    language: str | None
    priority: int
    agent: str | None = None

    @property
    def waited_for(self) -> str | None:
        """The agent for whom the caller waited alone; None where anybody might have answered."""
        agent = self.asterisk_queue.removeprefix(AGENT_QUEUE)
        return None if agent == self.asterisk_queue else agent


async def gather_queue(channel: Channel, policy: Policy) -> EnteredQueue:
    """Ask Asterisk for the queue that the caller was sent to last."""
    entered = await channel.get_untrusted(contract.QUEUE)
    rule = await channel.get_untrusted(contract.QUEUE_RULE)
    spoken = await channel.get_untrusted(contract.LANGUAGE)
    priority = await channel.get_untrusted(contract.PRIORITY)
    language = spoken if spoken in policy.business.languages else None
    required = requirement_entered(entered, rule, policy)
    agent = None if entered else await channel.get_untrusted(contract.AGENT)
    return EnteredQueue(
        asterisk_queue=entered,
        queue=None if required is None else required.queue.id,
        language=language if required is None else required.language or language,
        priority=int(priority) if _is_priority(priority) else 0,
        agent=agent if agent in policy.agents else None,
    )


def _is_priority(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text) <= HIGHEST_PRIORITY
