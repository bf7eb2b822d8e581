"""Who else connects, and what becomes of it."""

# ruff: noqa: D101, D102  the names of the tests say what they test

import socket
import struct

import pytest
import structlog

from agi_server.listening import ListenError, listen
from agi_server.server import Limits
from agi_server.testing import (
    FakeChannel,
    agi,
)
from tests.conversations.sessions import (
    ENVIRONMENT,
    Run,
    connect,
    nothing,
    read_to_the_end,
    serving,
)


class TestPeers:
    @pytest.mark.parametrize(
        "data",
        [b"", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01" + b"\0" * 300, ENVIRONMENT[:40]],
        ids=["probe", "http", "tls", "half"],
    )
    def test_one_who_is_no_asterisk_disturbs_nobody(self, run: Run, data: bytes):
        async def check() -> bytes:
            async with serving(nothing) as (_, url):
                reader, writer = await connect(url)
                writer.write(data)
                writer.write_eof()
                said = await read_to_the_end(reader)
                writer.close()
                assert (await agi(FakeChannel(), url)).status == "SUCCESS"
                return said

        with structlog.testing.capture_logs() as logs:
            assert run(check()) == b""
        assert [log["log_level"] for log in logs] == ["debug"]

    def test_silence_has_its_limit(self, run: Run):
        async def check() -> bytes:
            async with serving(nothing, Limits(environment_seconds=0.01)) as (_, url):
                reader, writer = await connect(url)
                said = await reader.read()
                writer.close()
                return said

        assert run(check()) == b""

    def test_one_who_resets_disturbs_nobody(self, run: Run):
        async def check() -> None:
            async with serving(nothing) as (_, url):
                _, writer = await connect(url)
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, linger
                )
                writer.write(ENVIRONMENT[:30])
                writer.transport.abort()
                assert (await agi(FakeChannel(), url)).status == "SUCCESS"

        run(check())

    def test_a_port_in_use_is_told_with_its_cure(self, run: Run):
        async def check() -> None:
            async with serving(nothing) as (_, url):
                port = int(url.rpartition(":")[2].partition("/")[0])
                with pytest.raises(ListenError, match=f"port {port} .* in use: stop"):
                    listen(port=port)

        run(check())

    @pytest.mark.parametrize(
        ("host", "why"),
        [
            ("no-such-host.invalid", "there is no such host; write"),
            ("192.0.2.1", "Cannot assign requested address; choose"),
        ],
    )
    def test_an_address_of_nobody_here_is_one_clean_sentence(self, run: Run, host: str, why: str):
        """RFC 5737 and 6761 keep both from ever being ours."""

        async def check() -> None:
            with pytest.raises(ListenError) as caught:
                listen(host)
            message = f"cannot listen at port 4573 on {host}: {why} an address of this machine"
            assert str(caught.value) == message

        run(check())

    def test_a_server_that_is_down_is_a_failure(self, run: Run):
        assert run(agi(FakeChannel(), "agi://127.0.0.1:1/test")).status == "FAILURE"
