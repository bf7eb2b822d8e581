"""Watching the queues over the manager link: who waits there rises, who lets it ring is told of.

One process of the service does so, the first worker. It keeps nothing that must outlive it: after
each loss of the link it asks Asterisk how the queues stand, and the store what their callers are
due.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from agi_server.ageing import Rise, Waiting, rises
from agi_server.call_state import CallState
from agi_server.clock import Clock
from agi_server.measurements import Measurements
from agi_server.records import Records
from agi_server.request import LONGEST_CALL_ID
from agi_server.ring_outs import (
    RingOut,
    is_auto_pause,
    member_of,
    name,
    paused,
    rang_out,
    read_ring_out,
)
from agi_server.visits import entered_number
from agi_server.waiting_callers import Caller, WaitingCallers, caller_of
from ami.access import Access
from ami.messages import Message, UnsendableError
from ami.reconnecting import Link
from ami.session import ActionRefusedError, Session
from crm.ports import StoreError
from crm.records import TimelineEvent
from dialplan import contract
from routing.destinations import HIGHEST_PRIORITY

ROUND_SECONDS: Final = 2.0
"""Between two looks at who is due to rise: so late a rise can be."""

LOOK_UPS_TOGETHER: Final = 8
"""Callers that are looked up beside each other: a morning's rush is no flood for the store."""

WRITE_SECONDS: Final = 5.0
"""How long the store may take for an event before the spool is asked: no caller waits for it."""

MOST_MEMBERS: Final = 10_000
"""Members of queues whose last ring is remembered."""

LIST_SECONDS: Final = 60.0
"""Between two lists of everybody who waits: so late is forgotten whom no event told of."""

LOOK_AGAIN: Final = timedelta(seconds=10)
"""Until a caller is looked up again whose last request is not in the store yet: what another
machine could not give it waits there in a spool."""

log = structlog.get_logger(__name__)


