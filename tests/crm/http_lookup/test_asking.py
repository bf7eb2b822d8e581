"""Asking another program while a caller waits: in time, or not at all."""

import asyncio
import gzip
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import pytest
import structlog

from crm.declared import DeclarationError
from crm.http_lookup.asking import LONGEST_ANSWER, MOST_AT_ONCE, HttpLookup, LookupFailedError
from crm.http_lookup.declaration import LookupShape
from crm.records import Customer
from tests.crm.http_lookup.directory import NUMBER, Directory
from tests.crm.links.standing_in import Fault, answers, cuts

pytestmark = pytest.mark.slow

T = TypeVar("T")


@pytest.fixture
def directory() -> Iterator[Directory]:
    """A directory with one person in it."""
    stand_in = Directory()
    with stand_in.serving():
        yield stand_in
        stand_in.open.set()


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        """What it shows."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock for the cache and the breaker."""
    return Clock()


Making: TypeAlias = Callable[..., Any]


@pytest.fixture
def looking(directory: Directory, clock: Clock, tmp_path: Path) -> Making:
    """Opens the look-up in that directory, with this declared besides."""

    @asynccontextmanager
    async def made(**declared: Any) -> AsyncIterator[HttpLookup]:  # noqa: ANN401  what YAML can hold
        shape = LookupShape.model_validate(
            {
                "url": directory.url + "/callers/{number}",
                "customer": {"name": "name"},
                "budget_ms": 2_000,
                "headers": {"Authorization": "Bearer ${TOKEN}"},
                **declared,
            }
        )
        lookup = HttpLookup(shape, {"TOKEN": "t0k3n"}, tmp_path, clock)
        try:
            yield lookup
        finally:
            await lookup.close()

    return made


def run(making: Any, use: Callable[[HttpLookup], Awaitable[T]]) -> T:  # noqa: ANN401  see `Making`
    """Use a look-up on a loop of its own."""

    async def whole() -> T:
        async with making as lookup:
            return await use(lookup)

    return asyncio.run(whole())


def test_finds_who_is_there(directory: Directory, looking: Making) -> None:
    """With the headers that are declared, and no id of ours."""
    found = run(looking(), lambda lookup: lookup.look_up(NUMBER))

    assert found == Customer("Sāra")
    (request,) = directory.requests
    assert request.headers["Authorization"] == "Bearer t0k3n"
    assert request.path == "/callers/%2B37120000001"


def test_remembers_for_a_while(directory: Directory, clock: Clock, looking: Making) -> None:
    """Whom it found, and for a shorter time whom it did not find."""

    async def use(lookup: HttpLookup) -> list[int]:
        asked = []
        for seconds in (0, 0, 59, 2, 238, 2):
            clock.now += seconds
            await lookup.look_up(NUMBER)
            await lookup.look_up("+37120000002")
            asked.append(len(directory.requests))
        return asked

    assert run(looking(), use) == [2, 2, 2, 3, 4, 5]


def test_asks_once_for_the_same_number_at_once(directory: Directory, looking: Making) -> None:
    """Everybody gets the answer."""

    async def use(lookup: HttpLookup) -> list[Customer | None]:
        return await asyncio.gather(*(lookup.look_up(NUMBER) for _ in range(20)))

    assert run(looking(), use) == [Customer("Sāra")] * 20
    assert len(directory.requests) == 1


def test_keeps_its_connection(directory: Directory, looking: Making) -> None:
    """The second question does not connect anew."""
    ports: list[int] = []

    def notes(handler: Any) -> None:  # noqa: ANN401  a handler of the stand-in
        ports.append(handler.client_address[1])
        answers(404)(handler)

    directory.faults.extend([notes, notes])

    async def use(lookup: HttpLookup) -> None:
        await lookup.look_up("+37120000002")
        await lookup.look_up("+37120000003")

    run(looking(), use)
    assert len(ports) == 2
    assert len(set(ports)) == 1


def test_a_late_answer_is_for_the_next_call(directory: Directory, looking: Making) -> None:
    """This caller does not wait for it, and it counts as a failure."""
    directory.open.clear()
    directory.faults.append(directory.waits)

    async def use(lookup: HttpLookup) -> tuple[Customer | None, Customer | None, int]:
        first = await lookup.look_up(NUMBER)
        directory.open.set()
        while NUMBER in lookup._running:
            await asyncio.wait({lookup._running[NUMBER]})
        return first, await lookup.look_up(NUMBER), lookup.failures

    with structlog.testing.capture_logs() as lines:
        assert run(looking(budget_ms=30), use) == (None, Customer("Sāra"), 1)
    assert len(directory.requests) == 1
    (line,) = lines
    assert line["reason"] == "no answer within 30 ms"


def test_who_hangs_up_does_not_end_the_question(directory: Directory, looking: Making) -> None:
    """Another caller may wait for the same answer."""
    directory.open.clear()
    directory.faults.append(directory.waits)

    async def use(lookup: HttpLookup) -> Customer | None:
        first, second = (asyncio.create_task(lookup.look_up(NUMBER)) for _ in range(2))
        await asyncio.to_thread(_await_request, directory)
        first.cancel()
        await asyncio.wait({first})
        directory.open.set()
        return await second

    assert run(looking(), use) == Customer("Sāra")


