"""What every store must tell of surveys: of whom they were asked, and what there is to report."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import permutations
from typing import TypeAlias

import pytest

from crm.asking_records import AskedSurvey, ServedCalls, SurveyOutcome
from crm.ports import Store, UnknownRecordError
from crm.records import Answer, CallChange, Case, Customer, NewCall, Outcome

Put: TypeAlias = Callable[..., tuple[int, ...]]

AT = datetime(2026, 3, 21, 8, 30, 0, 123456, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TEHRAN = timezone(timedelta(hours=3, minutes=30))
NUMBER = "+989121234567"
ASKED = AskedSurvey(
    "call-1", "satisfaction", AT, SurveyOutcome.ASKED, NUMBER, None, "ali", "support", None, "r1",
    "fa",
)  # fmt: skip
COMPLETE = replace(ASKED, outcome=SurveyOutcome.COMPLETE)


def asked(store: Store, since: datetime = AT, until: datetime = AT + DAY) -> list[AskedSurvey]:
    """What became of surveys in a time."""
    return list(store.surveys_asked(since=since, until=until))


def test_a_survey_comes_back_as_noted(
    store: Store, call: NewCall, case: Case, sara: Customer, put: Put
) -> None:
    """In the time, in the story of its call and in the customer's file."""
    (sara_id,) = put(sara)
    store.begin_call(call)
    store.open_case(case, join=False)
    noted = replace(ASKED, customer_id=sara_id, tracking=case.tracking, queue="نام \x00\udcff")
    store.note_survey(replace(noted, at=AT.astimezone(TEHRAN)))
    assert asked(store) == [noted]
    story = store.call_story("call-1")
    assert story is not None
    assert story.surveys == store.customer_file(sara_id).surveys == (noted,)
    assert noted.at.utcoffset() == timedelta(0)


@pytest.mark.parametrize("end", [SurveyOutcome.DECLINED, SurveyOutcome.COMPLETE])
def test_the_end_takes_the_place_of_the_beginning(
    store: Store, call: NewCall, end: SurveyOutcome
) -> None:
    """In any order, however often; when it was begun stays."""
    for number, order in enumerate(permutations((SurveyOutcome.ASKED, end))):
        store.begin_call(replace(call, id=f"call-{number}"))
        for outcome in (*order, *order):
            store.note_survey(replace(ASKED, call_id=f"call-{number}", outcome=outcome))
    assert [each.outcome for each in asked(store)] == [end, end]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (SurveyOutcome.DECLINED, SurveyOutcome.COMPLETE),
        (SurveyOutcome.COMPLETE, SurveyOutcome.DECLINED),
        (SurveyOutcome.RECENTLY, SurveyOutcome.COMPLETE),
        (SurveyOutcome.FORBIDDEN, SurveyOutcome.ASKED),
        (SurveyOutcome.ASKED, SurveyOutcome.RECENTLY),
    ],
)
def test_otherwise_the_first_word_counts(
    store: Store, call: NewCall, first: SurveyOutcome, second: SurveyOutcome
) -> None:
    """A repeated request changes nothing."""
    store.begin_call(call)
    store.note_survey(replace(ASKED, outcome=first))
    store.note_survey(replace(ASKED, outcome=second, agent="sara", at=AT + HOUR))
    assert asked(store) == [replace(ASKED, outcome=first)]


def test_unknown_calls_customers_and_cases_are_told(store: Store, call: NewCall) -> None:
    """And nothing is kept."""
    with pytest.raises(UnknownRecordError, match="call-1"):
        store.note_survey(ASKED)
    store.begin_call(call)
    with pytest.raises(UnknownRecordError, match="77"):
        store.note_survey(replace(ASKED, customer_id=77))
    with pytest.raises(UnknownRecordError, match="123456789"):
        store.note_survey(replace(ASKED, tracking="123456789"))
    assert asked(store) == []


def last(
    store: Store, number: str | None, customer_id: int | None = None, hours: float = 48
) -> datetime | None:
    """When the survey was last asked before some hours after `AT`."""
    before = (AT + hours * HOUR).astimezone(TEHRAN)
    return store.last_asked("satisfaction", number=number, customer_id=customer_id, before=before)


def test_who_was_asked_is_known_by_number_and_by_name(
    store: Store, call: NewCall, sara: Customer, put: Put
) -> None:
    """Whichever was later; another survey, another number and nobody are others."""
    (sara_id,) = put(sara)
    for hours, number, customer_id in ((0, NUMBER, None), (1, "+371", sara_id), (2, None, None)):
        call_id = f"call-{hours}"
        store.begin_call(replace(call, id=call_id))
        at = AT + hours * HOUR
        noted = replace(COMPLETE, call_id=call_id, at=at, number=number, customer_id=customer_id)
        store.note_survey(noted)
        store.note_survey(replace(noted, survey="other", at=at + 9 * HOUR))
    assert last(store, NUMBER) == AT
    assert last(store, NUMBER, sara_id) == AT + HOUR
    assert last(store, None, sara_id, hours=1) is None
    assert last(store, NUMBER, sara_id, hours=1) == AT
    assert last(store, None) is None
    assert last(store, "+98") is None