class QueueWatch:
    """Follows the queues of one Asterisk.

    Args:
        records: Where calls are kept.
        clock: Gives the moment in UTC.
        measurements: Where it is counted.
    """

    def __init__(self, records: Records, clock: Clock, measurements: Measurements) -> None:
        self._records = records
        self._clock = clock
        self._measurements = measurements
        self._callers = WaitingCallers()
        self._rings: dict[tuple[str, str], tuple[RingOut, Caller]] = {}
        """The last ring of each member that no pause has followed yet. Asterisk pauses a member
        right behind the ring that is the cause, so the last one is it."""
        self._is_told_of_rights = False

    async def serve(self, session: Session) -> None:
        """Follow the queues over a connection, until it is lost. Raises LinkError."""
        self._callers.clear()
        self._rings.clear()
        self._is_told_of_rights = False
        self._measurements.manager_up = 1
        following = asyncio.create_task(self._follow(session))
        raising = asyncio.create_task(self._raise_regularly(session))
        try:
            await asyncio.wait((following, raising), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._measurements.manager_up = 0
            following.cancel()
            raising.cancel()
            ended = await asyncio.gather(following, raising, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                raise error

    async def _follow(self, session: Session) -> None:
        """Take events as they come."""
        while True:
            event = await session.next_event()
            match event.event:
                case "QueueCallerJoin":
                    self._callers.note(event)
                case "QueueCallerLeave":
                    self._callers.leave(event)
                case "AgentRingNoAnswer":
                    await self._note_ring_out(session, event)
                case "QueueMemberPause" if is_auto_pause(event):
                    await self._note_pause(event)

    async def _raise_regularly(self, session: Session) -> None:
        listed = -math.inf
        while True:
            if asyncio.get_running_loop().time() >= listed + LIST_SECONDS:
                listed = asyncio.get_running_loop().time()
                await self._list(session)
            await self._look_up_new(session)
            await self._raise_due(session)
            await asyncio.sleep(ROUND_SECONDS)

    async def _list(self, session: Session, queue: str | None = None) -> None:
        """Have Asterisk tell who waits in a queue, or in any, and who has which priority."""
        before = self._callers.among(queue)
        entries = await _entries(session, {} if queue is None else {"Queue": queue})
        if entries is None:
            return
        self._callers.compare(before, entries)
        for entry in entries:
            caller = self._callers.get(entry)
            if caller is not None:
                self._callers.has(caller, _number(entry.get("Priority")))

    async def _look_up_new(self, session: Session) -> None:
        """Find out whose call each new caller's is."""
        new = self._callers.to_look_up(self._clock())
        for at in range(0, len(new), LOOK_UPS_TOGETHER):
            together = new[at : at + LOOK_UPS_TOGETHER]
            looked = await asyncio.gather(*(self._look_up(session, each) for each in together))
            if any(after is before for before, after in zip(together, looked, strict=True)):
                return  # the store is away: the others need not wait for that too

    async def _look_up(self, session: Session, caller: Caller) -> Caller:
        """The caller with all that there is to know; unchanged while the store is away."""
        try:
            known = await self._known(session, caller)
        except StoreError as error:
            log.debug("a waiting caller is looked up later", reason=str(error))
            return caller
        except (ActionRefusedError, UnsendableError) as error:
            self._tell_of_rights(str(error))
            known = replace(caller, is_known=True)
        self._callers.learn(caller, known)
        return known

    async def _known(self, session: Session, caller: Caller) -> Caller:
        call_id, visit, sent_to = [
            await _variable(session, caller.channel, each)
            for each in (contract.CALL, contract.VISIT, contract.QUEUE)
        ]
        if not call_id or len(call_id) > LONGEST_CALL_ID or not call_id.isprintable():
            return replace(caller, is_known=True)
        call = await self._records.call(call_id)
        later = self._clock() + LOOK_AGAIN
        if call is None:
            return replace(caller, look_at=later)
        known = replace(caller, call=call.id, visit=_visit(visit), is_known=True)
        if sent_to != caller.queue:
            return known
        state = CallState.from_data(call.state)
        if state.visit is None or state.visit.number != entered_number(known.visit):
            return replace(known, is_known=False, look_at=later)
        return replace(known, waiting=_rising(caller, state))

    async def _raise_due(self, session: Session) -> None:
        """Raise who is due, by what Asterisk says of their queues now: others may have raised."""
        due = rises(self._callers.risers(), self._clock())
        for queue in dict.fromkeys(rise.queue for rise in due):
            await self._list(session, queue)
        for rise in rises(self._callers.risers(), self._clock()) if due else ():
            await self._raise(session, rise)

    async def _raise(self, session: Session, rise: Rise) -> None:
        caller = self._callers.of(rise.caller)
        if caller is None or caller.queue != rise.queue:
            return
        try:
            await session.ask(
                "QueueChangePriorityCaller",
                # Immediate: put the caller at the new place now (Asterisk 18.20, 20.5 and later;
                # earlier ones do not know it, and count the priority for later callers alone).
                {
                    "Queue": rise.queue,
                    "Caller": caller.channel,
                    "Priority": str(rise.to),
                    "Immediate": "yes",
                },
            )
        except ActionRefusedError as error:
            # As a rule the caller has just left. One who has not is tried again in the next round.
            log.debug("a priority was not raised", call=caller.call, reason=str(error))
            return
        self._measurements.priority_rises += 1
        self._callers.has(caller, rise.to)
        log.debug("priority raised", call=caller.call, queue=name(rise.queue), to=rise.to)

    async def _note_ring_out(self, session: Session, event: Message) -> None:
        ring = read_ring_out(event, self._clock())
        caller = self._callers.get(event) or caller_of(event)
        if not caller.is_known:
            caller = await self._look_up(session, caller)
        if len(self._rings) >= MOST_MEMBERS:
            self._rings.clear()
        self._rings[ring.member] = ring, caller
        self._measurements.agents_rang_out[name(ring.queue)] += 1
        log.info(
            "an agent did not answer",
            call=caller.call,
            agent=name(ring.agent),
            queue=name(ring.queue),
            ring_seconds=ring.seconds,
        )
        if caller.call is not None:
            await self._keep(rang_out(ring, caller.call, caller.visit))

    async def _note_pause(self, event: Message) -> None:
        found = self._rings.pop(member_of(event), None)
        if found is None:
            return
        ring, caller = found
        self._measurements.agents_paused[name(ring.queue)] += 1
        log.warning(
            "an agent who did not answer is paused",
            call=caller.call,
            agent=name(ring.agent),
            queue=name(ring.queue),
            cure=f"back at work: queue unpause member {name(ring.interface)}",
        )
        if caller.call is not None:
            await self._keep(paused(ring, caller.call, caller.visit, self._clock()))

    async def _keep(self, event: TimelineEvent) -> None:
        """Write into the journal; what cannot be written is told in the log alone."""
        try:
            await self._records.keep(
                event.call_id,
                (event,),
                lambda store: store.add_to_timeline((event,)),
                None,
                WRITE_SECONDS,
            )
        except StoreError as error:
            log.error("journal not written", call=event.call_id, error=str(error), event=event.kind)

    def _tell_of_rights(self, refusal: str) -> None:
        """Say once what the administrator has to allow; of a caller who has gone, nothing."""
        if "permission" in refusal.lower() and not self._is_told_of_rights:
            self._is_told_of_rights = True
            log.warning(
                "Asterisk does not let us see whose call waits: priorities do not rise",
                reason=name(refusal),
                cure="give the user write = reporting in manager.conf, then: manager reload",
            )


async def _entries(session: Session, which: Mapping[str, str]) -> list[Message] | None:
    """Who waits in queues, as Asterisk tells it; None if it does not. Raises LinkError."""
    try:
        listed = await session.ask_list("QueueStatus", which)
    except ActionRefusedError as error:
        log.warning("queues cannot be looked at", reason=name(str(error)))
        return None
    return [each for each in listed if each.event == "QueueEntry"]


async def _variable(session: Session, channel: str, variable: str) -> str:
    """A channel variable, empty if it is not set. Raises what `Session.ask` does."""
    answer = await session.ask("Getvar", {"Channel": channel, "Variable": variable})
    return answer.get("Value")


def _rising(caller: Caller, state: CallState) -> Waiting | None:
    """What there is to rise of a caller; None for nothing."""
    priority, since = state.priority, state.first_queued_at
    if priority is None or since is None or not priority.rise:
        return None
    # What Asterisk counts is asked before anybody is raised; until then, the least that it can be.
    return Waiting(caller.id, caller.queue, priority, since, has=priority.start)


def _number(text: str) -> int:
    """A number of few digits; what is none counts as the highest, which nobody rises above."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(HIGHEST_PRIORITY))
    return int(text) if is_number else HIGHEST_PRIORITY


def _visit(text: str) -> int:
    """Which request sent the caller into the queue: as the dialplan counts them, up to hundreds."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= len("9999") else 0


@asynccontextmanager
async def watching_queues(
    access: Access | None, records: Records, clock: Clock, measurements: Measurements
) -> AsyncIterator[None]:
    """Follow the queues meanwhile, if a manager interface is named."""
    if access is None:
        yield
        return
    watch = QueueWatch(records, clock, measurements)
    task = asyncio.create_task(Link(access, watch.serve).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait((task,))