def _await_request(directory: Directory) -> None:
    while not directory.requests:
        threading.Event().wait(0.001)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (answers(500, b"{}"), "the answer is HTTP 500"),
        (answers(302, Location="http://127.0.0.1:1/"), "the answer is HTTP 302"),
        (answers(401, {"name": "x"}), "the answer is HTTP 401"),
        (answers(200, b"<html>"), "the answer is no JSON"),
        (answers(200, b"[" * 100_000), "the answer is no JSON"),
        (answers(200, b'{"name": NaN}'), "the answer is no JSON"),
        (answers(200, b'{"name": "x", "score": -Infinity}'), "the answer is no JSON"),
        (answers(200, b'{"name": 1e999}'), "the answer is no JSON"),
        (answers(200, b" " * (LONGEST_ANSWER + 1)), "the answer is longer than"),
        (answers(200, gzip.compress(b"{}"), Content_Encoding="gzip"), "the answer is no JSON"),
        (cuts, "the connection failed (RemoteProtocolError)"),
    ],
)
def test_a_broken_answer_is_none(
    directory: Directory, looking: Making, fault: Fault, reason: str
) -> None:
    """In one line of the log, without number and secret; the next call asks again."""
    directory.faults.append(fault)

    async def use(lookup: HttpLookup) -> tuple[Customer | None, int, Customer | None]:
        return await lookup.look_up(NUMBER), lookup.failures, await lookup.look_up(NUMBER)

    with structlog.testing.capture_logs() as lines:
        assert run(looking(), use) == (None, 1, Customer("Sāra"))
    (line,) = lines
    assert line["event"] == "http look-up failed"
    assert line["reason"].startswith(reason)
    assert NUMBER[1:] not in str(line)
    assert "t0k3n" not in str(line)


def test_is_left_alone_after_failures_and_tried_again(
    directory: Directory, clock: Clock, looking: Making
) -> None:
    """Callers lose no time meanwhile."""
    directory.faults.extend([answers(500)] * 3)

    async def use(lookup: HttpLookup) -> list[tuple[Customer | None, int]]:
        seen = []
        for seconds in (0, 0, 0, 29, 1, 0):
            clock.now += seconds
            seen.append((await lookup.look_up(NUMBER), len(directory.requests)))
        return seen

    declared = {"failures": 2, "seconds": 30}
    with structlog.testing.capture_logs() as lines:
        sara = Customer("Sāra")
        assert run(looking(breaker=declared), use) == [
            (None, 1),
            (None, 2),
            (None, 2),
            (None, 2),
            (None, 3),
            (None, 3),
        ]
    events = [line["event"] for line in lines]
    assert events.count("http look-up is left alone") == 2

    async def again(lookup: HttpLookup) -> Customer | None:
        await asyncio.gather(lookup.look_up("+37120000002"), lookup.look_up("+37120000003"))
        clock.now += 30
        return await lookup.look_up(NUMBER)

    directory.faults.extend([answers(500)] * 2)
    with structlog.testing.capture_logs() as lines:
        assert run(looking(breaker=declared), again) == sara
    assert lines[-1]["event"] == "http look-up answers again"


def test_asks_for_a_limited_number_at_once(directory: Directory, looking: Making) -> None:
    """Whoever is too many is not made to wait."""
    directory.open.clear()
    directory.faults.extend([directory.waits] * MOST_AT_ONCE)

    async def use(lookup: HttpLookup) -> tuple[Customer | None, int]:
        tasks = [
            asyncio.create_task(lookup.look_up(f"+371670{number:05}"))
            for number in range(MOST_AT_ONCE)
        ]
        await asyncio.to_thread(_await_request, directory)
        refused = await lookup.look_up(NUMBER)
        directory.open.set()
        await asyncio.gather(*tasks)
        return refused, lookup.failures

    assert run(looking(), use) == (None, 0)


def test_closing_gives_up_what_is_under_way(directory: Directory, looking: Making) -> None:
    """Nobody waits for a program that does not answer."""
    directory.open.clear()
    directory.faults.append(directory.waits)

    async def use(lookup: HttpLookup) -> Customer | None:
        return await lookup.look_up(NUMBER)

    assert run(looking(budget_ms=20), use) is None


def test_by_hand_it_is_asked_at_once(directory: Directory, looking: Making) -> None:
    """With everything that came."""

    async def use(lookup: HttpLookup) -> Any:  # noqa: ANN401  two answers
        await lookup.look_up(NUMBER)
        return await lookup.ask(NUMBER), await lookup.ask("+37120000002")

    known, unknown = run(looking(), use)

    assert (known.status, known.answer) == (200, {"name": "Sāra"})
    assert known.understood.customer == Customer("Sāra")
    assert known.seconds > 0
    assert (unknown.status, unknown.understood.customer) == (404, None)
    assert len(directory.requests) == 3


def test_nobody_there_is_a_failure(looking: Making) -> None:
    """In words."""

    async def use(lookup: HttpLookup) -> None:
        await lookup.ask(NUMBER)

    with pytest.raises(LookupFailedError, match="the connection failed"):
        run(looking(url="http://127.0.0.1:1/{number}"), use)


def test_what_cannot_be_trusted_is_told(looking: Making) -> None:
    """A file that is not there."""

    async def use(lookup: HttpLookup) -> None:
        await lookup.ask(NUMBER)

    with pytest.raises(DeclarationError, match=r"ca_file .*none\.pem cannot be used"):
        run(looking(ca_file="none.pem"), use)


def test_values_that_are_left_out_are_logged(directory: Directory, looking: Making) -> None:
    """The customer is known all the same."""
    directory.faults.append(answers(200, {"name": "Sāra", "score": 500}))
    customer = {"name": "name", "lead_score": "score"}

    with structlog.testing.capture_logs() as lines:
        found = run(looking(customer=customer), lambda lookup: lookup.look_up(NUMBER))

    assert found == Customer("Sāra")
    assert lines[0]["remarks"] == ("score: '500' is no number from 0 to 100",)
