"""`rahyab answers report`: who was asked, who answered, and what, of each survey."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Final, TypeAlias

from crm.records import Answer
from reports.figures import LEAST, Figures, box_of, figures
from reports.grouping import TOTAL, Dimension, Group, group_of_calls, grouper, in_order
from reports.question_forms import Asked, QuestionForm
from reports.responses import Response, Standing

Forms: TypeAlias = Callable[[str, str, str], Asked]
"""How a question was put, by revision of the rules, survey and question."""

_BEGUN: Final = (Standing.COMPLETE, Standing.PARTIAL, Standing.SILENT, Standing.DECLINED)
_NOTED: Final = (*_BEGUN, Standing.RECENTLY, Standing.FORBIDDEN)


@dataclass(frozen=True, slots=True)
class Served:
    """How many calls an agent answered in a queue on a day, by the business's clock."""

    queue: str | None
    agent: str | None
    day: date
    calls: int


@dataclass(frozen=True, slots=True)
class Reach:
    """Who of a group could be asked at all, and who answered.

    Attributes:
        group: Which.
        served: Calls that an agent answered in a queue with this survey; None where that is not
            known by group.
        counts: Surveys by how they are counted.
        after_served: The same, of those alone that followed upon a served call.
    """

    group: Group
    served: int | None
    counts: Mapping[Standing, int]
    after_served: Mapping[Standing, int]

    @property
    def asked(self) -> int:
        """Surveys that were begun, if only by asking for consent."""
        return sum(self.counts[standing] for standing in _BEGUN)

    @property
    def asked_after_served(self) -> int:
        """Of these, how many were asked of callers whom an agent had served."""
        return sum(self.after_served[standing] for standing in _BEGUN)

    @property
    def answered(self) -> int:
        """Those with at least one answer."""
        return self.counts[Standing.COMPLETE] + self.counts[Standing.PARTIAL]

    @property
    def response_rate(self) -> float | None:
        """The part of the asked with at least one answer; None where too few were asked."""
        return _rate(self.answered, self.asked)

    @property
    def completion_rate(self) -> float | None:
        """The part of the asked who answered all; None where too few were asked."""
        return _rate(self.counts[Standing.COMPLETE], self.asked)

    @property
    def asked_rate(self) -> float | None:
        """The part of the served calls that were asked; None where too few or unknown."""
        return None if self.served is None else _rate(self.asked_after_served, self.served)

    @property
    def never_reached(self) -> int | None:
        """Served calls that never came to the survey; None where the served are not known."""
        if self.served is None:
            return None
        # A call counts when it began and a survey when it was begun: at midnight there may be more.
        return max(0, self.served - sum(self.after_served[standing] for standing in _NOTED))


@dataclass(frozen=True, slots=True)
class QuestionReport:
    """The answers to one question that was put in one form.

    Attributes:
        question: Its id.
        form: How it was put.
        first: When the first of them was given.
        last: When the last was.
        wordings: In how many wordings it was put.
        box: How many marks the top box has; 0: it is no scale.
        total: The figures of everybody.
        groups: Those of each group; empty where all are told together.
    """

    question: str
    form: QuestionForm
    first: datetime
    last: datetime
    wordings: int
    box: int
    total: Figures
    groups: tuple[tuple[Group, Figures], ...]


@dataclass(frozen=True, slots=True)
class SurveyReport:
    """One survey: who was asked, and what they answered.

    Attributes:
        survey: Its id.
        queues: The queues whose served calls could come to it.
        total: The reach among everybody.
        groups: That of each group; empty where all are told together.
        questions: Each question in each form, in the order in which they were first answered.
    """

    survey: str
    queues: tuple[str, ...]
    total: Reach
    groups: tuple[Reach, ...]
    questions: tuple[QuestionReport, ...]


@dataclass(slots=True)
class _Reached:
    """Counts of one group while they grow."""

    counts: Counter[Standing] = field(default_factory=Counter)
    after_served: Counter[Standing] = field(default_factory=Counter)


@dataclass(slots=True)
class _Given:
    """Answers to one question in one form while they come."""

    first: datetime
    last: datetime
    wordings: set[tuple[tuple[str, str], ...]] = field(default_factory=set)
    counts: dict[Group, Counter[str]] = field(default_factory=dict)


@dataclass(slots=True)
class _Survey:
    """One survey while its responses come."""

    queues: set[str] = field(default_factory=set)
    reached: dict[Group, _Reached] = field(default_factory=dict)
    given: dict[tuple[str, QuestionForm], _Given] = field(default_factory=dict)


