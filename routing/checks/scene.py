"""What the checks look at, and how they tell what they found."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from pydantic import ValidationError

from routing.callback_model import CallbacksShape
from routing.checks.plain import mapping, sequence
from routing.checks.ways import Way, ways_in
from routing.dialogue_model import EntryShape, MenuShape
from routing.documents import Document
from routing.model import FileShape, HoursShape, RuleShape
from routing.names import Names
from routing.problems import Path, Problem
from routing.queue_model import AgentShape, QueueShape
from routing.shape import Shape
from routing.survey_model import SurveyShape
from routing.when_model import AssumedShape

S = TypeVar("S", bound=Shape)


@dataclass(frozen=True)
class Scene:
    """The rules, as far as they could be made out.

    Attributes:
        document: The plain data, with the place of each part.
        names: What the data define.
        builtin: The built-in prompts: id, then language, then text.
        whole: The model of the file; None if anything in it is malformed. What follows from the
            absence of something (nothing leads to this menu) is true only of a whole file.
        year: In which the rules are to be used; None if nobody says.
    """

    document: Document
    names: Names
    builtin: Mapping[str, Mapping[str, str]]
    whole: FileShape | None
    year: int | None = None

    @property
    def data(self) -> Mapping[str, object]:
        """The sections, as plain data."""
        return self.document.data

    @property
    def languages(self) -> tuple[str, ...]:
        """Those of the business; none if they could not be read."""
        return self.names.of.get("language", ())

    @cached_property
    def ways(self) -> tuple[Way, ...]:
        """Every way that a call can take, as far as they can be made out."""
        return ways_in(self.data)

    @cached_property
    def hours(self) -> Mapping[str, HoursShape | None]:
        """The opening hours; None for an entry that is malformed, which is told elsewhere."""
        return self._entries("hours", HoursShape)

    @cached_property
    def agents(self) -> Mapping[str, AgentShape | None]:
        """The agents, in the same way."""
        return self._entries("agents", AgentShape)

    @cached_property
    def queues(self) -> Mapping[str, QueueShape | None]:
        """The queues, in the same way."""
        return self._entries("queues", QueueShape)

    @cached_property
    def menus(self) -> Mapping[str, MenuShape | None]:
        """The menus, in the same way."""
        return self._entries("menus", MenuShape)

    @cached_property
    def entries(self) -> Mapping[str, EntryShape | None]:
        """What callers key in, in the same way."""
        return self._entries("entries", EntryShape)

    @cached_property
    def surveys(self) -> Mapping[str, SurveyShape | None]:
        """The surveys, in the same way."""
        return self._entries("surveys", SurveyShape)

    @cached_property
    def rules(self) -> Mapping[str, tuple[RuleShape | None, ...]]:
        """The rules of each list, in the same way."""
        if self.whole is not None:
            return {id_: tuple(rules) for id_, rules in self.whole.rules.items()}
        lists = mapping(self.data.get("rules"))
        return {
            id_: tuple(self._entry(rule, RuleShape) for rule in sequence(rules))
            for id_, rules in lists.items()
        }

    @property
    def callbacks(self) -> CallbacksShape | None:
        """How callers are called back; None if the file does not say, or not in order."""
        if self.whole is not None:
            return self.whole.callbacks
        return self._entry(self.data.get("callbacks"), CallbacksShape)

    @property
    def assumed(self) -> AssumedShape | None:
        """What is taken for facts that could not be fetched."""
        if self.whole is not None:
            return self.whole.unavailable
        return self._entry(self.data.get("unavailable"), AssumedShape)

    def _entries(self, section: str, kind: type[S]) -> Mapping[str, S | None]:
        if self.whole is not None:
            entries: Mapping[str, S] = getattr(self.whole, section)
            return entries
        return {
            id_: self._entry(entry, kind) for id_, entry in mapping(self.data.get(section)).items()
        }

    def _entry(self, entry: object, kind: type[S]) -> S | None:
        try:
            return kind.model_validate(entry, context=self.names)
        except ValidationError:
            return None

    def at(self, path: Path, code: str, message: str, hint: str, *, key: bool = False) -> Problem:
        """A problem with the value at `path`, or with its key."""
        return self.document.problem(path, code, message, hint, key=key)

    def line(self, path: Path) -> int:
        """The line in which the value at `path` begins."""
        return self.document.at_value(path).line


def listed(words: list[str]) -> str:
    """Words in quotes, as a sentence names them.

    >>> listed(["a", "b", "c"])
    '"a", "b" and "c"'
    """
    quoted = [f'"{word}"' for word in words]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
