"""Where the server's own time in a session goes, without sockets.

Run by hand: `PYTHONPATH=. python tests/bench/agi_pieces.py`. Each piece is run alone, some
thousands of times, and the least of several rounds is printed: what else the machine does can only
make it more. The whole sessions run on uvloop over a transport that throws everything away; what is
missing against `agi_bench.py` is the kernel's and uvloop's.
"""

import asyncio
from collections.abc import Callable
from time import perf_counter
from typing import Any, Final

import uvloop
from rich.console import Console
from rich.table import Table

from agi_load import environment
from agi_server.channel import Channel
from agi_server.commands import GetVariable, SetVariable
from agi_server.link import Link
from agi_server.protocol import Machine, Reply
from agi_server.server import AgiServer
from agi_session import READ, SCRIPT, VARIABLES

ROUNDS: Final = 15
TIMES: Final = 4000
TOGETHER: Final = 64
ONE: Final = b"200 result=1\n"
VALUE: Final = b"200 result=1 (value)\n"
ENVIRONMENT: Final = environment(SCRIPT, 1)
COMMAND: Final = SetVariable("RAHYAB_GO", "a value of some length")


class Nowhere(asyncio.Transport):
    """A transport that throws everything away."""

    def write(self, data: Any) -> None:  # noqa: ANN401  as asyncio has it
        """Throw it away."""

    def write_eof(self) -> None:
        """Do nothing."""

    def is_closing(self) -> bool:
        """It stays open."""
        return False

    def close(self) -> None:
        """Do nothing."""


def least(work: Callable[[], object]) -> float:
    """Microseconds of one run."""
    found = []
    for _ in range(ROUNDS):
        began = perf_counter()
        for _ in range(TIMES):
            work()
        found.append((perf_counter() - began) / TIMES)
    return min(found) * 1e6


def read_environment() -> Machine:
    """A machine that has read its environment."""
    machine = Machine()
    machine.receive_data(ENVIRONMENT)
    machine.next_event()
    return machine


def exchange(machine: Machine) -> None:
    """A command out and its reply in, without what encodes and decodes them."""
    machine.send(COMMAND)
    machine.receive_reply(ONE)


async def session(channel: Channel) -> None:
    """What `agi_bench.py` has a server do."""
    uniqueid = channel.environment["agi_uniqueid"]
    for variable in VARIABLES:
        await channel.send(SetVariable(variable, f"{uniqueid}-{variable}"))
    await channel.send(GetVariable(READ))


async def nothing(channel: Channel) -> None:
    """End at once."""
    del channel


async def whole(handler: Callable[[Channel], Any], replies: list[bytes]) -> float:
    """Microseconds of one whole session, of many that go on together."""
    loop = asyncio.get_running_loop()
    server = AgiServer({SCRIPT: handler})
    server._loop = loop
    found = []
    for _ in range(ROUNDS * 4):
        environments = [environment(SCRIPT, number) for number in range(TOGETHER)]
        began = perf_counter()
        links = [Link(server, loop, 5.0) for _ in range(TOGETHER)]
        for link, data in zip(links, environments, strict=True):
            link.connection_made(Nowhere())
            link.data_received(data)
        for data in [*replies, b"HANGUP\n"]:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            for link in links:
                link.data_received(data)
        for link in links:
            link.connection_lost(None)
        found.append((perf_counter() - began) / TOGETHER)
    return min(found) * 1e6


def main() -> None:
    """Measure and print."""
    machine = read_environment()
    encoding, reply = least(COMMAND.encode), Reply(200, "1", "")
    pieces = {
        "a command made": least(lambda: SetVariable("RAHYAB_GO", "a value of some length")),
        "a command encoded": encoding,
        "sent, and its reply recognised": least(lambda: exchange(machine)) - encoding,
        "its reply decoded": least(lambda: COMMAND.decode(reply)),
        "an environment read": least(read_environment),
        "a session without commands": uvloop.run(whole(nothing, [])),
        "the session of agi_bench.py": uvloop.run(whole(session, [ONE] * len(VARIABLES) + [VALUE])),
    }
    table = Table("piece", "µs")
    for name, microseconds in pieces.items():
        table.add_row(name, f"{microseconds:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
