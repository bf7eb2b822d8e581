"""Plays many Asterisks at once against an AGI server, in a process of its own.

It answers every command with what a live channel would say, as cheaply as possible, so that the
server and not the load generator is what is measured.
"""

import asyncio
import re
import sys
import time
from dataclasses import dataclass, field

import uvloop

ENVIRONMENT = (
    "agi_network: yes\nagi_network_script: {script}\nagi_request: agi://127.0.0.1/{script}\n"
    "agi_channel: PJSIP/trunk-{n:08x}\nagi_language: en\nagi_type: PJSIP\nagi_uniqueid: 1.{n}\n"
    "agi_version: 22.10.1\nagi_callerid: {caller}\nagi_calleridname: unknown\n"
    "agi_callingpres: 0\nagi_callingani2: 0\nagi_callington: 0\nagi_callingtns: 0\n"
    "agi_dnid: {dialled}\nagi_rdnis: unknown\nagi_context: rahyab-call\nagi_extension: incoming\n"
    "agi_priority: 2\nagi_enhanced: 0.0\nagi_accountcode: \nagi_threadid: 1\n"
    "agi_arg_1: call=bench-{run}-{n}\nagi_arg_2: visit=1\nagi_arg_3: dialled={dialled}\n"
    "agi_arg_4: at=2026-11-24 10:00\n\n"
)
NUMBER = re.compile(rb"CALLERID\(num\)")


@dataclass(slots=True)
class Result:
    """What came of a load: seconds from environment to first command, and commands per session."""

    first_command: list[float] = field(default_factory=list)
    commands: int = 0
    failures: int = 0


@dataclass(slots=True)
class Load:
    """Sessions of one kind against one server, from one customer after the other."""

    host: str
    port: int
    script: str
    first_number: int
    customers: int
    dialled: str
    run: str
    result: Result = field(default_factory=Result)
    _serial: int = 0

    async def session(self) -> None:
        """One whole AGI session."""
        self._serial += 1
        caller = f"+{self.first_number + self._serial % self.customers}"
        reader, writer = await asyncio.open_connection(self.host, self.port)
        environment = ENVIRONMENT.format(
            script=self.script,
            caller=caller,
            dialled=self.dialled,
            run=self.run,
            n=self._serial,
        )
        sent_at = time.perf_counter()
        writer.write(environment.encode())
        first = True
        while line := await reader.readline():
            if first:
                self.result.first_command.append(time.perf_counter() - sent_at)
                first = False
            if line.startswith(b"failure"):
                self.result.failures += 1
                break
            self.result.commands += 1
            writer.write(_reply(line, caller))
        writer.close()

    async def closed_loop(self, sessions: int, at_once: int) -> None:
        """Keep `at_once` sessions busy until `sessions` are done."""
        left = iter(range(sessions))

        async def worker() -> None:
            for _ in left:
                await self.session()

        await asyncio.gather(*(worker() for _ in range(at_once)))

    async def open_loop(self, rate: float, seconds: float) -> None:
        """Begin `rate` sessions a second, whatever becomes of the earlier ones."""
        start = time.perf_counter()
        tasks = []
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
            tasks.append(asyncio.create_task(self.session()))
        await asyncio.gather(*tasks)


def _reply(line: bytes, caller: str) -> bytes:
    if line.startswith(b"GET FULL VARIABLE"):
        value = caller.encode() if NUMBER.search(line) else b""
        return b"200 result=1 (x" + value.replace(b"+", b"%2B") + b")\n"
    if line.startswith(b"SET VARIABLE"):
        return b"200 result=1\n"
    if line.startswith(b"STREAM FILE"):
        return b"200 result=0 endpos=8000\n"
    return b"200 result=0\n"


def main() -> None:
    """`load.py PORT SCRIPT NUMBER:COUNT DIALLED RUN closed|open COUNT|RATE AT_ONCE|SECONDS`."""
    port, script, callers, dialled, run, kind, first, second = sys.argv[1:]
    number, count = map(int, callers.split(":"))
    load = Load("127.0.0.1", int(port), script, number, count, dialled, run)
    started, cpu = time.perf_counter(), time.process_time()
    if kind == "closed":
        uvloop.run(load.closed_loop(int(first), int(second)))
    else:
        uvloop.run(load.open_loop(float(first), float(second)))
    latencies = sorted(load.result.first_command)
    sessions = len(latencies)
    print(  # noqa: T201  the result, for the parent process
        sessions,
        load.result.commands / max(1, sessions),
        load.result.failures,
        time.perf_counter() - started,
        time.process_time() - cpu,
        latencies[sessions // 2],
        latencies[min(sessions - 1, round(sessions * 0.99))],
    )


if __name__ == "__main__":
    main()