class SurveyTally:
    """Counts responses; memory grows with the groups and questions, not with the responses.

    Args:
        forms: Tells how a question was put.
        dimensions: By what responses are told apart.
        zone: Of the days; None: the machine's.
        question: The only one whose answers are counted; None: all.
    """

    def __init__(
        self,
        forms: Forms,
        dimensions: Sequence[Dimension] = (),
        zone: tzinfo | None = None,
        question: str | None = None,
    ) -> None:
        self._forms = forms
        self._dimensions = dimensions
        self._group_of = grouper(dimensions, zone)
        self._question = question
        self._asked: dict[tuple[str, str, str], Asked] = {}
        self._surveys: dict[str, _Survey] = {}

    def add(self, response: Response) -> None:
        """Count one more."""
        survey = self._surveys.get(response.survey)
        if survey is None:
            survey = self._surveys[response.survey] = _Survey()
        group = self._group_of(response)
        _count_reach(survey, group, response)
        for answer in response.answers:
            if self._question in {None, answer.question}:
                self._count_answer(survey, group, answer)

    def reports(
        self,
        served: Iterable[Served],
        queues: Mapping[str, Collection[str]],
        top_box: int | None = None,
    ) -> tuple[SurveyReport, ...]:
        """What was counted, by survey, in the order of their names.

        Args:
            served: The calls that agents answered in the same time.
            queues: The queues that the rules now give each survey to; one without responses is
                told nonetheless. Queues from which a survey came are added.
            top_box: How many marks the top box has; None: as `figures.box_of` says.
        """
        calls = list(served)
        return tuple(
            self._report(name, calls, queues.get(name, ()), top_box)
            for name in sorted(self._surveys.keys() | queues.keys())
        )

    def _count_answer(self, survey: _Survey, group: Group, answer: Answer) -> None:
        key = (answer.revision, answer.survey, answer.question)
        asked = self._asked.get(key)
        if asked is None:
            asked = self._asked[key] = self._forms(*key)
        form = asked.form
        given = survey.given.get((answer.question, form))
        if given is None:
            given = _Given(answer.given_at, answer.given_at)
            survey.given[answer.question, form] = given
        given.first = min(given.first, answer.given_at)
        given.last = max(given.last, answer.given_at)
        given.wordings.add(asked.wording)
        counts = given.counts.get(group)
        if counts is None:
            counts = given.counts[group] = Counter()
        # What the form does not know may be anything: counted as one, it cannot fill the memory.
        counts[answer.value if answer.value in form.values else ""] += 1

    def _report(
        self, name: str, served: Iterable[Served], queues: Collection[str], top_box: int | None
    ) -> SurveyReport:
        survey = self._surveys.get(name, _Survey())
        from_queues = survey.queues.union(queues)
        calls = self._served_by_group(each for each in served if each.queue in from_queues)
        total = _reach(TOTAL, _sum_reached(survey.reached.values()), calls[TOTAL])
        return SurveyReport(
            name,
            tuple(sorted(from_queues)),
            total,
            self._reaches(survey.reached, calls),
            tuple(
                self._question_report(question, form, given, top_box)
                for (question, form), given in survey.given.items()
            ),
        )

    def _served_by_group(self, served: Iterable[Served]) -> Counter[Group]:
        calls: Counter[Group] = Counter()
        for each in served:
            calls[TOTAL] += each.calls
            group = group_of_calls(
                self._dimensions, agent=each.agent, queue=each.queue, day=each.day
            )
            if group:
                calls[group] += each.calls
        return calls

    def _reaches(
        self, reached: Mapping[Group, _Reached], calls: Counter[Group]
    ) -> tuple[Reach, ...]:
        if not self._dimensions:
            return ()
        is_known = Dimension.LANGUAGE not in self._dimensions
        groups = sorted((reached.keys() | calls.keys()) - {TOTAL}, key=in_order)
        return tuple(
            _reach(group, reached.get(group, _Reached()), calls[group] if is_known else None)
            for group in groups
        )

    def _question_report(
        self, question: str, form: QuestionForm, given: _Given, top_box: int | None
    ) -> QuestionReport:
        box = box_of(form, top_box)
        together: Counter[str] = Counter()
        for counts in given.counts.values():
            together.update(counts)
        groups = sorted(given.counts, key=in_order) if self._dimensions else ()
        return QuestionReport(
            question,
            form,
            given.first,
            given.last,
            len(given.wordings),
            box,
            figures(form, together, box),
            tuple((group, figures(form, given.counts[group], box)) for group in groups),
        )


def _count_reach(survey: _Survey, group: Group, response: Response) -> None:
    reached = survey.reached.get(group)
    if reached is None:
        reached = survey.reached[group] = _Reached()
    reached.counts[response.standing] += 1
    # A survey may also be asked of who never spoke with anybody: by a rule, or after a menu.
    if response.queue is not None and response.agent is not None:
        survey.queues.add(response.queue)
        reached.after_served[response.standing] += 1


def _sum_reached(each: Iterable[_Reached]) -> _Reached:
    total = _Reached()
    for one in each:
        total.counts.update(one.counts)
        total.after_served.update(one.after_served)
    return total


def _reach(group: Group, reached: _Reached, served: int | None) -> Reach:
    return Reach(
        group,
        served,
        {standing: reached.counts[standing] for standing in Standing},
        {standing: reached.after_served[standing] for standing in Standing},
    )


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole >= LEAST else None
