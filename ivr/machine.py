"""The dialogue machine: one question, asked until it is answered, given up, or a person is wanted.

Everything that callers are asked is asked by it: menus, values, look-ups, callbacks, surveys. It is
pure, as all of a course is: what it asks for it yields (`ivr.effects`), what came of it it is sent.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from ivr.effects import Collect, Keyed, NoInput, Say, Steps, expect
from ivr.keys import AGAIN, PERSON, Input

MOST_REPEATS: Final = 5
"""How often a caller may have one question repeated: more is somebody who plays, or a fault on the
line, and counts as a wrong key."""

NOT_A_CHOICE: Final = ("not-a-choice",)
NOTHING_PRESSED: Final = ("nothing-pressed",)


@dataclass(frozen=True, slots=True)
class Valid:
    """The keys are an answer, and mean this."""

    value: str


@dataclass(frozen=True, slots=True)
class Invalid:
    """The keys are no answer to this question: say so."""

    say: tuple[str, ...] = NOT_A_CHOICE


@dataclass(frozen=True, slots=True)
class Impossible:
    """No answer can be taken now, whatever is keyed: say so, and do not ask again."""

    say: tuple[str, ...]


Verdict: TypeAlias = Valid | Invalid | Impossible

Accept: TypeAlias = Callable[[str], Verdict]
"""Judges what a caller keyed; the ending `#` is not part of it."""

Check: TypeAlias = Callable[[str], Steps[Verdict]]
"""Judges a well-formed value by asking the world."""


@dataclass(frozen=True, slots=True)
class Again:
    """How often a question is asked again, and what is said before that."""

    repeat: int
    say: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask.

    It is asked at most `rounds` times, whatever mixture of silence and wrong keys it gets; on top
    of that come at most `MOST_REPEATS` that the caller wishes. `wrong` says nothing of its own: the
    verdict does.
    """

    id: str
    say: tuple[str, ...]
    input: Input
    accept: Accept
    silence: Again
    wrong: Again
    rounds: int


@dataclass(frozen=True, slots=True)
class Given:
    """The caller has answered."""

    value: str


@dataclass(frozen=True, slots=True)
class WantsPerson:
    """The caller wants to speak with a person."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is no answer, and why."""

    why: Literal["silence", "wrong key", "unavailable"]


Outcome: TypeAlias = Given | WantsPerson | Nothing
"""What a question has come to."""


@dataclass(slots=True)
class _Asking:
    """A question that is being asked: how often it got nothing, something wrong, or a repeat."""

    question: Question
    first_words: tuple[str, ...] = ()
    silences: int = 0
    wrongs: int = 0
    repeats: int = 0

    def next_round(self, dialogue: str) -> Collect:
        """What to ask now. Only the first time do keys count that came before it."""
        question, asked = self.question, self.silences + self.wrongs + self.repeats
        wanted = question.input if not asked else replace(question.input, early_keys=False)
        return Collect(dialogue, question.id, (*self.first_words, *question.say), wanted)

    def silence(self) -> bool:
        """Nothing was pressed; whether to ask again."""
        again = self.question.silence
        if self._is_over(self.silences, again):
            return False
        self.silences, self.first_words = self.silences + 1, again.say
        return True

    def wrong(self, say: tuple[str, ...]) -> bool:
        """Something wrong was keyed; whether to ask again."""
        if self._is_over(self.wrongs, self.question.wrong):
            return False
        self.wrongs, self.first_words = self.wrongs + 1, say
        return True

    def repeat(self) -> bool:
        """The caller wants to hear it again; whether that is still done."""
        if self.repeats >= MOST_REPEATS:
            return False
        self.repeats, self.first_words = self.repeats + 1, ()
        return True

    def _is_over(self, count: int, again: Again) -> bool:
        return count >= again.repeat or self.silences + self.wrongs + 1 >= self.question.rounds


def ask(dialogue: str, question: Question, check: Check | None = None) -> Steps[Outcome]:
    """Ask a question.

    Args:
        dialogue: What asks it, for the journal.
        question: The question.
        check: Judges what `question.accept` finds well formed.
    """
    asking = _Asking(question)
    while True:
        event = yield asking.next_round(dialogue)
        if isinstance(event, NoInput):
            if asking.silence():
                continue
            return Nothing("silence")
        digits = expect(event, Keyed).digits
        verdict = question.accept(digits)
        if isinstance(verdict, Valid) and check is not None:
            verdict = yield from check(verdict.value)
        elif isinstance(verdict, Invalid) and digits == PERSON:
            return WantsPerson()
        elif isinstance(verdict, Invalid) and digits == AGAIN and asking.repeat():
            continue
        if isinstance(verdict, Valid):
            return Given(verdict.value)
        if isinstance(verdict, Invalid) and asking.wrong(verdict.say):
            continue
        if verdict.say:
            yield Say(verdict.say)
        return Nothing("unavailable" if isinstance(verdict, Impossible) else "wrong key")


def choices(*answers: str) -> Accept:
    """Accepts exactly these keys."""

    def accept(digits: str) -> Verdict:
        return Valid(digits) if digits in answers else Invalid()

    return accept
