"""`rahyab serve` as a real process: how it begins, listens to signals, logs and ends."""

import asyncio
import errno
import json
import signal
import socket
import sqlite3
import struct
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from agi_server.policy import PolicyError, load_policy_file
from agi_server.testing import Action, Asked, FakeChannel, HangUp, Press, ScriptedCaller, Silence
from crm.sqlite_store import SqliteStore
from dialplan import contract
from dialplan.contract import Go, Script
from tests.agi_server.service import (
    LONGEST_WAIT,
    ROOT,
    TRACKING,
    Server,
    caller,
    customer,
    only_sentence,
    refused,
    request,
    serving,
)
from tests.conversations.site import CALL_ID, GOLD_CUSTOMER, RULES, Site

pytestmark = pytest.mark.slow
"""Each starts a process."""

BAD_RULES = ROOT / "tests" / "bad_rules" / "several-mistakes.yaml"
IN_OFFICE_HOURS = "2026-11-24 10:00"

GARBAGE = (
    b"",
    b"agi_network: yes\nagi_request: agi://127.0.0.1/inc",
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"OPTIONS sip:x@127.0.0.1 SIP/2.0\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x00\xff",
    b"\x00" * 100_000,
    b"agi_network: " + b"x" * 1_000_000,
    b"200 result=0\n200 result=0\nHANGUP\n",
)
"""What comes to an open port: a bare probe, half a request, other protocols, and floods."""

CUT_OFF = (errno.EPIPE, errno.ECONNRESET, errno.ENOTCONN)
"""What a stranger meets whose first bytes were enough for the server to close."""


def test_port_in_use_ends_with_two(home: Path) -> None:
    """And says how to find who has it."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = refused(home, LISTEN=f"127.0.0.1:{port}")
    assert done.returncode == 2
    assert f"port {port} on 127.0.0.1 is in use" in only_sentence(done)
    assert f"ss -ltnp sport = :{port}" in done.stderr


def test_metrics_port_in_use_ends_with_two(home: Path) -> None:
    """And names the variable."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = refused(home, METRICS=f"127.0.0.1:{port}")
    assert done.returncode == 2
    assert f"RAHYAB_METRICS: port {port} on 127.0.0.1 is in use" in only_sentence(done)
    assert done.stderr.endswith("or choose another port; or write off\n")


def test_rules_with_problems_end_with_one_and_all_of_them(tmp_path: Path) -> None:
    """Nothing else is begun: not even a database is made."""
    with pytest.raises(PolicyError) as found:
        load_policy_file(BAD_RULES)
    done = refused(tmp_path, RULES=str(BAD_RULES))
    assert done.returncode == 1
    assert len(found.value.problems) > 3
    for problem in found.value.problems:
        where = f"{BAD_RULES}:{problem.line}:{problem.column}"
        assert f"{where}: {problem.level}: {problem.message}" in done.stdout
    assert f"{len(found.value.problems)} errors" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_missing_rules_end_with_two(home: Path) -> None:
    """By name."""
    done = refused(home, RULES=str(home / "no-such.yaml"))
    assert done.returncode == 2
    assert "no-such.yaml cannot be read" in only_sentence(done)


def test_database_of_a_newer_version_ends_with_two(home: Path) -> None:
    """With the cure."""
    with closing(sqlite3.connect(home / "rahyab.db")) as database, database:
        database.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('rahyab', '999-from-the-future', '2030-01-01')"
        )
    done = refused(home)
    assert done.returncode == 2
    assert "999-from-the-future" in only_sentence(done)
    assert "update rahyab" in done.stderr


def test_missing_folder_of_the_database_stops_no_call(home: Path) -> None:
    """The log has the cure; it may be a disk that is not mounted, so none is made."""
    folder = home / "not-mounted"
    with serving(home, DATABASE=str(folder / "rahyab.db")) as server:
        channel = caller(Press("1"))
        site = request(home, server)
        asyncio.run(site.request(channel, Script.INCOMING, at=IN_OFFICE_HOURS))
        assert channel.variables.get(contract.GO) == Go.QUEUE
        assert server.end() == 0
    away = [line for line in server.log if line["event"].startswith("the store is away")]
    assert f"mkdir -p {folder}" in away[0]["reason"]
    assert not folder.exists()


def test_a_database_that_is_damaged_ends_with_two(home: Path) -> None:
    """Another try would not help: a person must look at it."""
    (home / "rahyab.db").write_text("this is no database")
    done = refused(home)
    assert done.returncode == 2
    assert "not an SQLite database" in done.stderr.splitlines()[-1]


def test_sigterm_ends_in_order(home: Path) -> None:
    """With 0; the log says so, and the port is free again."""
    with serving(home) as server:
        socket.create_connection(server.address, LONGEST_WAIT).close()
        assert server.end() == 0
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(server.address)
    assert [line["event"] for line in server.log] == ["serving", "stopping"]
    # The write-ahead log is gone with the last connection that was closed.
    assert not (home / "rahyab.db-wal").exists()


def revision_served(home: Path, server: Server, call: str) -> str:
    """Place a call; the revision of the rules that it was served by."""
    site = request(home, server)
    asyncio.run(site.request(caller(HangUp()), Script.INCOMING, call=call, at=IN_OFFICE_HOURS))
    with closing(SqliteStore(site.database)) as store:
        stored = store.call(call)
    assert stored is not None
    return stored.revision


