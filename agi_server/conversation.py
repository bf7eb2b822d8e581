"""One caller on their way through menus and rules, over a telephone line.

The course of the call (`ivr.course`) says what is to be done, `agi_server.driving` does it, and
`agi_server.perform` carries out where it ends. What they share about the call is here.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from agi_server.alerts import Alerts
from agi_server.call_state import CallState, VisitState
from agi_server.cases import Cases
from agi_server.journal import Journal
from agi_server.line import Line
from crm.asking_records import OneTimeCode
from crm.records import Call, QueueVisit
from ivr.course import Course


@dataclass(slots=True)
class Conversation:
    """What is going on between the rules and one caller.

    Attributes:
        line: Speaks and listens.
        course: Where the call is on its way.
        cases: The requests of the call.
        journal: What happened.
        alerts: Who is told of bad marks.
        messages: The folder for recordings, as Asterisk sees it.
        trial: True of a call by `rahyab try`, which must leave nothing that counts.
        trial_code: The one-time code that a trial was shown, which is kept nowhere else.
        survey_wanted: The survey that the caller is to be asked, if any.
        first_queued_at: When the caller first began to wait in a queue.
        queue: The queue that the caller was in last, if any.
        agent: Who spoke with the caller, if anybody did.
        visit: The visit to a queue that goes on, as it was written down.
        blocked: The visit that Asterisk did not let come about, if this request hears of one.
        turned_away: How often a gate has turned the caller away in this request.
    """

    line: Line
    course: Course
    cases: Cases
    journal: Journal
    alerts: Alerts
    messages: str
    trial: bool = False
    trial_code: OneTimeCode | None = None
    survey_wanted: str | None = None
    first_queued_at: datetime | None = None
    queue: str | None = None
    agent: str | None = None
    visit: QueueVisit | None = None
    blocked: QueueVisit | None = None
    turned_away: int = 0

    def resume(self, call: Call) -> None:
        """Go on where an earlier request of the call has stopped."""
        state, course = CallState.from_data(call.state), self.course
        course.stage = call.stage or course.stage
        course.rule = state.rule
        course.priority = state.priority
        course.music = state.music
        variables = course.facts.variables if state.variables is None else state.variables
        course.pace = state.pace
        course.facts = replace(
            course.facts, keyed=state.keyed, variables=variables, proven=state.proven
        )
        course.surveys = state.surveys
        course.recordings = state.recordings
        if state.forgotten_recordings is not None:
            course.forgotten_recordings = state.forgotten_recordings
        self.cases.tracking = state.tracking
        self.survey_wanted = state.survey
        self.first_queued_at = state.first_queued_at
        course.has_waited = state.first_queued_at is not None
        course.preferred = state.preferred
        course.asked_for = state.asked_for
        course.told_until = state.told_until
        course.told_place = state.told_place
        self.queue = call.queue
        self.agent = call.agent
        self.visit = None if state.visit is None else state.visit.of(call.id)

    def state(self) -> CallState:
        """What the next request of the call needs to resume it."""
        return CallState(
            rule=self.course.rule,
            tracking=self.cases.tracking,
            survey=self.survey_wanted,
            priority=self.course.priority,
            music=self.course.music,
            first_queued_at=self.first_queued_at,
            keyed=self.course.facts.keyed,
            variables=self.course.facts.variables,
            pace=self.course.pace,
            proven=self.course.facts.proven,
            recordings=self.course.recordings,
            forgotten_recordings=self.course.forgotten_recordings,
            surveys=self.course.surveys,
            preferred=self.course.preferred,
            asked_for=self.course.asked_for,
            told_until=self.course.told_until,
            told_place=self.course.told_place,
            visit=None if self.visit is None else VisitState.from_visit(self.visit),
            request=self.journal.visit,
        )

    def enter_queue(self, queue: str, now: datetime) -> None:
        """The caller is sent to wait in a queue."""
        self.course.stage = f"queue {queue}"
        self.queue = queue
        self.first_queued_at = self.first_queued_at or now
        self.course.has_waited = True
        self.journal.learn(queue=queue, queued_at=now)

    def waited(self, now: datetime) -> float:
        """Seconds since the caller first began to wait in a queue."""
        return (now - (self.first_queued_at or now)).total_seconds()

    def priority(self, now: datetime) -> int:
        """The caller's place among others, as Asterisk takes it: 0 unless a route has set one."""
        priority = self.course.priority
        return 0 if priority is None else priority.after(self.waited(now))

    def now(self) -> datetime:
        """The moment, for records; the rules see `facts.at`."""
        return self.journal.clock()
