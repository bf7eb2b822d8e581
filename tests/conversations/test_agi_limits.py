"""What a server takes on, and from whom."""

# ruff: noqa: D101, D102  the names of the tests say what they test

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_network

import pytest

from agi_server import server as server_module
from agi_server.channel import Channel
from agi_server.commands import SetVariable
from agi_server.listening import listen
from agi_server.long_values import split_value
from agi_server.server import LOOPBACK, AgiServer, Limits, Network
from agi_server.session_errors import SessionTooLongError
from agi_server.testing import FakeChannel, agi
from agi_server.verdicts import Rejection
from dialplan import contract
from tests.conversations.sessions import (
    ENVIRONMENT,
    Run,
    connect,
    nothing,
    play,
    read_to_the_end,
    until,
)


@asynccontextmanager
async def limited(
    limits: Limits, peers: Sequence[Network] = LOOPBACK, secret: str = ""
) -> AsyncIterator[tuple[AgiServer, str, asyncio.Event]]:
    """A server whose sessions last until the event is set."""
    release = asyncio.Event()

    async def handler(channel: Channel) -> None:
        del channel
        await release.wait()

    server = AgiServer({"test": handler, "nothing": nothing}, limits, peers, secret)
    host, port = await server.start(listen(port=0))
    try:
        yield server, f"agi://{host}:{port}/test", release
    finally:
        release.set()
        await server.stop()


class TestPeers:
    def test_a_stranger_is_cut_off_and_counted(self, run: Run):
        async def check() -> None:
            elsewhere = (ip_network("192.0.2.0/24"),)
            async with limited(Limits(), elsewhere) as (server, url, _):
                reader, writer = await connect(url)
                writer.write(ENVIRONMENT)
                assert await read_to_the_end(reader) == b""
                writer.close()
                assert server.measurements.rejections == {Rejection.STRANGER: 1}

        run(check())

    def test_a_network_may_be_named_in_either_family(self, run: Run):
        async def check() -> None:
            named = (ip_network("127.0.0.0/30"), ip_network("2001:db8::/32"))
            async with limited(Limits(), named) as (_, url, release):
                release.set()
                assert (await agi(FakeChannel(), url)).status == "SUCCESS"

        run(check())

    def test_one_peer_may_have_its_own_limit(self, run: Run):
        async def check() -> None:
            async with limited(Limits(sessions_of_peer=1)) as (server, url, release):
                first = asyncio.create_task(agi(FakeChannel(), url))
                await until(lambda: server.sessions)
                refused = FakeChannel()
                assert (await agi(refused, url)).status == "FAILURE"
                assert refused.variables[contract.REASON] == "overload-of-peer"
                release.set()
                assert (await first).status == "SUCCESS"
                assert (await agi(FakeChannel(), url)).status == "SUCCESS"

        run(check())

    def test_who_does_not_know_the_secret_is_refused(self, run: Run):
        async def check() -> None:
            async with limited(Limits(), secret="0123456789abcdef") as (server, url, _):
                channel = FakeChannel()
                assert (await agi(channel, url)).status == "FAILURE"
                assert channel.variables[contract.REASON] == "unproven"
                assert server.measurements.refusals == {"unproven": 1}
                ours = FakeChannel(known={contract.SECRET: "0123456789abcdef"})
                assert (await agi(ours, url.replace("/test", "/nothing"))).status == "SUCCESS"

        run(check())


class TestConnections:
    def test_the_longest_silent_one_makes_room(self, run: Run):
        async def check() -> None:
            async with limited(Limits(connections=2)) as (server, url, _):
                silent = [await connect(url) for _ in range(2)]
                await until(lambda: server.measurements.open_connections == 2)
                assert (await agi(FakeChannel(), url.replace("/test", "/nothing"))).status
                assert await read_to_the_end(silent[0][0]) == b""
                assert server.measurements.rejections[Rejection.CROWDED_OUT] == 1
                for _, writer in silent:
                    writer.close()

        run(check())

    def test_a_session_never_makes_room(self, run: Run):
        async def check() -> None:
            async with limited(Limits(connections=40)) as (server, url, release):
                calls = [asyncio.create_task(agi(FakeChannel(), url)) for _ in range(8)]
                await until(lambda: server.sessions == 8)
                silent = [await connect(url) for _ in range(80)]
                release.set()
                assert {(await call).status for call in calls} == {"SUCCESS"}
                for _, writer in silent:
                    writer.close()

        run(check())


class TestTime:
    def test_a_session_has_an_end(self, run: Run, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(server_module, "SWEEP_SECONDS", 0.01)

        async def check() -> None:
            async with limited(Limits(session_seconds=0.05)) as (server, url, _):
                assert (await agi(FakeChannel(), url)).status == "FAILURE"
                await until(lambda: not server.sessions)
                assert server.measurements.sessions == {"test\tended-early": 1}

        run(check())

    def test_the_handler_is_told_of_it(self, run: Run, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(server_module, "SWEEP_SECONDS", 0.01)
        told: list[Exception] = []

        async def check() -> None:
            ended = asyncio.Event()

            async def handler(_: Channel) -> None:
                try:
                    await asyncio.Event().wait()
                except SessionTooLongError as error:
                    told.append(error)
                    ended.set()
                    raise

            server = AgiServer({"test": handler}, Limits(session_seconds=0.05))
            host, port = await server.start(listen(port=0))
            assert (await agi(FakeChannel(), f"agi://{host}:{port}/test")).status == "FAILURE"
            await ended.wait()
            await server.stop()

        run(check())
        assert len(told) == 1


class TestLongValues:
    @pytest.mark.parametrize("version", ["16.28.0", "22.10.1"])
    def test_they_arrive_in_pieces(self, run: Run, version: str):
        value = 'سلام "x" \\ ' * 2000

        async def handler(channel: Channel) -> None:
            assert await channel.set_long("LONG", value) > 1

        channel = FakeChannel(version=version)
        assert run(play(handler, channel)).status == "SUCCESS"
        count = int(channel.variables["LONG_PIECES"])
        assert "".join(channel.variables[f"LONG_{n}"] for n in range(1, count + 1)) == value

    def test_an_empty_one_is_one_piece(self):
        assert split_value("A", "", 2047) == [SetVariable("A_1", "")]

    def test_no_piece_is_longer_than_a_line(self):
        pieces = split_value("A", '"' * 5000, 2047)
        assert max(len(piece.encode()) for piece in pieces) in (2046, 2047)
