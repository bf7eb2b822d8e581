"""A past call through other rules: its caller does again what they did then."""

from dataclasses import dataclass
from functools import partial

from ivr.course import Course, WentInCirclesError
from ivr.rulebook import Rulebook
from rehearsal.driving import drive
from rehearsal.memory import End, Memory, StoppedError, reply
from rehearsal.recorded import Recorded, rules_of
from rehearsal.timeline import Arrived, AskedCallback, Circled, Turn
from routing.decisions import Decision
from routing.entrances import facts_on_arrival, route_on_arrival


@dataclass(frozen=True, slots=True)
class Replayed:
    """One past call under other rules: its way, and what would become of it.

    `decisions` are those on the way; `language` is that of the call as it came in.
    """

    turns: tuple[Turn, ...]
    decisions: tuple[Decision, ...]
    language: str
    end: End

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that decided, in order: `arrival/everyone`."""
        return rules_of(self.turns)


def replay(book: Rulebook, call: Recorded) -> Replayed:
    """Send a past call through these rules: the same caller, moment, facts and keys."""
    policy = book.policy
    facts = facts_on_arrival(
        policy,
        call_id=call.facts.call_id,
        at=call.facts.at.astimezone(policy.business.timezone),
        caller=call.facts.caller,
        dialled=call.facts.dialled,
        customer=call.facts.customer,
        variables=call.facts.variables,
    )
    start = route_on_arrival(policy, facts)
    course = Course(book, facts, pace=facts.customer.pace)
    memory = Memory(call, course, [Turn("number", call.facts.dialled, start)])
    try:
        end: End = Arrived(drive(course.follow(start), partial(reply, memory)))
    except StoppedError as stopped:
        end = stopped.end
    except WentInCirclesError:
        end = Circled()
    if memory.called_back:
        end = AskedCallback()
    return Replayed(tuple(memory.turns), tuple(memory.decisions), facts.language, end)
