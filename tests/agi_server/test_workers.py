"""The workers of `rahyab serve`, as real processes: replaced, reloaded, drained."""

import asyncio
import os
import signal
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

from agi_server.lab.waiting import wait_until
from agi_server.policy import load_policy_file
from agi_server.testing import Action, AgiResult, Asked, FakeChannel, HangUp, Press, Silence, agi
from dialplan import contract
from dialplan.contract import Script
from tests.agi_server.service import (
    LONGEST_WAIT,
    Server,
    caller,
    only_sentence,
    refused,
    request,
    serving,
)
from tests.conversations.site import GOLD_CUSTOMER, MAIN_NUMBER, RULES, Site

pytestmark = pytest.mark.slow

IN_OFFICE_HOURS = "2026-11-24 10:00"


class HeldCaller:
    """A caller who listens to the first prompt until told to go on, and then does this."""

    def __init__(self, then: Action) -> None:
        self._then = then
        self.listening = asyncio.Event()
        self.go_on = asyncio.Event()

    async def __call__(self, asked: Asked, /) -> Action:
        """Hold the session."""
        del asked
        self.listening.set()
        await self.go_on.wait()
        return self._then


def held(person: HeldCaller) -> FakeChannel:
    """A call of such a caller."""
    return FakeChannel(number=GOLD_CUSTOMER, dialled=MAIN_NUMBER, caller=person)


def served(channel: FakeChannel) -> bool:
    """Whether the dialplan has its answer."""
    return channel.variables.get(contract.GO) is not None


async def call(site: Site, name: str, channel: FakeChannel | None = None) -> AgiResult:
    """One `incoming` request, of somebody who hangs up at once unless it is told."""
    channel = channel or caller(HangUp())
    return await site.request(channel, Script.INCOMING, call=name, at=IN_OFFICE_HOURS)


async def call_until(site: Site, name: str, enough: asyncio.Event) -> Sequence[AgiResult]:
    """Calls, one after the other, until there are enough."""
    results = []
    while not enough.is_set():
        results.append(await call(site, f"{name}-{len(results)}", caller(Press("1"), Press("9#"))))
    return results


async def kill_while_called(server: Server, site: Site, victim: int) -> Sequence[AgiResult]:
    """Kill a worker beside four callers, and wait for its replacement; how the calls ended."""
    enough = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        calling = [group.create_task(call_until(site, f"1.{n}-1", enough)) for n in range(4)]
        os.kill(victim, signal.SIGKILL)
        await asyncio.to_thread(server.await_line, "a worker serves in its place")
        enough.set()
    return [result for each in calling for result in each.result()]


def ended_sessions(server: Server) -> float:
    """How many `incoming` requests the metrics know of."""
    samples = server.samples().items()
    named = ("rahyab_agi_sessions_total", "incoming")
    return sum(value for key, value in samples if (key[0], key[-1]) == named)


def test_a_killed_worker_is_replaced_beside_calls(home: Path) -> None:
    """Only sessions that it had are lost: at most one of each caller. Counts go on from there."""
    with serving(home, WORKERS="2") as server:
        site = request(home, server)
        for number in range(6):
            asyncio.run(call(site, f"1.9-{number}"))
        assert wait_until(lambda: ended_sessions(server) == 6, LONGEST_WAIT)
        before, first = server.pids(), server.samples()
        results = asyncio.run(kill_while_called(server, site, before[0]))
        died = next(line for line in server.log if line["event"].startswith("a worker died"))
        assert (died["worker"], died["how"]) == (1, "killed by SIGKILL")
        assert [result.status for result in results].count("SUCCESS") >= len(results) - 4
        assert len(results) > 8
        health = server.health()
        assert (health["http"], health["status"], len(health["workers"])) == (200, "ok", 2)
        assert (server.pids()[0] == before[0], server.pids()[1] == before[1]) == (False, True)
        then = server.samples()
        assert then["rahyab_worker_deaths_total",] == 1
        assert [key for key in first if grown(key[0]) and then[key] < first[key]] == []
        assert server.end() == 0


def grown(name: str) -> bool:
    """Whether a sample may only grow."""
    return name.endswith(("_total", "_count", "_bucket", "_sum"))


def test_the_only_worker_dying_is_told_by_health(home: Path) -> None:
    """Calls that come meanwhile wait in the socket, and are served by the next worker."""
    with serving(home) as server:
        (victim,) = server.pids()
        os.kill(victim, signal.SIGKILL)
        server.await_line("a worker died; it is replaced")
        health = server.health()
        assert (health["http"], health["status"]) == (503, "no worker is ready")
        channel = caller(Press("1"), Press("9#"))
        assert asyncio.run(call(request(home, server), "1.1-1", channel)).status == "SUCCESS"
        assert served(channel)
        assert server.end() == 0


def revisions(server: Server) -> set[str]:
    """By which the workers serve, and which the service says is in force."""
    health = server.health()
    return {health["revision"], *(worker["revision"] for worker in health["workers"])}


def change(rules: Path) -> str:
    """Write other rules that are good; their revision."""
    text = RULES.read_text(encoding="utf-8").replace("Pars Support", "Parsa Support")
    rules.write_text(text, encoding="utf-8")
    return load_policy_file(rules).revision


