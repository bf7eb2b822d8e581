"""The control socket: one server in a home, reached by its owner alone, whatever comes to it."""

import asyncio
import os
import socket
import stat
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from agi_server.control import (
    LONGEST_REQUEST,
    SOCKET_NAME,
    Answer,
    Failed,
    Reload,
    Request,
    Rollback,
    Status,
    Taken,
)
from agi_server.control_socket import (
    MOST_CLIENTS,
    ControlError,
    ControlServer,
    NoServerError,
    ask,
    opened_control,
)

LONG = 60.0
"""Seconds: nothing that goes well takes so long."""

TAKEN = Taken("rules.yaml", "abc", "def")
Talk = Callable[[], Awaitable[object]]


async def take(request: Request) -> Answer:
    """A server that takes every reload, and has a bug in rollbacks."""
    if isinstance(request, Rollback):
        raise ValueError(request.kind)  # noqa: TRY004  any exception will do
    return TAKEN


async def said(home: Path, data: bytes, *, close: bool = False) -> bytes:
    """All that a server says to these bytes."""
    reader, writer = await asyncio.open_unix_connection(str(home / SOCKET_NAME))
    try:
        writer.write(data)
        if close:
            writer.write_eof()
        return await reader.readline()
    finally:
        writer.close()


def serve(home: Path, talk: Talk) -> object:
    """What comes of this talk with a server of that home."""

    async def serving() -> object:
        with opened_control(home) as listener:
            async with ControlServer(take).listening(listener):
                return await talk()

    return asyncio.run(serving())


def test_a_request_is_answered(tmp_path: Path) -> None:
    """By the server of that home."""

    async def talk() -> Answer:
        return await asyncio.to_thread(ask, tmp_path, Reload(), LONG)

    assert serve(tmp_path, talk) == TAKEN
    assert list(tmp_path.iterdir()) == []


def test_a_home_of_a_long_name_works(tmp_path: Path) -> None:
    """Longer than an address of a UNIX socket can be."""
    home = tmp_path / ("a" * 200) / ("b" * 200)
    home.mkdir(parents=True)

    async def talk() -> Answer:
        return await asyncio.to_thread(ask, home, Reload(), LONG)

    assert serve(home, talk) == TAKEN


def test_a_relative_home_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is `var` by default."""
    monkeypatch.chdir(tmp_path)
    Path("var").mkdir()

    async def talk() -> Answer:
        return await asyncio.to_thread(ask, Path("var"), Reload(), LONG)

    assert serve(Path("var"), talk) == TAKEN


def test_the_socket_is_its_owners_alone(tmp_path: Path) -> None:
    """Whatever the umask of the process."""
    before = os.umask(0)
    try:
        with opened_control(tmp_path):
            found = (tmp_path / SOCKET_NAME).stat()
    finally:
        os.umask(before)
    assert stat.S_ISSOCK(found.st_mode)
    assert stat.S_IMODE(found.st_mode) == 0o600
    assert not (tmp_path / SOCKET_NAME).exists()


def test_a_second_server_of_a_home_is_refused(tmp_path: Path) -> None:
    """And leaves the first one alone."""

    async def talk() -> Answer:
        with pytest.raises(ControlError, match="another `rahyab serve` has") as found:
            opened_control(tmp_path).__enter__()
        assert str(tmp_path) in str(found.value)
        return await asyncio.to_thread(ask, tmp_path, Reload(), LONG)

    assert serve(tmp_path, talk) == TAKEN


def test_what_a_killed_server_left_is_replaced(tmp_path: Path) -> None:
    """Nobody answers on it."""
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / SOCKET_NAME))

    async def talk() -> Answer:
        return await asyncio.to_thread(ask, tmp_path, Reload(), LONG)

    assert serve(tmp_path, talk) == TAKEN


def test_a_socket_on_which_somebody_answers_is_not_taken_away(tmp_path: Path) -> None:
    """Even if they do not know of the lock."""
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(tmp_path / SOCKET_NAME))
        other.listen(0)
        with pytest.raises(ControlError, match="another `rahyab serve` has"):
            opened_control(tmp_path).__enter__()
        other.setblocking(False)  # noqa: FBT003  the method has no other form
        other.accept()[0].close()
    assert (tmp_path / SOCKET_NAME).exists()


@pytest.mark.parametrize(("home", "cure"), [("missing", "mkdir -p"), ("file", "Not a directory")])
def test_a_home_that_cannot_be_used_is_a_sentence(tmp_path: Path, home: str, cure: str) -> None:
    """It names the variable."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ControlError, match=r"^RAHYAB_HOME: ") as found:
        opened_control(tmp_path / home).__enter__()
    assert cure in str(found.value)


