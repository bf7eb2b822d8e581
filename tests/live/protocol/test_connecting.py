"""How AGI() finds its server, and what happens when it does not."""

import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.live.protocol.real import RealAsterisk, RealCall

pytestmark = pytest.mark.live

DEFAULT_PORT = 4573
CONNECT_SECONDS = 2.0
"""MAX_AGI_CONNECT in res_agi.c."""

BROADCAST = "255.255.255.255"
"""TCP cannot connect there, and the kernel says so at once."""


def listen(address: str, port: int = 0) -> tuple[socket.socket, int]:
    """A listener and its port."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.create_server((address, port), family=family)
    return listener, listener.getsockname()[1]


def own_address() -> str:
    """An address of loopback that no other test uses, so that fixed ports are free there."""
    process = os.getpid()
    return f"127.{process >> 16 & 127}.{process >> 8 & 255}.{process & 127 | 128}"


@contextmanager
def deaf_port(address: str) -> Iterator[int]:
    """A port that answers nothing at all: its queue is full, so the kernel drops what comes."""
    with socket.socket() as listener:
        listener.bind((address, 0))
        listener.listen(0)
        port: int = listener.getsockname()[1]
        with socket.create_connection((address, port)):
            yield port


def seconds_until_after(call: RealCall) -> float:
    """How long AGI() takes, from the call's start to the session that reports."""
    start = time.monotonic()
    call.session("after")
    return time.monotonic() - start


@pytest.mark.parametrize("host", ["[::1]:{port}", "127.0.0.1:{port}", "localhost:{port}"])
def test_the_host_may_be_an_address_of_either_kind_or_a_name(
    real_asterisk: RealAsterisk, host: str
):
    """IPv6 needs brackets when a port follows."""
    listener, port = listen("::1" if "::1" in host else "127.0.0.1")
    call = real_asterisk.call(agi=f"agi://{host.format(port=port)}/there", listener=listener)

    assert call.session("there").values["agi_network"] == b"yes"


def test_without_a_port_it_is_4573(real_asterisk: RealAsterisk):
    """AGI_PORT in res_agi.c."""
    listener, _ = listen(own_address(), DEFAULT_PORT)
    call = real_asterisk.call(agi=f"agi://{own_address()}/there", listener=listener)

    assert call.session("there").values["agi_network"] == b"yes"


def test_a_bare_address_of_version_6_has_no_port(real_asterisk: RealAsterisk):
    """More than one colon without brackets: all of it is address."""
    listener, _ = listen(own_address(), DEFAULT_PORT)
    call = real_asterisk.call(agi=f"agi://::ffff:{own_address()}/there", listener=listener)

    assert call.session("there").values["agi_network"] == b"yes"


def test_the_scheme_may_be_written_in_capitals(real_asterisk: RealAsterisk):
    """The request keeps the URL as it was written."""
    listener, port = listen("127.0.0.1")
    url = f"AGI://127.0.0.1:{port}/there"
    call = real_asterisk.call(agi=url, listener=listener)

    assert call.session("there").values["agi_request"] == url.encode()


def test_nobody_listens(real_asterisk: RealAsterisk):
    """AGISTATUS says so at once, and the dialplan goes on behind AGI()."""
    with deaf_port("127.0.0.1") as port:
        pass
    call = real_asterisk.call(agi=f"agi://127.0.0.1:{port}/")

    assert seconds_until_after(call) < CONNECT_SECONDS / 2
    assert call.status() == "FAILURE"
    assert call.after("REPORTED") == "yes"


def test_the_name_of_the_host_is_unknown(real_asterisk: RealAsterisk):
    """The same."""
    call = real_asterisk.call(agi="agi://no-such-host.invalid/")

    assert call.status() == "FAILURE"


def test_a_host_that_does_not_answer_costs_two_seconds(real_asterisk: RealAsterisk):
    """The caller hears silence meanwhile."""
    with deaf_port("127.0.0.1") as port:
        call = real_asterisk.call(agi=f"agi://127.0.0.1:{port}/")
        seconds = seconds_until_after(call)

    assert CONNECT_SECONDS - 0.1 <= seconds < CONNECT_SECONDS + 1
    assert call.status() == "FAILURE"


def test_the_addresses_of_a_name_are_tried_in_turn(real_asterisk: RealAsterisk):
    """Two seconds for the one that does not answer, then the next."""
    with deaf_port("127.0.0.21") as port:
        listener, _ = listen("127.0.0.22", port)
        real_asterisk.name_hosts("two-addresses", ["127.0.0.21", "127.0.0.22"])
        start = time.monotonic()
        call = real_asterisk.call(agi=f"agi://two-addresses:{port}/there", listener=listener)
        call.session("there")

    assert time.monotonic() - start >= CONNECT_SECONDS - 0.1


def test_an_address_that_fails_at_once_ends_the_search(real_asterisk: RealAsterisk):
    """Asterisk goes on with the dead socket, and only its first write tells."""
    mark = real_asterisk.asterisk.log.size()
    call = real_asterisk.call(agi=f"agi://{BROADCAST}/")

    assert seconds_until_after(call) < CONNECT_SECONDS / 2
    assert call.status() == "FAILURE"
    log = "\n".join(real_asterisk.asterisk.log.lines(mark))
    assert f"Connection to {BROADCAST}:4573 failed with unexpected error" in log
    assert "Couldn't connect to any host" not in log


def test_an_address_that_cannot_be_reached_is_tried_last(real_asterisk: RealAsterisk):
    """The C library sorts so: one that fails at once does not hide another of the same name."""
    listener, port = listen("127.0.0.1")
    real_asterisk.name_hosts("out-of-reach-first", [BROADCAST, "127.0.0.1"])
    call = real_asterisk.call(agi=f"agi://out-of-reach-first:{port}/there", listener=listener)

    assert call.session("there").values["agi_network"] == b"yes"


def test_eagi_does_not_go_over_the_network(real_asterisk: RealAsterisk):
    """It fails without connecting."""
    call = real_asterisk.call(extension="eagi")

    assert call.status() == "FAILURE"
    with pytest.raises(TimeoutError):
        call.session(timeout=0.01)


@pytest.mark.parametrize(
    ("behind_the_port", "script"),
    [
        ("", None),
        ("/", None),
        ("/one", b"one"),
        ("/one/two?x=1&y=%20+", b"one/two?x=1&y=%20+"),
        ("//one", b"/one"),
    ],
)
def test_the_script_is_what_follows_the_first_slash(
    real_asterisk: RealAsterisk, behind_the_port: str, script: bytes | None
):
    """Undecoded, its query included; without any there is no such line."""
    listener, port = listen("127.0.0.1")
    url = f"agi://127.0.0.1:{port}{behind_the_port}"
    call = real_asterisk.call(agi=url, listener=listener)
    name = re.split("[/?]", (script or b"").decode())[0]

    assert call.session(name).values.get("agi_network_script") == script