def signal_all(pids: Sequence[int]) -> None:
    """As a terminal and systemd do: every process gets the signal."""
    for pid in pids:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(pid, number)


def test_rules_are_reloaded_in_all_workers_or_in_none(home: Path) -> None:
    """One dies while it loads them: the others keep the old ones, and so does its replacement."""
    old = load_policy_file(home / "rules.yaml").revision
    new = change(home / "rules.yaml")
    with serving(home, WORKERS="2", LOG_LEVEL="debug") as server:
        assert revisions(server) == {new}
        signal_all(server.pids())
        (home / "rules.yaml").write_bytes(RULES.read_bytes())
        victim = server.pids()[1]
        os.kill(victim, signal.SIGSTOP)
        server.signal(signal.SIGHUP)
        server.await_line("workers are to load other rules")
        os.kill(victim, signal.SIGKILL)
        refused = server.await_line("rules not reloaded; the old ones stay")
        assert refused["reason"] == "worker 2: died while it loaded them"
        server.await_line("a worker serves in its place")
        assert revisions(server) == {new}
        then = server.samples()
        assert then["rahyab_rules_failed_reloads_total",] == 1
        assert then["rahyab_worker_deaths_total",] == 1, "workers heed the supervisor alone"

        server.signal(signal.SIGHUP)
        server.await_line("rules reloaded")
        assert revisions(server) == {old}
        assert server.samples()["rahyab_rules_info", old] == 1
        assert server.end() == 0


async def drain_with_one(server: Server, site: Site) -> tuple[AgiResult, FakeChannel]:
    """Drain beside a session; how that ended, and a call that came meanwhile."""
    person, late = HeldCaller(HangUp()), caller()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(call(site, "1.1-1", held(person)))
        await person.listening.wait()
        server.signal(signal.SIGTERM)
        told = await asyncio.to_thread(server.await_line, "waiting for running sessions")
        assert told["left"] == 1
        health = await asyncio.to_thread(server.health)
        assert (health["http"], health["status"]) == (503, "draining")
        assert (await call(site, "1.1-2", late)).status == "FAILURE"
        person.go_on.set()
    return running.result(), late


def test_a_drain_lets_running_sessions_finish(home: Path) -> None:
    """New ones are refused with the reason, by the worker that has nothing to do too."""
    with serving(home) as server:
        result, late = asyncio.run(drain_with_one(server, request(home, server)))
        assert (result.status, result.was_reset) == ("HANGUP", False)
        assert late.variables.get(contract.REASON) == "drain"
        assert server.await_end() == 0
    assert "sessions cut at the end" not in [line["event"] for line in server.log]


async def stop_twice_with_one(server: Server, site: Site) -> AgiResult:
    """Drain beside a session that would last, and then have no more patience."""
    person = HeldCaller(Silence())
    running = asyncio.create_task(call(site, "1.1-1", held(person)))
    await person.listening.wait()
    server.signal(signal.SIGTERM)
    await asyncio.to_thread(server.await_line, "stopping")
    server.signal(signal.SIGTERM)
    await asyncio.to_thread(server.await_line, "sessions cut at the end")
    person.go_on.set()
    return await running


def test_a_second_sigterm_cuts_what_runs_and_counts_it(home: Path) -> None:
    """Its dialplan is told, so that the fallback takes the caller."""
    with serving(home, WORKERS="2") as server:
        result = asyncio.run(stop_twice_with_one(server, request(home, server)))
        assert result.status == "FAILURE"
        assert server.log[-1]["sessions"] == 1
        assert server.await_end() == 0


async def orphan(server: Server, site: Site) -> AgiResult:
    """Kill the supervisor beside a session."""
    person = HeldCaller(HangUp())
    running = asyncio.create_task(call(site, "1.1-1", held(person)))
    await person.listening.wait()
    server.signal(signal.SIGKILL)
    event = "the supervisor is gone: ending after the running calls"
    await asyncio.to_thread(server.await_line, event)
    person.go_on.set()
    return await running


def test_without_a_supervisor_workers_finish_and_end(home: Path) -> None:
    """Nothing is left that holds the port."""
    with serving(home, WORKERS="2") as server:
        result = asyncio.run(orphan(server, request(home, server)))
        assert (result.status, result.was_reset) == ("HANGUP", False)
        # The log's pipe is at its end when the last worker is.
        assert server.await_end() == -signal.SIGKILL
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(server.address)


def test_scripts_of_the_site_are_served_beside_ours(home: Path) -> None:
    """By name, from a file; one that cannot be loaded is a sentence at the start."""
    script = home / "hello.py"
    script.write_text("def hello(agi):\n    agi.set_variable('HELLO', agi.env['agi_callerid'])\n")
    with serving(home, SCRIPTS=f"hello={script}:hello") as server:
        channel = FakeChannel(number="100")
        url = "agi://{}:{}/hello".format(*server.address)
        assert asyncio.run(agi(channel, url)).status == "SUCCESS"
        assert channel.variables["HELLO"] == "100"
    done = refused(home, SCRIPTS=f"hello={script}:hallo")
    assert done.returncode == 2
    assert "hallo" in only_sentence(done)
