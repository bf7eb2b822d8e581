"""Surveys: whether to ask, and every answer on disk as it is given."""

from datetime import datetime, timedelta
from typing import Final

import structlog

from agi_server.alerts import SurveyAlert
from agi_server.conversation import Conversation
from crm.asking_records import AskedSurvey, SurveyOutcome
from crm.people import MarkKind
from crm.ports import Store, StoreError
from crm.records import Answer
from ivr.effects import Alert, BeginSurvey, EndSurvey, Keep, MayAsk

log = structlog.get_logger(__name__)

PURPOSES: Final = frozenset({"survey", "any"})
"""The purposes of a do-not-call mark that forbid asking."""

_OUTCOMES: Final = {
    MayAsk.YES: SurveyOutcome.ASKED,
    MayAsk.RECENTLY: SurveyOutcome.RECENTLY,
    MayAsk.FORBIDDEN: SurveyOutcome.FORBIDDEN,
}


async def begin_survey(talk: Conversation, wanted: BeginSurvey) -> MayAsk:
    """Put down that a survey begins, or why it does not.

    While the store is away everybody is asked: the answers are kept by the spool.
    """
    now = talk.now()
    try:
        may = await talk.journal.records.read(lambda store: _may_ask(store, talk, wanted, now))
    except StoreError as error:
        log.warning("a caller is asked without knowing when they were before", reason=str(error))
        may = MayAsk.YES
    await _note(talk, wanted.survey, _OUTCOMES[may])
    return may


def _may_ask(store: Store, talk: Conversation, wanted: BeginSurvey, now: datetime) -> MayAsk:
    number, customer = talk.course.facts.caller.number, talk.course.facts.customer.id
    if number is not None and any(
        mark.kind is MarkKind.DO_NOT_CALL and mark.purpose in PURPOSES and mark.holds(now)
        for mark in store.marks(number=number)
    ):
        return MayAsk.FORBIDDEN
    if wanted.again_after_days is None:
        return MayAsk.YES
    last = store.last_asked(wanted.survey, number=number, customer_id=customer, before=now)
    recent = last is not None and now - last < timedelta(days=wanted.again_after_days)
    return MayAsk.RECENTLY if recent else MayAsk.YES


async def end_survey(talk: Conversation, ended: EndSurvey) -> None:
    """Put down how a survey ended."""
    outcome = SurveyOutcome.DECLINED if ended.declined else SurveyOutcome.COMPLETE
    await _note(talk, ended.survey, outcome)


async def _note(talk: Conversation, survey: str, outcome: SurveyOutcome) -> None:
    facts = talk.course.facts
    asked = AskedSurvey(
        call_id=facts.call_id,
        survey=survey,
        at=talk.now(),
        outcome=outcome,
        number=facts.caller.number,
        customer_id=facts.customer.id,
        agent=talk.agent,
        queue=talk.queue,
        tracking=talk.cases.tracking,
        revision=talk.course.book.policy.revision,
        language=facts.language,
    )
    await talk.journal.promise(asked)
    talk.journal.note("survey", survey=survey, outcome=outcome)


async def keep_answer(talk: Conversation, kept: Keep) -> None:
    """Put an answer on disk before the next word is said. Raises StoreError."""
    answer = Answer(
        call_id=talk.journal.call_id,
        survey=kept.survey,
        question=kept.question,
        value=kept.value,
        given_at=talk.now(),
        agent=talk.agent,
        queue=talk.queue,
        tracking=talk.cases.tracking,
        revision=talk.course.book.policy.revision,
    )
    await talk.journal.promise(answer)
    talk.journal.note("answered", question=answer.question, value=answer.value)


async def raise_alert(talk: Conversation, alert: Alert) -> None:
    """Alert somebody to a bad mark: in the journal, the log, and by the command of the site."""
    facts = talk.course.facts
    talk.journal.note("alert", survey=alert.survey, answers=dict(alert.answers))
    if talk.trial:
        return
    talk.alerts.send(
        SurveyAlert(
            call=facts.call_id,
            survey=alert.survey,
            answers=alert.answers,
            caller=facts.caller.number,
            customer=facts.customer.id,
            agent=talk.agent,
            queue=talk.queue,
            tracking=talk.cases.tracking,
        )
    )
