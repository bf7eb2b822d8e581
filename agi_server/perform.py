"""Carrying out a decision: one function per kind of ending, each a few channel variables.

The server does not dial or queue by itself: it tells the dialplan where to go and ends the AGI
session, so that a caller who waits holds no connection to us.
"""

from collections.abc import Mapping

from agi_server import visits
from agi_server.channel import Channel
from agi_server.commands import SetVariable
from agi_server.conversation import Conversation
from agi_server.endings import AGENT_STAGE, END_OF_THE_RULES
from crm.records import Outcome
from dialplan import contract
from dialplan.contract import Script
from dialplan.orders import orders
from ivr.course import Ending
from ivr.keys import HIDDEN
from routing.destinations import (
    ToAgent,
    ToExtension,
    ToHangup,
    ToNumber,
    ToQueue,
    ToSurvey,
    ToVoicemail,
)


async def perform(talk: Conversation, ending: Ending) -> None:
    """Carry out `ending`: tell the dialplan where the call goes.

    Args:
        talk: The conversation that led to it.
        ending: Where the call goes.

    Raises:
        HungUpError: The caller left meanwhile.
    """
    now = talk.now()
    match ending:
        case ToQueue(queue):
            talk.enter_queue(queue, now)
        case ToVoicemail():
            pass  # the message has been taken on the way
        case ToAgent(agent):
            talk.course.stage = f"{AGENT_STAGE}{agent}"
        case ToExtension(extension):
            _leave(talk, f"extension {extension}")
        case ToNumber(number):
            _leave(talk, f"number {number}")
        case ToSurvey(survey):
            talk.course.stage = f"survey {survey}"
            talk.survey_wanted = survey
        case ToHangup():
            talk.course.stage = END_OF_THE_RULES
    variables = orders(talk.course, ending, talk.waited(now))
    secrets = talk.course.secrets
    shown = {name: HIDDEN if name in secrets else str(each) for name, each in variables.items()}
    talk.journal.note("sent", **shown)
    await set_variables(talk.line.channel, {**variables, contract.REASON: talk.course.rule})
    if isinstance(ending, ToQueue):  # not before: who has hung up by now has visited no queue
        visits.enter(talk, ending.queue, variables, now)


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


def _leave(talk: Conversation, stage: str) -> None:
    """The call goes where we do not see it any more."""
    talk.course.stage = stage
    talk.journal.learn(outcome=Outcome.TRANSFERRED)
