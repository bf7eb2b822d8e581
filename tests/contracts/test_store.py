"""What every store must do, whatever it keeps its records in."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from crm.ports import (
    MOST_MATCHES,
    ImportCounts,
    Store,
    StoreError,
    UnknownRecordError,
)
from crm.records import (
    OPEN_STATES,
    Answer,
    CallChange,
    Case,
    CaseState,
    ContractRecord,
    Customer,
    NewCall,
    Outcome,
    Recording,
    TimelineEvent,
)

AT = datetime(2026, 3, 21, 8, 30, 0, 123456, tzinfo=UTC)
CONTRACT = ContractRecord("gold", date(2025, 1, 1), date(2030, 12, 31), 14)
SARA = Customer(
    name="سارا احمدی",
    reference="C-1",
    language="fa",
    segment="gold",
    numbers=("+989121234567", "+982188880000"),
    contracts=(CONTRACT,),
)
JANIS = Customer(name="Jānis Bērziņš", reference="C-2", language="en", numbers=("+37120000001",))

HOSTILE = [
    "plain",
    "",
    'a "quoted" ${CHANNEL} \\n',
    "نام فارسی",
    "stray byte \udcff",
    "two stray bytes that make one letter \udcc3\udca9",
    "half a pair \ud83d",
    "NUL \x00 and what follows",
    "0912",
    "x" * 300,
]


def new_call(call_id: str = "call-1", **given: object) -> NewCall:
    call = NewCall(
        id=call_id,
        started_at=AT,
        caller_as_sent="09121234567",
        name_as_sent="Sara",
        caller="+989121234567",
        dialled="+982191000000",
        source="website",
        language="fa",
        customer_id=None,
        revision="r1",
        facts={"customer": {"status": "known"}, "keys": ["1"]},
    )
    return replace(call, **given)


def a_case(tracking: str = "123456789", call_id: str = "call-1", **given: object) -> Case:
    case = Case(tracking, CaseState.NEW, "support", AT, None, call_id)
    return replace(case, **given)


def an_event(sequence: int = 1, **given: object) -> TimelineEvent:
    event = TimelineEvent("call-1", 1, sequence, AT, "played", {"prompt": "welcome"})
    return replace(event, **given)


def an_answer(**given: object) -> Answer:
    answer = Answer("call-1", "satisfaction", "mark", "10", AT, "ali", "support", None, "r1")
    return replace(answer, **given)


def a_recording(**given: object) -> Recording:
    recording = Recording("call-1", "main", "/var/spool/m1.wav", 12.5, AT, None)
    return replace(recording, **given)


def no_draw() -> str:
    raise AssertionError("a free number was offered, none must be drawn")


def put(store: Store, *customers: Customer) -> tuple[int, ...]:
    store.put_customers(customers)
    ids = (store.find_customer(customer.reference or "") for customer in customers)
    return tuple(customer.id or 0 for customer in ids if customer is not None)


class TestCustomers:
    def test_a_customer_comes_back_as_given(self, store: Store):
        (sara,) = put(store, SARA)
        assert store.customer(sara) == replace(SARA, id=sara)
        assert store.find_customer("C-1") == replace(SARA, id=sara)

    def test_counts_say_what_was_done(self, store: Store):
        assert store.put_customers([SARA, JANIS]) == ImportCounts(2, 0, 0)
        assert store.put_customers([SARA, JANIS]) == ImportCounts(0, 0, 2)
        assert store.put_customers([replace(SARA, segment="silver"), JANIS]) == ImportCounts(
            0, 1, 1
        )

    @pytest.mark.parametrize(
        "change",
        [
            {"name": "Sara"},
            {"language": None},
            {"segment": None},
            {"numbers": ("+982188880000",)},
            {"numbers": ("+982188880000", "+989121234567")},
            {"contracts": ()},
            {"contracts": (CONTRACT, replace(CONTRACT, ends=date(2031, 1, 1)))},
            {"contracts": (replace(CONTRACT, grace_days=0),)},
        ],
        ids=str,
    )
    def test_each_change_is_seen_and_kept(self, store: Store, change: dict[str, object]):
        (sara,) = put(store, SARA)
        changed = replace(SARA, **change)
        assert store.put_customers([changed]) == ImportCounts(0, 1, 0)
        assert store.customer(sara) == replace(changed, id=sara)

    def test_a_number_given_twice_counts_once(self, store: Store):
        twice = replace(SARA, numbers=("+989121234567", "+989121234567"))
        (sara,) = put(store, twice)
        assert store.customer(sara).numbers == ("+989121234567",)
        assert store.put_customers([twice]) == ImportCounts(0, 0, 1)

    def test_a_customer_without_reference_is_added_each_time(self, store: Store):
        nameless = Customer(name="walk-in")
        assert store.put_customers([nameless, nameless]) == ImportCounts(2, 0, 0)
        assert len(store.customers(search="walk-in")) == 2

    def test_an_id_names_the_customer_to_change(self, store: Store):
        (sara,) = put(store, SARA)
        store.put_customers([replace(SARA, id=sara, reference="C-9")])
        assert store.find_customer("C-1") is None
        assert store.find_customer("C-9") == replace(SARA, id=sara, reference="C-9")

    def test_a_reference_cannot_be_taken_over(self, store: Store):
        sara, _ = put(store, SARA, JANIS)
        with pytest.raises(StoreError, match="C-2"):
            store.put_customers([replace(SARA, id=sara, reference="C-2")])

    def test_unknown_customers_are_told(self, store: Store):
        with pytest.raises(UnknownRecordError, match="77"):
            store.customer(77)
        with pytest.raises(UnknownRecordError, match="77"):
            store.put_customers([replace(SARA, id=77)])
        assert store.find_customer("C-1") is None

    def test_an_error_among_many_puts_none(self, store: Store):
        with pytest.raises(UnknownRecordError):
            store.put_customers([SARA, replace(JANIS, id=77)])
        assert store.customers() == []

    def test_an_interruption_puts_none(self, store: Store):
        def interrupted() -> Iterator[Customer]:
            yield SARA
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            store.put_customers(interrupted())
        assert store.customers() == []
        assert store.put_customers([SARA]) == ImportCounts(1, 0, 0)

    def test_they_are_listed_by_name(self, store: Store):
        put(store, *(Customer(name=name, reference=name) for name in ("beta", "Alpha", "gamma")))
        assert [customer.name for customer in store.customers()] == ["Alpha", "beta", "gamma"]
        assert [customer.name for customer in store.customers(limit=1)] == ["Alpha"]

    @pytest.mark.parametrize(
        "term",
        ["jānis", "BĒRZIŅŠ", "c-2", "20000001", "+371 2000-0001", "۲۰۰۰۰۰۰۱"],
    )
    def test_a_search_finds_one_however_written(self, store: Store, term: str):
        put(store, SARA, JANIS)
        assert [customer.reference for customer in store.customers(search=term)] == ["C-2"]

    @pytest.mark.parametrize("term", ["احمدي", "0912 123 4567", "سارا"])
    def test_a_persian_search_finds_other_letter_forms(self, store: Store, term: str):
        put(store, SARA, JANIS)
        assert [customer.reference for customer in store.customers(search=term)] == ["C-1"]

    @pytest.mark.parametrize("term", ["%", "_", "nobody", "*", "\udcff", "-", "+"])
    def test_a_search_takes_no_sign_for_a_wildcard(self, store: Store, term: str):
        put(store, replace(SARA, reference="1"))
        assert store.customers(search=term) == []


class TestCallers:
    def test_a_caller_is_found_by_each_number(self, store: Store):
        (sara,) = put(store, SARA)
        for number in SARA.numbers:
            (match,) = store.find_callers(number)
            assert (match.customer, match.open_cases) == (replace(SARA, id=sara), 0)

    def test_an_unknown_number_finds_nobody(self, store: Store):
        put(store, SARA)
        assert list(store.find_callers("+989121234568")) == []
        assert list(store.find_callers("")) == []

    def test_a_shared_number_finds_all_its_customers(self, store: Store):
        put(store, SARA, replace(JANIS, numbers=SARA.numbers))
        found = store.find_callers("+982188880000")
        assert [match.customer.reference for match in found] == ["C-1", "C-2"]

    def test_a_number_of_very_many_is_cut(self, store: Store):
        many = (
            Customer(name="x", reference=str(number), numbers=("+982188880000",))
            for number in range(MOST_MATCHES + 5)
        )
        store.put_customers(many)
        assert len(store.find_callers("+982188880000")) == MOST_MATCHES

    @pytest.mark.parametrize("state", CaseState)
    def test_open_cases_are_counted(self, store: Store, state: CaseState):
        sara, janis = put(store, SARA, JANIS)
        store.begin_call(new_call(customer_id=sara))
        store.begin_call(new_call("call-2", customer_id=janis))
        store.open_case(a_case(customer_id=sara), no_draw)
        store.open_case(a_case("987654321", "call-2", customer_id=janis), no_draw)
        store.set_case_state("123456789", state)
        (match,) = store.find_callers("+989121234567")
        assert match.open_cases == (state in OPEN_STATES)


class TestJournal:
    def test_a_call_comes_back_as_begun(self, store: Store):
        (sara,) = put(store, SARA)
        begun = new_call(customer_id=sara, trial=True)
        store.begin_call(begun)
        call = store.call("call-1")
        assert call is not None
        assert {each.name: getattr(call, each.name) for each in fields(begun)} == {
            each.name: getattr(begun, each.name) for each in fields(begun)
        }
        assert (call.outcome, call.state, call.queue) == (Outcome.IN_PROGRESS, {}, None)
        assert call.customer_name == "سارا احمدی"

    def test_beginning_twice_is_once(self, store: Store):
        store.begin_call(new_call())
        store.change_call("call-1", CallChange(queue="support"))
        store.begin_call(new_call(language="en"))
        call = store.call("call-1")
        assert call is not None
        assert (call.language, call.queue) == ("fa", "support")

    def test_a_change_leaves_what_it_does_not_name(self, store: Store):
        store.begin_call(new_call())
        store.change_call("call-1", CallChange(queue="support", queued_at=AT, state={"a": [1]}))
        store.change_call("call-1", CallChange(agent="ali", outcome=Outcome.ANSWERED))
        store.change_call("call-1", CallChange())
        call = store.call("call-1")
        assert call is not None
        assert (call.queue, call.queued_at, call.state) == ("support", AT, {"a": [1]})
        assert (call.agent, call.outcome) == ("ali", Outcome.ANSWERED)

    def test_every_field_of_a_change_is_kept(self, store: Store):
        change = CallChange(
            language="en",
            queue="sales",
            agent="ali",
            queued_at=AT,
            answered_at=AT + timedelta(seconds=1),
            left_queue_at=AT + timedelta(seconds=2),
            ended_at=AT + timedelta(seconds=3),
            outcome=Outcome.ABANDONED,
            stage="queue sales",
            state={"visit": 2},
        )
        store.begin_call(new_call())
        store.change_call("call-1", change)
        call = store.call("call-1")
        assert {each.name: getattr(call, each.name) for each in fields(change)} == {
            each.name: getattr(change, each.name) for each in fields(change)
        }

    @pytest.mark.parametrize("text", HOSTILE)
    def test_text_is_stored_as_it_came(self, store: Store, text: str):
        call_id = f"id {text}"
        given = {"caller_as_sent": text, "name_as_sent": text, "dialled": text, "source": text}
        store.begin_call(new_call(call_id, **given, facts={"name": text, text: [text]}))
        store.change_call(call_id, CallChange(agent=text, stage=text, state={"last": text}))
        store.add_to_timeline([an_event(call_id=call_id, kind=text, data={"sent": text})])
        store.open_case(a_case(call_id=call_id, subject=text), no_draw)
        store.keep_answer(an_answer(call_id=call_id, question=text, value=text))
        store.keep_recording(a_recording(call_id=call_id, path=text))
        story = store.call_story(call_id)
        assert story is not None
        assert {name: getattr(story.call, name) for name in given} == given
        assert story.call.facts == {"name": text, text: [text]}
        assert (story.call.agent, story.call.stage, story.call.state) == (
            text,
            text,
            {"last": text},
        )
        assert (story.timeline[0].kind, story.timeline[0].data) == (text, {"sent": text})
        assert (story.cases[0].subject, story.recordings[0].path) == (text, text)
        assert (story.answers[0].question, story.answers[0].value) == (text, text)

    @pytest.mark.parametrize("text", HOSTILE)
    def test_asking_for_hostile_text_finds_nothing(self, store: Store, text: str):
        assert store.call(text) is None
        assert store.call_story(text) is None
        assert store.find_case(text) is None
        assert store.find_customer(text) is None
        assert list(store.find_callers(text)) == []

    def test_times_are_kept_to_the_microsecond_and_come_back_in_utc(self, store: Store):
        tehran = timezone(timedelta(hours=3, minutes=30))
        store.begin_call(new_call(started_at=AT.astimezone(tehran)))
        call = store.call("call-1")
        assert call is not None
        assert call.started_at == AT
        assert call.started_at.utcoffset() == timedelta(0)

    def test_a_time_without_zone_is_refused(self, store: Store):
        with pytest.raises(ValueError, match="time zone"):
            store.begin_call(new_call(started_at=AT.replace(tzinfo=None)))
        assert store.call("call-1") is None

    def test_facts_that_json_cannot_say_are_refused(self, store: Store):
        with pytest.raises(TypeError):
            store.begin_call(new_call(facts={"at": AT}))

    def test_unknown_records_are_told(self, store: Store):
        with pytest.raises(UnknownRecordError, match="call-1"):
            store.change_call("call-1", CallChange(queue="support"))
        with pytest.raises(UnknownRecordError, match="77"):
            store.begin_call(new_call(customer_id=77))
        with pytest.raises(UnknownRecordError, match="call-1"):
            store.add_to_timeline([an_event()])
        with pytest.raises(UnknownRecordError, match="call-1"):
            store.open_case(a_case(), no_draw)
        with pytest.raises(UnknownRecordError, match="call-1"):
            store.keep_answer(an_answer())
        with pytest.raises(UnknownRecordError, match="call-1"):
            store.keep_recording(a_recording())
        with pytest.raises(UnknownRecordError, match="123456789"):
            store.set_case_state("123456789", CaseState.CLOSED)
        assert (store.call("call-1"), store.call_story("call-1")) == (None, None)

    def test_calls_come_newest_first(self, store: Store):
        for minute in (2, 0, 1):
            started = AT + timedelta(minutes=minute)
            store.begin_call(new_call(f"call-{minute}", started_at=started))
        assert [call.id for call in store.calls()] == ["call-2", "call-1", "call-0"]
        assert [call.id for call in store.calls(limit=1)] == ["call-2"]
        since = AT + timedelta(minutes=1)
        assert [call.id for call in store.calls(since=since)] == ["call-2", "call-1"]

    def test_a_customers_history_is_theirs_alone(self, store: Store):
        sara, janis = put(store, SARA, JANIS)
        for minute, customer_id in enumerate((sara, janis, sara, None)):
            started = AT + timedelta(minutes=minute)
            store.begin_call(
                new_call(f"call-{minute}", started_at=started, customer_id=customer_id)
            )
        assert [call.id for call in store.calls_of_customer(sara)] == ["call-2", "call-0"]
        assert [call.id for call in store.calls_of_customer(sara, limit=1)] == ["call-2"]
        assert list(store.calls_of_customer(77)) == []

    def test_a_story_holds_all_of_its_call_and_nothing_else(self, store: Store):
        for call_id in ("call-1", "call-2"):
            store.begin_call(new_call(call_id))
            store.open_case(a_case(f"{call_id}-tracking", call_id), no_draw)
            store.keep_answer(an_answer(call_id=call_id, tracking=f"{call_id}-tracking"))
            store.keep_recording(a_recording(call_id=call_id))
        store.add_to_timeline(
            [an_event(2), an_event(1), an_event(1, visit=2), an_event(1, call_id="call-2")]
        )
        story = store.call_story("call-1")
        assert story is not None
        assert story.call == store.call("call-1")
        assert story.timeline == (an_event(1), an_event(2), an_event(1, visit=2))
        assert story.cases == (a_case("call-1-tracking"),)
        assert story.answers == (an_answer(tracking="call-1-tracking"),)
        assert story.recordings == (a_recording(),)

    def test_a_repeated_event_counts_once(self, store: Store):
        store.begin_call(new_call())
        store.add_to_timeline([an_event(1), an_event(1, kind="again")])
        store.add_to_timeline([an_event(1, kind="again"), an_event(2)])
        store.add_to_timeline([])
        story = store.call_story("call-1")
        assert story is not None
        assert story.timeline == (an_event(1), an_event(2))

    def test_events_are_added_all_or_none(self, store: Store):
        store.begin_call(new_call())
        with pytest.raises(UnknownRecordError):
            store.add_to_timeline([an_event(1), an_event(2, call_id="nowhere")])
        story = store.call_story("call-1")
        assert story is not None
        assert story.timeline == ()

    def test_a_repeated_answer_or_recording_counts_once(self, store: Store):
        store.begin_call(new_call())
        for value, path in (("10", "/one.wav"), ("1", "/two.wav")):
            store.keep_answer(an_answer(value=value))
            store.keep_recording(a_recording(path=path))
        store.keep_answer(an_answer(question="solved", value="yes", given_at=AT + timedelta(1)))
        story = store.call_story("call-1")
        assert story is not None
        assert [answer.value for answer in story.answers] == ["10", "yes"]
        assert [recording.path for recording in story.recordings] == ["/one.wav"]

    def test_an_answer_names_a_case_that_exists(self, store: Store):
        store.begin_call(new_call())
        with pytest.raises(UnknownRecordError, match="123456789"):
            store.keep_answer(an_answer(tracking="123456789"))


class TestCases:
    def test_a_case_is_found_by_its_tracking_number(self, store: Store):
        store.begin_call(new_call())
        assert store.open_case(a_case(), no_draw) == a_case()
        assert store.find_case("123456789") == a_case()
        assert store.find_case("123456780") is None

    def test_a_call_opens_one_case_however_often_it_asks(self, store: Store):
        store.begin_call(new_call())
        store.open_case(a_case(), no_draw)
        assert store.open_case(a_case(), no_draw) == a_case()
        assert store.open_case(a_case("987654321", subject="again"), no_draw) == a_case()
        assert store.find_case("987654321") is None

    def test_a_taken_number_is_drawn_again(self, store: Store):
        for number in range(3):
            store.begin_call(new_call(f"call-{number}"))
        store.open_case(a_case("111111111", "call-0"), no_draw)
        store.open_case(a_case("222222222", "call-1"), no_draw)
        draws = iter(["111111111", "222222222", "333333333"])
        opened = store.open_case(a_case("222222222", "call-2"), lambda: next(draws))
        assert opened == a_case("333333333", "call-2")
        assert next(draws, None) is None

    def test_a_source_that_repeats_itself_is_told(self, store: Store):
        store.begin_call(new_call())
        store.begin_call(new_call("call-2"))
        store.open_case(a_case(), no_draw)
        with pytest.raises(StoreError, match="tracking"):
            store.open_case(a_case(call_id="call-2"), lambda: "123456789")

    def test_a_case_moves_on(self, store: Store):
        store.begin_call(new_call())
        store.open_case(a_case(), no_draw)
        moved = store.set_case_state("123456789", CaseState.RESOLVED)
        assert moved == a_case(state=CaseState.RESOLVED) == store.find_case("123456789")

    def test_a_case_may_belong_to_a_customer_who_exists(self, store: Store):
        store.begin_call(new_call())
        with pytest.raises(UnknownRecordError, match="77"):
            store.open_case(a_case(customer_id=77), no_draw)
        (sara,) = put(store, SARA)
        assert store.open_case(a_case(customer_id=sara), no_draw).customer_id == sara


class TestTransactions:
    def test_an_error_undoes_all_of_it(self, store: Store):
        with pytest.raises(LookupError), store.transaction():
            store.begin_call(new_call())
            store.open_case(a_case(), no_draw)
            raise LookupError
        assert (store.call("call-1"), store.find_case("123456789")) == (None, None)

    def test_an_inner_error_undoes_the_inner_part(self, store: Store):
        with store.transaction():
            store.begin_call(new_call("call-1"))
            with pytest.raises(LookupError), store.transaction():
                store.begin_call(new_call("call-2"))
                with store.transaction():
                    store.begin_call(new_call("call-3"))
                raise LookupError
            store.begin_call(new_call("call-4"))
        assert sorted(call.id for call in store.calls()) == ["call-1", "call-4"]

    def test_an_operation_that_fails_inside_leaves_the_rest(self, store: Store):
        with store.transaction():
            store.begin_call(new_call())
            with pytest.raises(UnknownRecordError):
                store.change_call("nowhere", CallChange(queue="support"))
            with pytest.raises(UnknownRecordError):
                store.put_customers([SARA, replace(JANIS, id=77)])
            store.put_customers([JANIS])
        assert store.call("call-1") is not None
        assert [customer.reference for customer in store.customers()] == ["C-2"]

    def test_it_can_be_used_again_after_an_error(self, store: Store):
        for _ in range(2):
            with pytest.raises(LookupError), store.transaction():
                raise LookupError
        with store.transaction():
            store.begin_call(new_call())
        assert store.call("call-1") is not None


class TestConnections:
    def test_what_one_wrote_another_reads(self, opened: Callable[[], Store]):
        first, second = opened(), opened()
        first.begin_call(new_call())
        assert second.call("call-1") == first.call("call-1") is not None
        assert second.open_case(a_case(), no_draw) == first.find_case("123456789")

    def test_a_closed_store_says_so_and_may_be_closed_again(self, opened: Callable[[], Store]):
        closed, other = opened(), opened()
        closed.close()
        closed.close()
        with pytest.raises(StoreError):
            closed.calls()
        with pytest.raises(StoreError):
            closed.begin_call(new_call())
        with pytest.raises(StoreError), closed.transaction():
            pass
        other.begin_call(new_call())
        assert other.call("call-1") is not None
