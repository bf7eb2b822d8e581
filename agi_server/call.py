"""One call as a story: gather facts, decide, perform, write the journal.

A call is several short AGI requests (`incoming`, `after-queue`, `survey`, `ended`), any of which
may reach another process: what must survive from one to the next is in the store under the call's
id.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import structlog

from agi_server.alerts import Alerts
from agi_server.call_state import is_behind
from agi_server.cases import Cases
from agi_server.channel import Channel, HungUpError
from agi_server.clock import Clock
from agi_server.commands import Answer as AnswerChannel
from agi_server.conversation import Conversation
from agi_server.driving import follow, lead
from agi_server.endings import (
    AGENT_STAGE,
    call_log_fields,
    change_at_the_end,
    final_change,
    likely_outcome,
)
from agi_server.forgotten import complete_lost_visit, learn_from_channel
from agi_server.gather import gather_caller, gather_customer, gather_variables
from agi_server.journal import Journal
from agi_server.line import Line
from agi_server.measurements import Measurements
from agi_server.perform import begin, complete, perform
from agi_server.policy import PolicyError, RulesInForce
from agi_server.queue_log import log_blocked
from agi_server.recordings import recordings_before
from agi_server.records import Records
from agi_server.request import Request, moment_of, read_request
from agi_server.session import Handler
from agi_server.session_errors import BadRequestError
from agi_server.visits import (
    back_from,
    ends_of_visits,
    leave,
    log_not_let_in,
)
from crm.http_lookup.asking import HttpLookup
from crm.ports import StoreError
from crm.records import Call, NewCall, Outcome
from dialplan.contract import QueueStatus, Script
from ivr.course import Course, WentInCirclesError
from ivr.effects import Steps
from ivr.queueing import come_back
from ivr.rulebook import Rulebook
from routing.decisions_data import route_to_data
from routing.destinations import Route
from routing.entrances import (
    facts_on_arrival,
    route_after_agent,
    route_on_arrival,
)
from routing.facts import Facts
from routing.facts_data import facts_from_data, facts_to_data
from routing.rules import Policy
from routing.rules_text import BundleError, RulesText

log = structlog.get_logger(__name__)

END_BUDGET_SECONDS: Final = 2.0
"""How long the store may take to tell of a call that is over: nobody waits, and without it the end
of a conversation could not be written to the visit that it belongs to."""


@dataclass(frozen=True, slots=True)
class Calls:
    """The handlers of all AGI requests, over what they share.

    `messages` is the folder for recorded messages, as Asterisk sees it. `lookup` is asked about
    callers whom the customer file does not know. `alerts` is told of bad marks.
    `measurements` counts prompts that are missing.
    """

    rules: RulesInForce
    records: Records
    clock: Clock
    messages: str
    lookup: HttpLookup | None = None
    alerts: Alerts = field(default_factory=Alerts)
    measurements: Measurements = field(default_factory=Measurements)

    def handlers(self) -> Mapping[str, Handler]:
        """Script name to handler, for the server."""
        return {
            Script.INCOMING: self.incoming,
            Script.AFTER_QUEUE: self.after_queue,
            Script.SURVEY: self.survey,
            Script.ENDED: self.ended,
        }

    async def incoming(self, channel: Channel) -> None:
        """A call has come in: recognise the caller and follow the rules."""
        request = read_request(channel.environment)
        book = self.rules.book
        await channel.send(AnswerChannel())
        facts = await self._gather(channel, request, book.policy)
        talk = self._begin(channel, request, book, facts)
        talk.journal.new_call = self._new_call(request, facts, book)
        start = route_on_arrival(book.policy, facts)
        talk.journal.note(
            "came-in",
            caller=facts.caller.number,
            dialled=facts.dialled,
            source=facts.source,
            customer=facts.customer.status,
            variables=sorted(book.policy.variables),
            start=route_to_data(start),
        )
        await self._converse(talk, start, Script.INCOMING)

    async def after_queue(self, channel: Channel) -> None:
        """The caller is back from a queue: a survey if served, else where the queue leads."""
        request = read_request(channel.environment)
        talk = await self._talk_again(channel, request)
        book = talk.course.book
        queue = book.policy.queues.get(talk.queue or "")
        served = request.status == QueueStatus.CONTINUE
        _note_queue_visit(talk.journal, request, served=served)
        if talk.course.stage.startswith(AGENT_STAGE):
            route = route_after_agent(book.policy, served=served)
        else:
            leave(talk, request)
            route = come_back(talk.course, queue, back_from(request), request.key)
        await self._converse(talk, route, Script.AFTER_QUEUE)

    async def survey(self, channel: Channel) -> None:
        """Ask the caller how it went."""
        request = read_request(channel.environment)
        talk = await self._talk_again(channel, request)
        book = talk.course.book
        survey = talk.survey_wanted or _survey_of_queue(talk)
        if survey is None or survey not in book.policy.surveys:
            raise BadRequestError(f"the rules have no survey {survey!r} any more")
        talk.agent, talk.visit = talk.agent or request.agent, None
        await self._converse(talk, talk.course.survey(survey), Script.SURVEY)

    async def ended(self, channel: Channel) -> None:
        """The call is over: complete its journal, and write the one line of log that tells it."""
        request = read_request(channel.environment)
        call = await self._call(request, END_BUDGET_SECONDS)
        journal = self._journal(channel, request)
        if call is None or is_behind(call, request.visit):
            told = await self._end_forgotten(channel, request, journal, call)
        else:
            journal.change = final_change(call, request, self.clock())
            told = call_log_fields(call, journal.change)
        visits = list(ends_of_visits(call, request, self.rules.book.policy, self.clock()))
        for visit in visits:
            journal.visit_queue(visit)
        journal.note("ended", stage=None if call is None else call.stage)
        await journal.flush()
        for visit in visits:
            if visit.disposition.is_blocked:
                await log_blocked(channel, visit.asterisk_queue, visit.disposition)
        await complete(channel, Script.ENDED)
        log.info("call", **told)

    async def _end_forgotten(
        self, channel: Channel, request: Request, journal: Journal, call: Call | None
    ) -> Mapping[str, Any]:
        """Complete a call of which nobody here knows where it has been last.

        Whoever knows that may write it later: what is told here takes the place of none of it.

        Returns:
            The fields of its line of log.
        """
        if call is not None:
            language = call.language
        else:
            facts = await self._gather(channel, request, self.rules.book.policy)
            journal.new_call = self._new_call(request, facts, self.rules.book)
            language = facts.language
        journal.change = change_at_the_end(request, self.clock())
        journal.likely = likely_outcome(request)
        await complete_lost_visit(journal, channel, request, self.rules.book.policy, language)
        outcome = journal.change.outcome or journal.likely
        if call is None:
            return {"call": request.call_id, "outcome": outcome}
        if call.outcome is not Outcome.IN_PROGRESS and not request.fell_back:
            outcome = call.outcome
        return call_log_fields(call, replace(journal.change, outcome=outcome))

    async def _gather(self, channel: Channel, request: Request, policy: Policy) -> Facts:
        at = moment_of(request, self.clock(), policy.business.timezone)
        caller = await gather_caller(channel, policy.business.country)
        customer = await gather_customer(self.records, caller.number, self.lookup)
        return facts_on_arrival(
            policy,
            call_id=request.call_id,
            at=at,
            caller=caller,
            dialled=request.dialled,
            customer=customer,
            variables=await gather_variables(channel, policy),
        )

    def _begin(
        self, channel: Channel, request: Request, book: Rulebook, facts: Facts
    ) -> Conversation:
        journal = self._journal(channel, request)
        return Conversation(
            line=Line(
                *(channel, book.catalogue, journal, facts.language),
                uninterrupted=book.policy.uninterrupted,
                measurements=self.measurements,
            ),
            course=Course(
                *(book, facts),
                pace=facts.customer.pace,
                forgotten_recordings=recordings_before(request.visit),
            ),
            cases=Cases(journal, facts.customer.id, facts.caller.number, joins=not request.trial),
            journal=journal,
            alerts=self.alerts,
            messages=self.messages,
            trial=request.trial,
        )

    def _resume(
        self, channel: Channel, request: Request, book: Rulebook, call: Call
    ) -> Conversation:
        moment = moment_of(request, self.clock(), book.policy.business.timezone)
        facts = replace(facts_from_data(call.facts), at=moment, language=call.language)
        talk = self._begin(channel, request, book, facts)
        talk.resume(call)
        if book.policy.revision != call.revision:
            talk.journal.note("other-rules", revision=book.policy.revision)
        return talk

    async def _book(self, call: Call) -> Rulebook:
        """The rules that a call began with, also where this process does not hold them any more."""
        held = self.rules.book_of(call.revision)
        if held is not None:
            return held
        try:
            kept = await self.records.read(lambda store: store.revision(call.revision))
            if kept is not None:
                rules = RulesText.unbundled(kept.bundle)
                return await asyncio.to_thread(self.rules.hold, rules)
            reason = "the store has not kept them"
        except (StoreError, PolicyError, BundleError) as error:
            reason = str(error)
        log.warning(
            "a call goes on by other rules than it began with",
            call=call.id,
            began=call.revision,
            now=self.rules.book.policy.revision,
            reason=reason,
        )
        return self.rules.book

    async def _call(self, request: Request, budget: float | None = None) -> Call | None:
        """The call as far as it is known.

        None when nobody here remembers it: the store is away, or another machine has its beginning
        and could not give it to the store yet.
        """
        try:
            call = await self.records.call(request.call_id, budget)
        except StoreError as error:
            log.warning("a call goes on without the store", call=request.call_id, reason=str(error))
            return None
        if call is None:
            log.warning("a call that nobody remembers", call=request.call_id)
        return call

    async def _talk_again(self, channel: Channel, request: Request) -> Conversation:
        """Go on with a call. What nobody here remembers of it the channel tells."""
        call = await self._call(request)
        if call is None:
            return await self._begin_anew(channel, request)
        talk = self._resume(channel, request, await self._book(call), call)
        if is_behind(call, request.visit):
            await learn_from_channel(talk, channel, request)
        return talk

    async def _begin_anew(self, channel: Channel, request: Request) -> Conversation:
        """Go on by the present rules with what the channel tells. Nobody is dropped."""
        book = self.rules.book
        facts = await self._gather(channel, request, book.policy)
        talk = self._begin(channel, request, book, facts)
        await learn_from_channel(talk, channel, request)
        talk.journal.new_call = self._new_call(request, talk.course.facts, book)
        return talk

    def _journal(self, channel: Channel, request: Request) -> Journal:
        return Journal(request.call_id, request.visit, self.records, self.clock, channel)

    async def _converse(
        self, talk: Conversation, start: Route | Steps[Route], script: Script
    ) -> None:
        """The common course of a request: begin, converse, perform, journal, complete.

        It goes along `start`, or along where the dialogue leads that `start` is.
        """
        try:
            await begin(talk.line.channel, script)
            if script is Script.INCOMING:
                await talk.line.change_language(talk.course.facts.language)
            await log_not_let_in(talk)
            route = start if isinstance(start, Route) else await lead(talk, start)
            await perform(talk, await follow(talk, route))
            await _flush(talk)
            await complete(talk.line.channel, script)
        except HungUpError:
            talk.journal.note("hung-up", stage=talk.course.stage)
            await _flush(talk)
            await log_not_let_in(talk)
        except Exception as error:
            talk.journal.note("failed", stage=talk.course.stage, error=type(error).__name__)
            await _flush(talk)
            if isinstance(error, StoreError):
                raise BadRequestError(f"what must be kept cannot be: {error}") from error
            if isinstance(error, WentInCirclesError):  # rules may do so, and callers who wander
                raise BadRequestError(str(error)) from error
            raise

    def _new_call(self, request: Request, facts: Facts, book: Rulebook) -> NewCall:
        return NewCall(
            id=request.call_id,
            started_at=self.clock(),
            caller_as_sent=facts.caller.number_as_sent,
            name_as_sent=facts.caller.name_as_sent,
            caller=facts.caller.number,
            dialled=facts.dialled,
            source=facts.source,
            language=facts.language,
            customer_id=facts.customer.id,
            revision=book.policy.revision,
            facts=facts_to_data(facts),
            trial=request.trial,
        )


async def _flush(talk: Conversation) -> None:
    talk.journal.learn(stage=talk.course.stage, state=talk.state().to_data())
    await talk.journal.flush()


def _survey_of_queue(talk: Conversation) -> str | None:
    """The survey that a served caller is asked: what the request before has learned may be lost.

    Another process told the dialplan to ask, and the store that it wrote to is away since then.
    """
    queue = talk.course.book.policy.queues.get(talk.queue or "")
    return None if queue is None else queue.survey


def _note_queue_visit(journal: Journal, request: Request, *, served: bool) -> None:
    """Write down how a visit to a queue, or to one agent, ended."""
    told = {"status": request.status, "agent": request.agent, "hold": request.hold}
    journal.note("left-queue", **told, key=request.key or None)
    # Asterisk counts the wait in whole seconds from this moment, so the journal counts from it too.
    journal.learn(left_queue_at=journal.clock(), queued_at=request.queued_at)
    if served:
        answered = Outcome.ANSWERED
        journal.learn(outcome=answered, agent=request.agent, answered_at=request.answered_at)
