"""What every store must do with one-time codes, PINs, and how often they were tried."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TypeAlias

import pytest

from crm.asking_records import AttemptKind, OneTimeCode, Pin
from crm.people import Restriction
from crm.ports import Store, UnknownRecordError
from crm.records import Customer, NewCall
from tests.contracts.conftest import Opener
from tests.contracts.everything import everything

Put: TypeAlias = Callable[..., tuple[int, ...]]

AT = datetime(2026, 3, 21, 8, 30, 0, 123456, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TEHRAN = timezone(timedelta(hours=3, minutes=30))
NUMBER, OTHER = "+989121234567", "+37120000001"
CODE = OneTimeCode(NUMBER, b"\x00salt\xff", b"digest\x00", AT, AT + 5 * MINUTE, 3, "call-1")
MANY = 1000


def keep(
    store: Store, hours: float = 0, *, number: str = NUMBER, per_number: int = MANY, per_day: int
) -> bool:
    """Give a number a code, some hours after `AT`; whether it was kept."""
    at = AT + hours * HOUR
    code = replace(CODE, number=number, issued_at=at, expires_at=at + HOUR)
    return store.keep_code(code, per_number=per_number, per_day=per_day)


def test_a_code_comes_back_as_it_was_kept(store: Store, call: NewCall) -> None:
    """Each try takes one off, until none is left; others have none."""
    store.begin_call(call)
    given = replace(CODE, issued_at=AT.astimezone(TEHRAN))
    assert store.keep_code(given, per_number=1, per_day=1)
    assert store.try_code(OTHER, AT) is None
    tried = [store.try_code(NUMBER, AT + MINUTE) for _ in range(4)]
    assert tried == [CODE, replace(CODE, tries=2), replace(CODE, tries=1), None]


def test_a_code_ends_at_its_moment(store: Store, call: NewCall) -> None:
    """Then it takes no tries."""
    store.begin_call(call)
    store.keep_code(CODE, per_number=1, per_day=1)
    assert store.try_code(NUMBER, CODE.expires_at) is None
    almost = (CODE.expires_at - timedelta(microseconds=1)).astimezone(TEHRAN)
    assert store.try_code(NUMBER, almost) == CODE


def test_a_code_is_used_once(store: Store, call: NewCall) -> None:
    """What was used still counts as given."""
    store.begin_call(call)
    store.keep_code(CODE, per_number=1, per_day=MANY)
    assert [store.use_code(NUMBER, CODE.salt) for _ in range(2)] == [True, False]
    assert store.try_code(NUMBER, AT) is None
    assert not keep(store, 1, per_number=1, per_day=MANY)


def test_only_the_code_that_was_compared_is_used(store: Store, call: NewCall) -> None:
    """Not one that the number was given meanwhile, nor that of another number."""
    store.begin_call(call)
    store.keep_code(CODE, per_number=2, per_day=MANY)
    newer = replace(CODE, salt=b"newer")
    store.keep_code(newer, per_number=2, per_day=MANY)
    assert not store.use_code(NUMBER, CODE.salt)
    assert not store.use_code(OTHER, newer.salt)
    assert store.try_code(NUMBER, AT) == newer
    assert store.use_code(NUMBER, newer.salt)


def test_two_who_use_a_code_at_once_are_not_both_right(open_store: Opener) -> None:
    """Both may have compared it before either has used it."""
    with closing(open_store()) as store:
        store.begin_call(NewCall("call-1", AT, "", "", None, "", None, "fa", None, "r", {}))
        store.keep_code(CODE, per_number=1, per_day=1)

    def use(_: int) -> bool:
        with closing(open_store()) as own:
            return own.use_code(NUMBER, CODE.salt)

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(use, range(4))) == [False, False, False, True]


def test_a_new_code_takes_the_place_of_the_older(store: Store, call: NewCall) -> None:
    """With tries of its own."""
    store.begin_call(call)
    store.keep_code(CODE, per_number=2, per_day=2)
    store.try_code(NUMBER, AT)
    newer = replace(CODE, salt=b"other", digest=b"else", tries=5)
    assert store.keep_code(newer, per_number=2, per_day=2)
    assert store.try_code(NUMBER, AT) == newer


def test_a_number_is_given_so_many_in_a_day(store: Store, call: NewCall) -> None:
    """The older one stays what it was; a day later there is another."""
    store.begin_call(call)
    given = [keep(store, hours, per_number=2, per_day=MANY) for hours in (0, 1, 23.9, 24, 24.5)]
    assert given == [True, True, False, True, False]
    assert keep(store, 24.5, number=OTHER, per_number=2, per_day=MANY)
    found = store.try_code(NUMBER, AT + 24 * HOUR)
    assert found is not None
    assert found.issued_at == AT + 24 * HOUR


def test_all_together_are_given_so_many_in_a_day(store: Store, call: NewCall) -> None:
    """Whichever numbers they are: a caller may key in one after the other."""
    store.begin_call(call)
    given = [keep(store, n / 10, number=f"+{n}", per_day=3) for n in range(5)]
    assert given == [True, True, True, False, False]
    assert store.try_code("+3", AT + 0.3 * HOUR) is None
    assert keep(store, 24, number="+9", per_day=3)


def test_a_code_of_an_unknown_call_is_none(store: Store) -> None:
    """And is not counted."""
    with pytest.raises(UnknownRecordError, match="call-1"):
        store.keep_code(CODE, per_number=1, per_day=1)
    assert store.attempts(AttemptKind.CODE, NUMBER, AT) == 0


def test_two_who_try_at_once_use_two_tries(open_store: Opener) -> None:
    """Nobody guesses twice on one."""
    with closing(open_store()) as store:
        store.begin_call(NewCall("call-1", AT, "", "", None, "", None, "fa", None, "r", {}))
        store.keep_code(replace(CODE, tries=12), per_number=1, per_day=1)

    def guess(_: int) -> list[int]:
        with closing(open_store()) as own:
            found = [own.try_code(NUMBER, AT) for _ in range(5)]
        return [code.tries for code in found if code is not None]

    with ThreadPoolExecutor(4) as threads:
        seen = [tries for found in threads.map(guess, range(4)) for tries in found]
    assert sorted(seen) == list(range(1, 13))


def test_many_who_ask_at_once_are_given_no_more(open_store: Opener) -> None:
    """The cap holds on several servers together."""
    with closing(open_store()) as store:
        store.begin_call(NewCall("call-1", AT, "", "", None, "", None, "fa", None, "r", {}))

    def ask(server: int) -> int:
        with closing(open_store()) as own:
            numbers = [f"+{server}{count}" for count in range(5)]
            return sum(keep(own, number=number, per_day=7) for number in numbers)

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(ask, range(4))) == 7


def test_a_pin_is_set_changed_and_removed(store: Store, sara: Customer, put: Put) -> None:
    """It is shown of whom there is one, and not what it is."""
    (sara_id,) = put(sara)
    assert (store.pin(sara_id), store.customer_file(sara_id).has_pin) == (None, False)
    first = Pin(sara_id, b"salt", b"first", AT)
    store.set_pin(first)
    assert store.pin(sara_id) == first
    second = Pin(sara_id, b"\x00\xff", b"second", AT + HOUR)
    store.set_pin(replace(second, set_at=second.set_at.astimezone(TEHRAN)))
    assert store.pin(sara_id) == second
    assert store.customer_file(sara_id).has_pin
    assert [store.remove_pin(sara_id), store.remove_pin(sara_id)] == [True, False]
    assert store.pin(sara_id) is None


def test_nobody_has_a_pin_who_does_not_exist(store: Store) -> None:
    """Neither is one set."""
    assert store.pin(77) is None
    with pytest.raises(UnknownRecordError, match="77"):
        store.set_pin(Pin(77, b"", b"", AT))


def test_a_restricted_customer_is_not_known_by_their_pin(
    store: Store, sara: Customer, put: Put
) -> None:
    """Their data is kept, and not used."""
    (sara_id,) = put(sara)
    store.set_pin(Pin(sara_id, b"salt", b"first", AT))
    store.restrict(Restriction(sara_id, AT, "objected"))
    assert store.pin(sara_id) is None
    assert store.customer_file(sara_id).has_pin
    store.lift_restriction(sara_id)
    assert store.pin(sara_id) is not None


def test_attempts_are_counted_for_a_day(store: Store) -> None:
    """By kind and subject, this one included; looking notes none."""
    kind = AttemptKind.TRACKING
    assert store.attempts(kind, NUMBER, AT) == 0
    assert [store.count_attempt(kind, NUMBER, AT + n * HOUR) for n in range(3)] == [1, 2, 3]
    assert store.count_attempt(AttemptKind.PIN, NUMBER, AT) == 1
    assert store.count_attempt(kind, "نام \x00\udcff", AT.astimezone(TEHRAN)) == 1
    hours = (0, 1.5, 23.9, 24, 25, 26)
    assert [store.attempts(kind, NUMBER, AT + n * HOUR) for n in hours] == [1, 2, 3, 2, 1, 0]


def test_old_attempts_go_on_the_way(store: Store) -> None:
    """Of whatever kind and subject: they tell who has called."""
    store.count_attempt(AttemptKind.PIN, "zzsubject", AT)
    store.count_attempt(AttemptKind.TRACKING, NUMBER, AT + 23 * HOUR)
    assert "zzsubject" in everything(store)
    store.count_attempt(AttemptKind.TRACKING, NUMBER, AT + 24 * HOUR)
    assert "zzsubject" not in everything(store)
    assert store.attempts(AttemptKind.TRACKING, NUMBER, AT + 24 * HOUR) == 2


def test_those_who_try_at_once_are_each_counted(open_store: Opener) -> None:
    """No two are told the same."""

    def attempt(_: int) -> list[int]:
        with closing(open_store()) as own:
            return [own.count_attempt(AttemptKind.PIN, "1", AT) for _ in range(5)]

    open_store().close()
    with ThreadPoolExecutor(4) as threads:
        told = [count for found in threads.map(attempt, range(4)) for count in found]
    assert sorted(told) == list(range(1, 21))


def test_codes_that_have_expired_go(store: Store, call: NewCall) -> None:
    """With the next code of anybody."""
    store.begin_call(call)
    store.keep_code(replace(CODE, salt=b"zzsalt"), per_number=1, per_day=MANY)
    found = (b"zzsalt".hex(), "zzsalt")
    assert any(word in everything(store) for word in found)
    keep(store, 1, number=OTHER, per_day=MANY)
    assert not any(word in everything(store) for word in found)


def test_clearing_up_takes_what_counts_no_longer(store: Store, call: NewCall) -> None:
    """And tells how much that was."""
    store.begin_call(call)
    store.keep_code(CODE, per_number=1, per_day=MANY)
    store.count_attempt(AttemptKind.PIN, "1", AT + HOUR)
    assert store.forget_secrets(AT + MINUTE) == 0
    assert store.forget_secrets(AT + 2 * HOUR) == 1
    assert store.forget_secrets(AT + 24 * HOUR) == 1
    assert store.attempts(AttemptKind.PIN, "1", AT + 24 * HOUR) == 1