@pytest.mark.parametrize("outcome", SurveyOutcome)
def test_only_what_was_begun_counts_as_asked(
    store: Store, call: NewCall, outcome: SurveyOutcome
) -> None:
    """Else nobody who was passed over would ever be asked again."""
    store.begin_call(call)
    store.note_survey(replace(ASKED, outcome=outcome))
    was_begun = outcome not in {SurveyOutcome.RECENTLY, SurveyOutcome.FORBIDDEN}
    assert last(store, NUMBER) == (AT if was_begun else None)


def test_trials_are_asked_without_trace(store: Store, call: NewCall) -> None:
    """In no report, and the next real call is asked."""
    store.begin_call(replace(call, trial=True))
    store.note_survey(COMPLETE)
    store.keep_answer(Answer("call-1", "s", "q", "10", AT, None, None, None, "r1"))
    assert last(store, NUMBER) is None
    assert asked(store) == []
    assert list(store.answers_between(since=AT, until=AT + DAY)) == []


def test_a_time_has_its_beginning_and_not_its_end(store: Store, call: NewCall) -> None:
    """The oldest first, those of one moment by call and survey; one survey alone if wanted."""
    for name, hours in (("c", 0), ("b", 1), ("a", 1), ("d", 2)):
        store.begin_call(replace(call, id=name))
        for survey in ("y", "x"):
            at = AT + hours * HOUR
            store.note_survey(replace(ASKED, call_id=name, survey=survey, at=at))
            store.keep_answer(Answer(name, survey, "q", "1", at, None, None, None, "r1"))
    since, until = AT.astimezone(TEHRAN), AT + 2 * HOUR
    wanted = [(name, survey) for name in "cab" for survey in "xy"]
    found = asked(store, since, until)
    assert [(each.call_id, each.survey) for each in found] == wanted
    answers = store.answers_between(since=since, until=until)
    assert [(each.call_id, each.survey) for each in answers] == wanted
    alone = store.surveys_asked(since=since, until=until, survey="x")
    assert [each.call_id for each in alone] == ["c", "a", "b"]
    given = store.answers_between(since=since, until=until, survey="y")
    assert [each.call_id for each in given] == ["c", "a", "b"]
    assert asked(store, AT + timedelta(microseconds=1), AT + HOUR) == []


def test_more_than_is_read_in_one_go_comes_whole(store: Store, call: NewCall) -> None:
    """Each once, also where many are of one moment."""
    with store.transaction():
        for number in range(260):
            call_id = f"call-{number:03}"
            store.begin_call(replace(call, id=call_id))
            at = AT + number // 100 * HOUR
            for survey in ("a", "b", "c", "d"):
                store.note_survey(replace(ASKED, call_id=call_id, survey=survey, at=at))
                answer = Answer(call_id, survey, "q", "1", at, None, None, None, "r1")
                store.keep_answer(answer)
    found = [(each.at, each.call_id, each.survey) for each in asked(store)]
    assert len(set(found)) == 1040
    assert found == sorted(found)
    given = [
        (each.given_at, each.call_id, each.survey)
        for each in store.answers_between(since=AT, until=AT + DAY)
    ]
    assert given == found


def serve(  # noqa: PLR0913, PLR0917  a call's own fields
    store: Store, call: NewCall, name: str, minutes: int, queue: str | None, agent: str | None
) -> None:
    """A call that begins some minutes after `AT` and is answered soon."""
    at = AT + timedelta(minutes=minutes)
    store.begin_call(replace(call, id=name, started_at=at))
    answered_at = at + timedelta(minutes=1)
    store.change_call(name, CallChange(1, queue=queue, agent=agent, answered_at=answered_at))


def test_served_calls_are_counted_by_queue_agent_and_hour(store: Store, call: NewCall) -> None:
    """In UTC, the hour in which they began; the end of the time is not in it."""
    for number, (minutes, queue, agent) in enumerate(
        [
            (0, "support", "ali"),
            (29, "support", "ali"),
            (30, "support", "ali"),
            (29, "sales", None),
            (29, None, "ali"),
            (-1, "support", "ali"),
            (90, "support", "ali"),
        ]
    ):
        serve(store, call, f"call-{number}", minutes, queue, agent)
    until = (AT + 90 * timedelta(minutes=1)).astimezone(TEHRAN)
    hour = AT.replace(minute=0, second=0, microsecond=0)
    found = store.served_calls(since=AT.astimezone(TEHRAN), until=until)
    assert list(found) == [
        ServedCalls(None, "ali", hour, 1),
        ServedCalls("sales", None, hour, 1),
        ServedCalls("support", "ali", hour, 2),
        ServedCalls("support", "ali", hour + HOUR, 1),
    ]
    assert all(each.hour.utcoffset() == timedelta(0) for each in found)


def test_nobody_was_served_in_a_trial_or_where_nobody_answered(store: Store, call: NewCall) -> None:
    """Nor in a call that is not ended yet; whose answer has no time was served."""
    serve(store, replace(call, trial=True), "trial", 0, "support", "ali")
    store.begin_call(replace(call, id="left"))
    store.change_call("left", CallChange(1, queue="support", outcome=Outcome.ABANDONED))
    assert store.served_calls(since=AT, until=AT + DAY) == []
    store.change_call("left", CallChange(2, outcome=Outcome.ANSWERED))
    assert [each.calls for each in store.served_calls(since=AT, until=AT + DAY)] == [1]
