"""Drives parts of a course by hand: a script of keys, and a world that answers as it is told."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from stdnum import damm

from ivr.course import Course
from ivr.effects import (
    BeginSurvey,
    CheckCode,
    CheckPin,
    Collect,
    Effect,
    FindCase,
    KeepRecording,
    Keyed,
    LookAtQueues,
    MayAsk,
    NoInput,
    OpenCase,
    PutDown,
    PutDownCallback,
    Record,
    Reply,
    Say,
    SendCode,
    SendText,
    Taped,
)
from ivr.rulebook import Rulebook
from routing.facts import Facts
from routing.rules import Policy
from tests.sample import FACTS, POLICY

T = TypeVar("T")
E = TypeVar("E", bound=Effect)

TRACKING: Final = "12345678" + damm.calc_check_digit("12345678")
SILENCE: Final = ""
"""In a script of keys: nothing is pressed."""

USUAL: Final[Mapping[type[Effect], Reply]] = {
    Record: Taped(12.0),
    KeepRecording: True,
    FindCase: None,
    CheckPin: False,
    SendCode: True,
    CheckCode: False,
    SendText: True,
    PutDownCallback: PutDown(),
    OpenCase: TRACKING,
    LookAtQueues: {},
    BeginSurvey: MayAsk.YES,
}
"""What comes of effects where a test says nothing else."""


@dataclass
class Driver:
    """Answers a course by script, and remembers what it asked for.

    Attributes:
        keys: What is pressed, question by question; silence when there is nothing left.
        world: What comes of effects, in turn; the last of it again and again.
    """

    keys: Sequence[str] = ()
    world: Mapping[type[Effect], Sequence[Reply]] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)

    def drive(self, going: Generator[Effect, Reply, T]) -> T:
        """Do what is asked for, to the end."""
        reply: Reply = None
        while True:
            try:
                effect = going.send(reply)
            except StopIteration as end:
                result: T = end.value
                return result
            self.effects.append(effect)
            reply = self._reply(effect)

    def asked(self, kind: type[E]) -> list[E]:
        """The effects of one kind, in order."""
        return [effect for effect in self.effects if isinstance(effect, kind)]

    @property
    def said(self) -> list[str]:
        """Every prompt that was said, in order."""
        told = (each.prompts for each in self.effects if isinstance(each, Say | Collect))
        return [prompt for prompts in told for prompt in prompts]

    @property
    def questions(self) -> list[str]:
        """The ids of the questions that were asked, in order."""
        return [each.question for each in self.asked(Collect)]

    def _reply(self, effect: Effect) -> Reply:
        kind = type(effect)
        turn = len(self.asked(kind)) - 1
        if kind is Collect:
            keys = self.keys[turn] if turn < len(self.keys) else SILENCE
            return Keyed(keys) if keys else NoInput()
        told = self.world.get(kind)
        return told[min(turn, len(told) - 1)] if told else USUAL.get(kind)


def course(policy: Policy = POLICY, facts: Facts = FACTS) -> Course:
    """A call that has just come in."""
    return Course(Rulebook.of(policy), facts)


def call_from(number: str | None, facts: Facts = FACTS) -> Facts:
    """A call that shows this number."""
    return replace(facts, caller=replace(facts.caller, number=number))
