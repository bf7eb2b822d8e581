"""One connection to a manager interface, and how it ends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from ami import session as module
from ami.access import Access
from ami.messages import GREETING, LONGEST_MESSAGE
from ami.session import LinkError, Session, opened_session
from ami.testing import FakeManager, fake_manager


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[FakeManager, Session]]:
    """A fake with somebody who is logged in."""
    async with fake_manager() as manager, opened_session(manager.access) as session:
        yield manager, session


@asynccontextmanager
async def peer(says: bytes) -> AsyncIterator[Access]:
    """Something that says this to whoever connects, and then nothing."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(says)
        with suppress(ConnectionError):
            await reader.read()
        writer.close()

    server = await asyncio.start_server(say, "127.0.0.1", 0)
    try:
        yield Access("127.0.0.1", server.sockets[0].getsockname()[1], "rahyab", "s")
    finally:
        server.close()


def run(story: Callable[[], Awaitable[None]]) -> None:
    """Run a story to its end, which comes within a minute."""

    async def bounded() -> None:
        async with asyncio.timeout(60):
            await story()

    asyncio.run(bounded())


def test_events_come_in_order_and_answers_are_none_of_them() -> None:
    """Also while questions are open."""

    async def story() -> None:
        async with connected() as (manager, session):
            manager.join("SIP/1", "support")
            await session.ask("Ping")
            manager.leave("SIP/1")
            events = [(await session.next_event()).event for _ in range(2)]
        assert events == ["QueueCallerJoin", "QueueCallerLeave"]

    run(story)


def test_the_secret_is_never_sent() -> None:
    """Only an answer to the challenge, which is good for one connection."""

    async def story() -> None:
        heard = bytearray()

        async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(GREETING + b"9\r\nResponse: Success\r\nChallenge: 42\r\n\r\n")
            with suppress(ConnectionError):
                while data := await reader.read(1000):
                    heard.extend(data)
            writer.close()

        server = await asyncio.start_server(listen, "127.0.0.1", 0)
        access = Access("127.0.0.1", server.sockets[0].getsockname()[1], "rahyab", "top-secret")
        with pytest.raises(LinkError):
            async with opened_session(access):
                pass
        server.close()
        assert b"Action: Challenge" in heard
        assert b"top-secret" not in heard
        assert "top-secret" not in repr(access)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ANSWER_SECONDS", 0.2)
        run(story)


def test_a_connection_that_is_cut_is_lost_for_everybody() -> None:
    """For who waits for an event, for an answer, and for who asks later; events before still come.

    Asterisk has been stopped.
    """

    async def story() -> None:
        async with connected() as (manager, session):
            manager.join("SIP/1", "support")
            await session.ask("Ping")
            manager.mute = True
            asking = asyncio.create_task(session.ask("Ping"))
            await asyncio.sleep(0)
            manager.drop()
            with pytest.raises(LinkError):
                await asking
            assert (await session.next_event()).event == "QueueCallerJoin"
            for _ in range(2):
                with pytest.raises(LinkError):
                    await session.next_event()
            with pytest.raises(LinkError):
                await session.ask("Ping")

    run(story)


def test_who_does_not_answer_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """The host is gone without a word: a sign of life is asked for, and no answer comes."""
    monkeypatch.setattr(module, "PING_SECONDS", 0.05)
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.2)

    async def story() -> None:
        async with connected() as (manager, session):
            manager.mute = True
            with pytest.raises(LinkError, match="no answer to Ping: too slow"):
                await session.next_event()

    run(story)


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not Asterisk's manager interface"),
        (b"\0" * (LONGEST_MESSAGE + 1), f"more than {LONGEST_MESSAGE} bytes"),
        (GREETING + b"9\r\n" + b"x" * (LONGEST_MESSAGE + 1), f"more than {LONGEST_MESSAGE} bytes"),
        (b"", "no answer to Challenge: too slow"),
        (GREETING + b"9\r\nResponse: Success\r\nActionID: 1\r\n\r\n", "no answer to Challenge"),
    ],
)
def test_a_strange_peer_is_no_manager(
    says: bytes, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program, one that floods, one that is silent, one that answers what it was not asked.

    Whoever asks is told so in time.
    """
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.3)

    async def story() -> None:
        async with peer(says) as access:
            with pytest.raises(LinkError, match=reason):
                async with opened_session(access):
                    pytest.fail("it let us in")

    run(story)


def test_nobody_there_is_told_with_the_systems_reason() -> None:
    """The PBX is not running, or has no manager interface."""

    async def story() -> None:
        async with fake_manager() as manager:
            gone = manager.access
        with pytest.raises(LinkError, match=r"nobody can be reached there: .*refused"):
            async with opened_session(gone):
                pytest.fail("nobody was there")

    run(story)


def test_more_events_than_can_be_followed_end_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rather than the memory; what came before them is still told."""
    monkeypatch.setattr(module, "MOST_EVENTS", 3)

    async def story() -> None:
        async with connected() as (manager, session):
            for _ in range(5):
                manager.emit("QueueCallerJoin", {})
            with pytest.raises(LinkError):
                await session.ask("Ping")
            for _ in range(3):
                await session.next_event()
            with pytest.raises(LinkError, match="more events than can be followed"):
                await session.next_event()

    run(story)