def test_sighup_takes_good_rules_and_keeps_the_old_for_bad_ones(home: Path) -> None:
    """A bad file is told whole, and calls go on by the rules as they were."""
    rules = home / "rules.yaml"
    first = load_policy_file(rules).revision
    with serving(home) as server:
        rules.write_bytes(BAD_RULES.read_bytes())
        server.signal(signal.SIGHUP)
        told = server.await_line("rules not reloaded; the old ones stay")
        with pytest.raises(PolicyError) as found:
            load_policy_file(rules)
        assert told["level"] == "error"
        assert told["problems"] == [
            f"{rules}:{each.line}:{each.column}: {each.message} [{each.code}]"
            for each in found.value.problems
        ]
        assert revision_served(home, server, "1.1-1") == first

        rules.unlink()
        server.signal(signal.SIGHUP)
        told = server.await_line("rules not reloaded; the old ones stay")
        assert "cannot be read" in told["reason"]
        assert revision_served(home, server, "1.1-2") == first

        changed = RULES.read_text(encoding="utf-8").replace("Pars Support", "Parsa Support")
        rules.write_text(changed, encoding="utf-8")
        second = load_policy_file(rules).revision
        assert second != first
        server.signal(signal.SIGHUP)
        assert server.await_line("rules reloaded")["revision"] == second
        assert revision_served(home, server, "1.1-3") == second
        assert server.end() == 0


async def whole_call(site: Site) -> FakeChannel:
    """A customer asks after a request, wants a person, is served, and answers the survey."""
    channel = caller(Press("3"), Press(TRACKING), Silence(), Press("1"), Press("9#"), Press("1"))
    queue = {"agent": "sara", "hold": "7", "queued": "1795501800", "at": IN_OFFICE_HOURS}
    await site.request(channel, Script.INCOMING, at=IN_OFFICE_HOURS)
    assert channel.variables.get(contract.GO) == "queue"
    assert "rahyab/fa/tracking-state-waiting" in [heard.file for heard in channel.heard]
    await site.request(channel, Script.AFTER_QUEUE, 2, status="CONTINUE", **queue)
    await site.request(channel, Script.SURVEY, 3, at=IN_OFFICE_HOURS)
    channel.hang_up()
    await site.request(channel, Script.ENDED, 4, **queue)
    return channel


def test_one_line_of_log_tells_a_call_and_betrays_nobody(home: Path) -> None:
    """Neither the caller's number nor a tracking number, keyed in or read out, is in the log."""
    with serving(home) as server:
        site = request(home, server)
        asyncio.run(whole_call(site))
        assert server.end() == 0
    (line,) = (line for line in server.log if line["event"] == "call")
    assert line["call"] == CALL_ID
    assert (line["outcome"], line["agent"], line["queue"]) == ("answered", "sara", "support")
    assert [each["event"] for each in server.log] == ["serving", "call", "stopping"]
    text = json.dumps(server.log)
    (case,) = site.story().cases
    for secret in (GOLD_CUSTOMER.removeprefix("+98"), TRACKING, case.tracking):
        assert secret not in text


class Disturbed:
    """A caller beside whom strangers come to the port, at each thing that is asked."""

    def __init__(self, address: tuple[str, int], caller: ScriptedCaller) -> None:
        self._address = address
        self._caller = caller
        self.strangers = 0

    async def __call__(self, asked: Asked, /) -> Action:
        """Have the strangers come and go; then do what the caller does."""
        for data in GARBAGE:
            await asyncio.to_thread(disturb, self._address, data)
            self.strangers += 1
        return await self._caller(asked)


def disturb(address: tuple[str, int], data: bytes) -> None:
    """Send this and vanish with a RST, as port scanners do."""
    with socket.create_connection(address, LONGEST_WAIT) as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        try:
            stranger.sendall(data)
        except OSError as error:
            if error.errno not in CUT_OFF:
                raise


def finished(address: tuple[str, int], data: bytes) -> bytes:
    """Send this, close our side, and wait for the server's: all that it said."""
    with socket.create_connection(address, LONGEST_WAIT) as stranger:
        try:
            stranger.sendall(data)
            stranger.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: stranger.recv(4096), b""))
        except OSError as error:
            if error.errno not in CUT_OFF:
                raise
            return b""


def above_debug(log: Sequence[dict[str, Any]]) -> list[str]:
    """The events that an administrator sees at the default level."""
    return [line["event"] for line in log if line["level"] != "debug"]


def test_strangers_on_the_port_leave_a_call_undisturbed(home: Path) -> None:
    """They are cut off without an answer, and nobody is woken for them."""
    with serving(home, LOG_LEVEL="debug") as server:
        site = request(home, server)
        script = ScriptedCaller(Press("1"), Press("9#"), Press("1"))
        beside = Disturbed(server.address, script)
        channel = customer(beside)
        result = asyncio.run(site.request(channel, Script.INCOMING, at=IN_OFFICE_HOURS))
        assert (result.status, result.was_reset) == ("SUCCESS", False)
        assert channel.variables.get(contract.QUEUE) == "support-fa"
        assert len(site.story().cases) == 1
        for data in GARBAGE:
            assert finished(server.address, data) == b""
        assert server.end() == 0
    ended = [line for line in server.log if line["event"] == "connection without a session"]
    assert len(ended) == beside.strangers + len(GARBAGE)
    assert beside.strangers > len(GARBAGE)
    assert above_debug(server.log) == ["serving", "stopping"]
