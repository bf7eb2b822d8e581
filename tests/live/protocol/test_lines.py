"""How Asterisk reads lines, and how it writes them."""

import os
import socket
from pathlib import Path

import pytest

from agi_server.lab.waiting import wait_until
from tests.live.protocol.raw import RawSession
from tests.live.protocol.real import RealAsterisk

pytestmark = pytest.mark.live

LONGEST = {"sid": 8191, "bullseye": 2047}
"""Bytes of a line with its newline: one less than AGI_BUF_LEN."""

BURNT_SECONDS = 0.25
"""Of one core, by a process that has nothing to do."""

SMALL_BUFFER = 4096
DOUBLINGS = 13
"""16 bytes doubled so often are 128 KiB; a value of 8 MiB crashes Asterisk."""

REPLIES = 30
"""More of them than Linux keeps for a connection whose far end does not read."""

TICKS = os.sysconf("SC_CLK_TCK")
CPU_TIME_FIELDS = slice(11, 13)
"""utime and stime of /proc/PID/stat, counted after the name in brackets (proc(5))."""

UNKNOWN = b"510 Invalid or unknown command"


def cpu_seconds(asterisk: RealAsterisk) -> float:
    """How long Asterisk has kept a core busy."""
    stat = Path(f"/proc/{asterisk.asterisk.process.pid}/stat").read_text()
    return sum(map(int, stat.rpartition(")")[2].split()[CPU_TIME_FIELDS])) / TICKS


def set_variable(name: str, size: int) -> bytes:
    """A command of exactly so many bytes, its newline included."""
    head = f"SET VARIABLE {name} ".encode()
    return head + b"x" * (size - len(head) - 1) + b"\n"


def value_length(session: RawSession, name: str) -> bytes:
    """The length of a variable's value."""
    return session.command(f"GET FULL VARIABLE ${{LEN(${{{name}}})}}")


def test_the_longest_line(real_asterisk: RealAsterisk):
    """It arrives whole."""
    session = real_asterisk.call().session()
    longest = LONGEST[real_asterisk.suite]
    session.send(set_variable("LONG", longest))

    assert session.read_reply() == b"200 result=1"
    value = longest - len("SET VARIABLE LONG \n")
    assert value_length(session, "LONG") == b"200 result=1 (%d)" % value


def test_a_longer_line_becomes_two_commands(real_asterisk: RealAsterisk):
    """What is over the limit is the next command, and has a reply of its own."""
    session = real_asterisk.call().session()
    longest = LONGEST[real_asterisk.suite]
    tail = b"SET VARIABLE TAIL run\n"
    session.send(set_variable("LONG", longest + 1)[:-1] + tail)

    assert session.read_reply() == b"200 result=1"
    # The tail may lie in Asterisk's buffer and run when more bytes come: see the next test.
    session.wait_until_taken()
    session.send(b"NOOP\n")
    assert session.read_reply() == b"200 result=1"
    assert session.read_reply() == b"200 result=0"
    assert session.variable("TAIL") == "run"


def test_a_second_command_in_one_segment_waits_for_more_bytes(real_asterisk: RealAsterisk):
    """Asterisk has read both, answers the first, and does not look at the second."""
    session = real_asterisk.call().session()
    session.send(b"SET VARIABLE FIRST 1\nSET VARIABLE SECOND 2\n")

    assert session.read_reply() == b"200 result=1"
    assert session.is_silent(0.2)
    session.send(b"NOOP\n")
    assert session.read_reply() == b"200 result=1"
    assert session.read_reply() == b"200 result=0"


def test_a_line_without_its_newline_burns_a_core(real_asterisk: RealAsterisk):
    """Asterisk asks again and again for the rest, and does not look at the channel meanwhile."""
    call = real_asterisk.call()
    session = call.session()
    call.session("caller")
    before = cpu_seconds(real_asterisk)
    session.send(b"NOO")

    assert wait_until(lambda: cpu_seconds(real_asterisk) - before >= BURNT_SECONDS, 5)
    call.hang_up()
    assert session.is_silent(0.2)
    session.send(b"P\n")
    assert session.read_reply() == b"200 result=0"
    assert session.read_line() == b"HANGUP"
    rest = cpu_seconds(real_asterisk)
    assert session.is_silent(0.3)
    assert cpu_seconds(real_asterisk) - rest < 0.1


def test_a_fragment_at_the_end_of_the_stream_is_run(real_asterisk: RealAsterisk):
    """A server that is killed in the middle of a write can leave half a command behind."""
    call = real_asterisk.call()
    session = call.session()
    session.send(b"SET VARIABLE LAST half")
    session.half_close()

    assert session.read_rest() == [b"200 result=1", b"HANGUP"]
    assert call.after("LAST") == "half"
    assert call.status() == "SUCCESS"


@pytest.mark.parametrize("line", [b"", b"   ", b"\r", b"NOSUCH COMMAND", b"SET", b"GET VARIABL X"])
def test_what_is_no_command(real_asterisk: RealAsterisk, line: bytes):
    """Blank or unknown: 510."""
    assert real_asterisk.call().session().command(line) == UNKNOWN


@pytest.mark.parametrize("line", [b"failure", b"FAILURE", b"Failure of the rules", b"failures"])
def test_a_line_that_begins_with_failure_ends_the_session(real_asterisk: RealAsterisk, line: bytes):
    """At any moment, and the dialplan knows."""
    call = real_asterisk.call()
    session = call.session()
    assert session.command("NOOP") == b"200 result=0"
    session.send(line + b"\n")

    assert session.read_rest() == [b"HANGUP"]
    assert call.status() == "FAILURE"


@pytest.mark.parametrize("line", [b" failure", b'"failure"'])
def test_failure_counts_at_the_very_beginning_only(real_asterisk: RealAsterisk, line: bytes):
    """Otherwise it is a command that nobody knows."""
    assert real_asterisk.call().session().command(line) == UNKNOWN


def test_wrong_arguments(real_asterisk: RealAsterisk):
    """The usage comes as a block."""
    reply = real_asterisk.call().session().command("SET VARIABLE ONE").split(b"\n")

    assert reply[0] == b"520-Invalid command syntax.  Proper usage follows:"
    assert reply[-1] == b"520 End of proper usage."
    assert len(reply) >= 3


def test_a_reply_that_is_not_read_in_time_is_cut(real_asterisk: RealAsterisk):
    """Asterisk waits a tenth of a second for room, then throws the rest of the line away."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    url = f"agi://127.0.0.1:{listener.getsockname()[1]}/small"
    call = real_asterisk.call(agi=url, listener=listener)
    session = call.session("small")
    session.command("SET VARIABLE V 0123456789abcdef")
    for _ in range(DOUBLINGS):
        assert session.command('EXEC Exec "Set(V=${V}${V})"') == b"200 result=0"
    for _ in range(REPLIES):
        session.send(b"GET FULL VARIABLE ${V}\n")
    session.half_close()
    call.session("after")  # so Asterisk is through with the replies

    received = sum(len(line) for line in session.read_rest())
    assert 0 < received < REPLIES * 16 * 2**DOUBLINGS