@pytest.mark.parametrize("left", ["nothing", "a folder without one", "a dead socket"])
def test_where_no_server_runs_a_sentence_says_so(tmp_path: Path, left: str) -> None:
    """With the whole name of the home."""
    home = tmp_path / "home"
    if left != "nothing":
        home.mkdir()
    if left == "a dead socket":
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(home / SOCKET_NAME))
    with pytest.raises(NoServerError, match="no server runs") as found:
        ask(home, Status(), LONG)
    assert str(home) in str(found.value)


def silent(home: Path, stack: ExitStack) -> socket.socket:
    """Something that lets itself be connected, and is left in the stack."""
    other = stack.enter_context(socket.socket(socket.AF_UNIX))
    other.bind(str(home / SOCKET_NAME))
    other.listen(1)
    return other


def test_a_server_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    """With what to do then."""
    with ExitStack() as stack:
        silent(tmp_path, stack)
        with pytest.raises(NoServerError, match="has not answered within 0 s"):
            ask(tmp_path, Status(), 0.05)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"", "it ended before it had answered"),
        (b'{"kind":"taken"', "it ended before it had answered"),
        (b"hello\n", "an answer that this command does not know"),
        (b'{"kind":"deferred"}\n', "an answer that this command does not know"),
    ],
)
def test_a_server_that_says_something_else_is_a_sentence(
    tmp_path: Path, answer: bytes, told: str
) -> None:
    """Another version, or a server that dies."""

    async def talk() -> str:
        async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readline()
            writer.write(answer)
            writer.close()

        server = await asyncio.start_unix_server(reply, str(tmp_path / SOCKET_NAME))
        async with server:
            with pytest.raises(NoServerError) as found:
                await asyncio.to_thread(ask, tmp_path, Status(), LONG)
        return str(found.value)

    assert told in asyncio.run(talk())


def test_rubbish_gets_an_answer_and_harms_nobody(tmp_path: Path) -> None:
    """A line of none of ours, one that never ends, one that ends too early."""

    async def talk() -> list[bytes]:
        heard = [
            await said(tmp_path, b"GET / HTTP/1.1\r\n\r\n"),
            await said(tmp_path, b"x" * LONGEST_REQUEST * 2),
            await said(tmp_path, b'{"kind": "reload"', close=True),
            await said(tmp_path, b"", close=True),
        ]
        assert await asyncio.to_thread(ask, tmp_path, Reload(), LONG) == TAKEN
        return heard

    heard = serve(tmp_path, talk)
    assert isinstance(heard, list)
    for line in heard:
        assert line.startswith(b'{"reason":"this server does not know such a request: ')


def test_a_bug_is_an_answer_too(tmp_path: Path) -> None:
    """Its traceback is in the server's log, not on the operator's screen."""

    async def talk() -> Answer:
        return await asyncio.to_thread(ask, tmp_path, Rollback(), LONG)

    assert serve(tmp_path, talk) == Failed("a bug: see the server's log, and tell the makers")


def test_who_says_nothing_keeps_nobody_out_for_long(tmp_path: Path) -> None:
    """As many as are let in; the next one is told so, and gets in when one has left."""

    async def talk() -> bytes:
        silent = [
            await asyncio.open_unix_connection(str(tmp_path / SOCKET_NAME))
            for _ in range(MOST_CLIENTS)
        ]
        refused = await said(tmp_path, b'{"kind":"reload"}\n')
        for reader, writer in silent:
            writer.write_eof()
            await reader.read()
            writer.close()
        assert await asyncio.to_thread(ask, tmp_path, Reload(), LONG) == TAKEN
        return refused

    refused = serve(tmp_path, talk)
    assert isinstance(refused, bytes)
    assert b"try again in a moment" in refused
