"""Doing what a course asks for, on a telephone line."""

from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import asdict
from typing import Any, Final, TypeVar

from agi_server.callbacks import put_down_callback
from agi_server.codes import check_code, send_code
from agi_server.conversation import Conversation
from agi_server.lookups import check_pin, find_case
from agi_server.outbox import send_text
from agi_server.queue_facts import look_at_queues
from agi_server.queue_places import find_place
from agi_server.recordings import keep_recording, play_back, record
from agi_server.surveys import begin_survey, end_survey, keep_answer, raise_alert
from agi_server.visits import turn_away
from ivr.course import Ending
from ivr.effects import (
    Alert,
    BeginSurvey,
    ChangeLanguage,
    CheckCode,
    CheckPin,
    Collect,
    Decided,
    Effect,
    EndSurvey,
    FindCase,
    FindPlace,
    Keep,
    KeepRecording,
    Keyed,
    Left,
    LookAtQueues,
    NoInput,
    OpenCase,
    PlayBack,
    Preferred,
    PutDownCallback,
    Record,
    Reply,
    Say,
    SendCode,
    SendText,
    TurnAway,
)
from routing.decide import explanation
from routing.decisions_data import destination_to_data, explanation_to_data, route_to_data
from routing.destinations import Route
from routing.facts import QueueFacts

T = TypeVar("T")

MOST_RULES_TOLD: Final = 30
"""Rules of one decision whose reasons go into the journal: those next to the one that matched. A
list of thousands would fill the store; `rahyab explain --call` works the others out again."""


async def follow(talk: Conversation, route: Route) -> Ending:
    """Follow menus, rules and dialogues along `route`.

    Raises:
        HungUpError: The caller left; `course.stage` says where.
        WentInCirclesError: The rules have no end for this call.
    """
    ending = await lead(talk, talk.course.follow(route))
    talk.journal.note("arrived", **destination_to_data(ending))
    return ending


async def lead(talk: Conversation, going: Generator[Effect, Reply, T]) -> T:
    """Do what a course asks for, up to its end."""
    reply: Reply = None
    while True:
        try:
            effect = going.send(reply)
        except StopIteration as end:
            result: T = end.value
            return result
        reply = await _do(talk, effect)


async def _do(talk: Conversation, effect: Effect) -> Reply:
    return await DOING[type(effect)](talk, effect)


async def _say(talk: Conversation, said: Say) -> None:
    await talk.line.say(said.prompts, to_the_end=said.to_the_end)


async def _change_language(talk: Conversation, change: ChangeLanguage) -> None:
    await talk.line.change_language(change.language)
    talk.journal.learn(language=change.language)


async def _open_case(talk: Conversation, wanted: OpenCase) -> str | None:
    return await talk.cases.open_for_call(wanted.subject)


async def _collect(talk: Conversation, asked: Collect) -> Keyed | NoInput:
    await talk.journal.begin()
    event = await talk.line.ask(asked.prompts, asked.input)
    where = {**_where(talk, asked.dialogue), "question": asked.question}
    if isinstance(event, Keyed):
        keys = asked.input.shown(event.digits)
        hidden = {} if keys == event.digits else {"hidden": True}
        talk.journal.note("pressed", keys=keys, **where, **hidden)
    elif not asked.input.is_optional:
        talk.journal.note("silence", **where)
    return event


def _where(talk: Conversation, dialogue: str) -> Mapping[str, str]:
    """The dialogue, and the stage: alone, `tracking` may be the look-up or a menu."""
    return {"dialogue": dialogue, "stage": talk.course.stage}


async def _note_left(talk: Conversation, left: Left) -> None:
    then = route_to_data(left.route)
    talk.journal.note("left", why=left.why, **_where(talk, left.dialogue), then=then)


async def _note_preferred(talk: Conversation, preferred: Preferred) -> None:
    data = {"queue": preferred.queue, "agent": preferred.agent, "whom": preferred.whom}
    talk.journal.note("preferred", **data)


async def _note_decision(talk: Conversation, decided: Decided) -> None:
    told = explanation(decided.decision, MOST_RULES_TOLD)
    talk.journal.note("decided", **explanation_to_data(told))


async def _look_at(talk: Conversation, wanted: LookAtQueues) -> Mapping[str, QueueFacts]:
    policy, language = talk.course.book.policy, talk.course.facts.language
    seen = await look_at_queues(talk.line.channel, policy, language, wanted.queues)
    talk.journal.note("queues", **{id_: asdict(queue) for id_, queue in seen.items()})
    return seen


DOING: Final[Mapping[type[Effect], Callable[[Conversation, Any], Awaitable[Reply]]]] = {
    Say: _say,
    Collect: _collect,
    ChangeLanguage: _change_language,
    LookAtQueues: _look_at,
    FindPlace: find_place,
    TurnAway: turn_away,
    Preferred: _note_preferred,
    Decided: _note_decision,
    Left: _note_left,
    OpenCase: _open_case,
    Record: record,
    PlayBack: play_back,
    KeepRecording: keep_recording,
    FindCase: find_case,
    CheckPin: check_pin,
    SendCode: send_code,
    CheckCode: check_code,
    SendText: send_text,
    PutDownCallback: put_down_callback,
    BeginSurvey: begin_survey,
    EndSurvey: end_survey,
    Keep: keep_answer,
    Alert: raise_alert,
}
"""Who does each effect; a test sees to it that none is forgotten."""
