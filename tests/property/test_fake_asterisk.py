"""Whatever bytes a server sends, the fake Asterisk answers or ends the session; it never fails."""

# ruff: noqa: D103  the names of the tests say what they test

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from agi_server.testing import FakeChannel, Faults, HangUp, Press, ScriptedCaller
from agi_server.testing.commands.table import COMMANDS
from agi_server.testing.memory import connect_in_memory
from agi_server.testing.session import AgiResult, Session
from agi_server.testing.wire import Wire
from tests.transcripts.on_fake import RawServer

word = st.one_of(
    st.sampled_from(
        [b"a", b'""', b"0", b"-1", b"1000", b"99999999999999999999", b"#", b"${A:1:2}"]
    ),
    st.sampled_from(
        [b"${A}", b"CALLERID(num)", b"wav", b"s=2", b'"<1>"', b"a:end", b"\xff", b"no"]
    ),
    st.binary(max_size=6),
)
command = st.tuples(
    st.sampled_from([name.encode() for name in COMMANDS]), st.lists(word, max_size=8)
).map(lambda parts: b" ".join((parts[0], *parts[1])) + b"\n")
stream = st.lists(st.one_of(command, command, st.binary(max_size=20)), max_size=12)
callers = st.sampled_from([(), (Press("12#"),), (HangUp(),), (Press("1"), HangUp(1.0))])


async def play(segments: list[bytes], channel: FakeChannel) -> tuple[AgiResult, bytes]:
    wire, server = Wire(), RawServer()
    connect_in_memory(wire, server)
    running = asyncio.create_task(Session(channel, wire, Faults()).run("agi://x/", ()))
    for segment in segments:
        server.send(segment)
    server.half_close()
    async with asyncio.timeout(20):
        result = await running
    wire.close()
    said = b""
    while line := await server.read_line():
        said += line.encode("utf-8", "surrogateescape")
    return result, said


@given(segments=stream, answers=callers, is_dead=st.booleans(), version=st.sampled_from("12"))
@settings(max_examples=150)
def test_any_bytes_are_answered_or_end_the_session(
    segments: list[bytes], answers: tuple[Press | HangUp, ...], is_dead: bool, version: str
) -> None:
    channel = FakeChannel(
        caller=ScriptedCaller(*answers),
        known={"A": "hello"},
        speech_engines=("",),
        version=f"{version}6.1.0",
        hung_up=is_dead,
    )
    result, said = asyncio.run(play(segments, channel))
    assert result.status in {"SUCCESS", "FAILURE", "HANGUP"}
    assert said.endswith(b"HANGUP\n")
    replied = [exchange for exchange in result.transcript if exchange.reply is not None]
    assert said.count(b"\n") >= len(replied)


@given(segments=st.lists(st.binary(max_size=9000), max_size=3))
@settings(max_examples=50)
def test_noise_of_any_length(segments: list[bytes]) -> None:
    result, _ = asyncio.run(play(segments, FakeChannel()))
    assert result.status in {"SUCCESS", "FAILURE"}
