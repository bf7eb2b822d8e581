"""That the AGI benchmark runs and counts right; what it measures is nobody's business here."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

BENCH = Path(__file__).parent / "agi_bench.py"
ENVIRONMENT = (
    "agi_network: yes\nagi_network_script: bench\nagi_request: agi://127.0.0.1/bench\n"
    "agi_channel: PJSIP/trunk-1\nagi_language: en\nagi_type: PJSIP\nagi_uniqueid: {uniqueid}\n"
    "agi_version: 22.10.1\nagi_callerid: unknown\nagi_calleridname: unknown\n"
    "agi_callingpres: 0\nagi_callingani2: 0\nagi_callington: 0\nagi_callingtns: 0\n"
    "agi_dnid: 100\nagi_rdnis: unknown\nagi_context: default\nagi_extension: 100\n"
    "agi_priority: 1\nagi_enhanced: 0.0\nagi_accountcode: \nagi_threadid: 1\n\n"
)
HIDING = """
import importlib.metadata as metadata

known = metadata.version

def version(package):
    if package in {"panoramisk", "pystrix", "pyst2"}:
        raise metadata.PackageNotFoundError(package)
    return known(package)

metadata.version = version
"""
OWN_SERVERS = "floor,ours,streams"


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """The environment of a Python that has none of the other servers, installed or not."""
    (tmp_path / "sitecustomize.py").write_text(HIDING, encoding="utf-8")
    return {**os.environ, "PYTHONPATH": str(tmp_path)}


def run(*words: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The benchmark, to its end."""
    command = [sys.executable, str(BENCH), *words]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env=environment
    )


@contextmanager
def served(environment: dict[str, str] | None = None) -> Iterator[int]:
    """The port where `agi_bench.py serve` listens."""
    command = [sys.executable, str(BENCH), "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline().split()[-1])
        finally:
            server.kill()


def commands_of(port: int, uniqueid: str) -> list[str]:
    """The lines of one whole session, played to its end."""
    with socket.create_connection(("127.0.0.1", port), 10) as sock, sock.makefile("rw") as stream:
        stream.write(ENVIRONMENT.format(uniqueid=uniqueid))
        stream.flush()
        lines = []
        for line in stream:
            lines.append(line.rstrip("\n"))
            stream.write("200 result=1 (x)\n" if line.startswith("GET") else "200 result=1\n")
            stream.flush()
        return lines


def test_the_table_has_a_row_for_each_server() -> None:
    """With the failures in the last column: none."""
    done = run("--sessions", "40", "--rounds", "2", "--servers", OWN_SERVERS)
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines() if " µs " in line]
    failures = {row[0]: row[-1] for row in rows if row[-1].isdigit()}
    assert failures == {"floor": "0", "rahyab": "0", "streams": "0"}


def test_every_session_is_counted_and_none_fails() -> None:
    """Also when two load processes share an odd number."""
    done = run("--sessions", "41", "--rounds", "1", "--loads", "2", "--json", "--servers", "ours")
    assert done.returncode == 0, done.stderr
    (measured,) = json.loads(done.stdout)["ours"]["rounds"]
    assert measured["failures"] == 0
    assert measured["sessions_a_second"] > 0
    assert measured["cpu"] > 0


def test_sessions_that_wait_are_weighed_and_stay() -> None:
    """None is lost, and the new ones beside them all end well."""
    done = run("open", "--sessions", "150", "--rate", "50", "--seconds", "1", "--json")
    assert done.returncode == 0, done.stderr
    opened: dict[str, Any] = json.loads(done.stdout)["ours"]
    counts = {name: opened[name] for name in ("held", "held_to_the_end", "new", "failures")}
    assert counts == {"held": 150, "held_to_the_end": 150, "new": 50, "failures": 0}
    assert opened["pss"] > 0


def test_the_served_session_is_the_one_it_says() -> None:
    """Five SET VARIABLE and a GET VARIABLE; no two sessions have a value in common."""
    with served() as port:
        lines = commands_of(port, "1.5")
        others = commands_of(port, "1.6")
    assert [line.split('"')[0] for line in lines] == ["SET VARIABLE "] * 5 + ["GET VARIABLE "]
    assert all("1.5" in line for line in lines[:5])
    assert not set(lines[:5]) & set(others)


def test_a_server_that_refuses_is_a_failure() -> None:
    """The load against a port where someone only closes: counted, and not waited for."""
    load = str(BENCH.with_name("agi_load.py"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        command = [sys.executable, load, "busy", port, "3", "1", "0"]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdin is not None
            assert child.stdout is not None
            assert child.stdout.readline() == "ready 0\n"
            child.stdin.write("go\n")
            child.stdin.flush()
            for answer in (b"", b"failure\n", b"SET CONTEXT x\n"):
                peer, _ = listener.accept()
                with peer:
                    peer.sendall(answer)
            result = json.loads(child.stdout.readline())
    assert (result["failures"], result["sessions"]) == (3, [])


def test_an_unknown_server_is_named_with_those_there_are() -> None:
    """So that the right name need not be looked up."""
    done = run("--servers", "ours,nobody")
    assert done.returncode == 1
    assert "no server nobody: there are floor, ours," in done.stderr


def test_what_is_not_installed_is_named_with_the_command(bare: dict[str, str]) -> None:
    """And only what the comparison needs: the other servers run without it."""
    done = run("--servers", "pystrix,ours", environment=bare)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: pystrix not installed: pip install -e .[bench]")


def test_serving_needs_none_of_the_others(bare: dict[str, str]) -> None:
    """Whoever brings a load of their own need not install our rivals."""
    with served(bare) as port:
        assert len(commands_of(port, "1.7")) == 6
