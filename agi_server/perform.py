"""Carrying out a decision: one function per kind of ending, each a few channel variables.

The server does not dial or queue by itself: it tells the dialplan where to go and ends the AGI
session, so that a caller who waits holds no connection to us.
"""

from collections.abc import Mapping
from typing import Final

from agi_server.channel import Channel
from agi_server.commands import SetVariable
from agi_server.conversation import Conversation
from agi_server.endings import END_OF_THE_RULES
from agi_server.voicemail import take_message
from crm.records import Outcome
from dialplan import contract
from dialplan.contract import Go, Script
from dialplan.queues import IDEAL_PENALTY, asterisk_queue_name, penalty_rule_name
from ivr.course import Ending
from routing.destinations import (
    ToExtension,
    ToHangup,
    ToNumber,
    ToQueue,
    ToSurvey,
    ToVoicemail,
)

NORMAL_CLEARING: Final = 16
"""Q.850 cause of an ordinary end."""


async def perform(talk: Conversation, ending: Ending, messages: str) -> None:
    """Carry out `ending`: whatever is left to say to the caller, then the variables.

    Args:
        talk: The conversation that led to it.
        ending: Where the call goes.
        messages: The folder for recorded messages, as Asterisk sees it.

    Raises:
        HungUpError: The caller left meanwhile.
    """
    match ending:
        case ToQueue(queue):
            variables = _queue(talk, queue)
        case ToVoicemail(mailbox):
            await take_message(talk, mailbox, messages)
            variables = hangup(NORMAL_CLEARING)
        case ToExtension(extension):
            _leave(talk, f"extension {extension}")
            variables = {contract.GO: Go.EXTENSION, contract.EXTENSION: extension}
        case ToNumber(number):
            _leave(talk, f"number {number}")
            variables = {contract.GO: Go.NUMBER, contract.NUMBER: number}
        case ToSurvey(survey):
            talk.course.stage = f"survey {survey}"
            talk.survey_wanted = survey
            variables = {contract.GO: Go.SURVEY}
        case ToHangup(cause):
            talk.course.stage = END_OF_THE_RULES
            variables = hangup(cause)
    variables |= _for_the_way(talk)
    talk.journal.note("sent", **{name: str(value) for name, value in variables.items()})
    variables[contract.REASON] = talk.course.rule
    await set_variables(talk.line.channel, variables)


async def set_variables(channel: Channel, variables: Mapping[str, str]) -> None:
    """Set channel variables, in order. Raises HungUpError."""
    for name, value in variables.items():
        await channel.send(SetVariable(name, value))


async def begin(channel: Channel, script: Script) -> None:
    """Say that this server performs the request: from here on the dialplan asks no other.

    Comes before the first word to the caller and before anything is written: until then, another
    server may do it all.
    """
    await channel.send(SetVariable(contract.BEGUN, script))


async def complete(channel: Channel, script: Script) -> None:
    """Say that the request is done: the last command of every request that went well."""
    await channel.send(SetVariable(contract.DONE, script))


def hangup(cause: int) -> dict[str, str]:
    """The variables that let the dialplan hang up with a Q.850 cause."""
    return {contract.GO: Go.HANGUP, contract.CAUSE: str(cause)}


def _leave(talk: Conversation, stage: str) -> None:
    """The call goes where we do not see it any more."""
    talk.course.stage = stage
    talk.journal.learn(outcome=Outcome.TRANSFERRED)


def _for_the_way(talk: Conversation) -> dict[str, str]:
    """What routes have set for wherever the call goes."""
    music = {} if talk.course.music is None else {contract.MUSIC: talk.course.music}
    return {**music, **(talk.course.variables or {})}


def _queue(talk: Conversation, queue_id: str) -> dict[str, str]:
    policy = talk.course.book.policy
    queue = policy.queues[queue_id]
    language = talk.course.facts.language
    now = talk.now()
    talk.course.stage = f"queue {queue_id}"
    talk.queue = queue_id
    talk.first_queued_at = talk.first_queued_at or now
    talk.journal.learn(queue=queue_id, queued_at=now)
    variables = {
        contract.GO: Go.QUEUE,
        contract.QUEUE: asterisk_queue_name(queue, language, policy),
        contract.QUEUE_RULE: penalty_rule_name(queue, language, policy) or "",
        contract.QUEUE_TIMEOUT: str(queue.give_up_after),
        contract.MAX_PENALTY: str(IDEAL_PENALTY),
    }
    if talk.course.priority is not None:
        waited = (now - talk.first_queued_at).total_seconds()
        variables[contract.PRIORITY] = str(talk.course.priority.after(waited))
    return variables
