"""Calls of which nobody here knows where they were last: the channel tells it.

The store is away, or another machine has its words on the call and could not give them to the store
yet.
"""

from dataclasses import replace

from agi_server.channel import Channel
from agi_server.conversation import Conversation
from agi_server.endings import AGENT_STAGE
from agi_server.journal import Journal
from agi_server.queue_entered import gather_queue
from agi_server.request import Request
from agi_server.visits import ended_visit, is_in_mid_wait, lost_visit
from routing.destinations import Priority
from routing.rules import Policy


async def learn_from_channel(talk: Conversation, channel: Channel, request: Request) -> None:
    """Take from the channel where the caller has been.

    Args:
        talk: The call, as far as it is known.
        channel: The caller's.
        request: What the dialplan tells.
    """
    course, policy = talk.course, talk.course.book.policy
    entered = await gather_queue(channel, policy)
    queue, language = entered.queue, entered.language or course.facts.language
    course.facts, talk.line.language = replace(course.facts, language=language), language
    talk.journal.note("begun-anew", queue=queue)
    talk.queue, talk.first_queued_at = queue, talk.first_queued_at or request.queued_at
    course.has_waited = talk.first_queued_at is not None
    if course.priority is None and entered.priority:  # how it rises, only the route knows
        course.priority = Priority(entered.priority)
    talk.visit = lost_visit(entered, request, language, talk.now())
    if queue is not None:
        talk.survey_wanted = policy.queues[queue].survey
        course.stage = f"queue {queue}"
        talk.journal.learn(queue=queue)
    elif entered.agent is not None:
        course.stage = f"{AGENT_STAGE}{entered.agent}"
    if queue is not None and entered.waited_for is not None:
        course.preferred, course.asked_for = entered.waited_for, course.asked_for | {queue}


async def complete_lost_visit(
    journal: Journal, channel: Channel, request: Request, policy: Policy, language: str
) -> None:
    """Write down the visit in which a call has ended, if it was in one.

    Args:
        journal: The call's.
        channel: The caller's.
        request: What the dialplan tells.
        policy: The rules.
        language: The caller's, where neither the queue nor the channel tells it.
    """
    if not is_in_mid_wait(request):
        return
    entered, now = await gather_queue(channel, policy), journal.clock()
    visit = lost_visit(entered, request, entered.language or language, now)
    if visit is not None:
        journal.visit_queue(ended_visit(visit, request, now, is_over=True))
