"""Where a rehearsed call stands: what its effects are answered from, and written down in."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from ivr.course import Course
from rehearsal.account import Event, Step
from rehearsal.caller import ScriptedCaller
from routing.call_tests import ScriptedCall
from routing.moments import later

E = TypeVar("E")


@dataclass(slots=True)
class Scene:
    """A call on its way, and what has become of it so far.

    Attributes:
        call: The call as it is given.
        caller: Who calls.
        course: Where the call is.
        steps: What has happened.
        clock: Seconds since the call began.
    """

    call: ScriptedCall
    caller: ScriptedCaller
    course: Course
    steps: list[Step] = field(default_factory=list)
    clock: float = 0.0

    def note(self, event: Event) -> None:
        """Write down what happens now."""
        self.steps.append(Step(self.clock, event))

    def events(self, kind: type[E]) -> list[E]:
        """What has happened of one kind, in order."""
        return [step.event for step in self.steps if isinstance(step.event, kind)]

    def now(self) -> datetime:
        """The moment."""
        return later(self.call.at, self.clock)
