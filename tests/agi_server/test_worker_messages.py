"""Messages between the supervisor and its workers."""

import asyncio

import pytest

from agi_server.measurements import Measurements
from agi_server.worker_messages import (
    Abort,
    Begin,
    Commit,
    Committed,
    Drain,
    Drained,
    Failed,
    Message,
    Prepare,
    Prepared,
    Ready,
    Refused,
    Report,
    decode,
    encode,
    receive,
)

MESSAGES = (
    Begin("version: 1\nنام: «خوش آمدید»\r\n\u2028"),
    Prepare(3, "a\nb"),
    Commit(3),
    Abort(),
    Drain(0.5),
    Ready("abc"),
    Failed("no\nsuch file"),
    Report(Measurements().to_data(), 0.25, 4096),
    Prepared(3, "abc"),
    Refused(3, "why"),
    Committed(3, "abc"),
    Drained(2),
)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_is_one_line_and_comes_back(message: Message) -> None:
    """Whatever line ends the rules have."""
    line = encode(message)
    assert line.count(b"\n") == 1
    assert decode(line) == message


def test_a_script_name_of_strange_bytes_survives() -> None:
    """Asterisk sends bytes; those that are no UTF-8 are kept as surrogates."""
    counted = Measurements()
    counted.sessions["x\udcff\tcomplete"] = 1
    report = decode(encode(Report(counted.to_data(), 0.0, 0)))
    assert isinstance(report, Report)
    assert Measurements.from_data(report.measurements).sessions == counted.sessions


async def received(data: bytes) -> list[Message | None]:
    """What a reader hears of these bytes until the other side is gone."""
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    heard = [await receive(reader)]
    while heard[-1] is not None:
        heard.append(await receive(reader))
    return heard


def test_half_a_message_is_none() -> None:
    """Its sender died while it wrote."""
    data = encode(Commit(1)) + encode(Ready("abc"))[:-1]
    assert asyncio.run(received(data)) == [Commit(1), None]
