"""The servers that `agi_bench.py` compares, each a script in `agi_servers/`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from processes import HERE, Child, child

FLOOR: Final = "floor"
OURS: Final = "ours"


@dataclass(frozen=True, slots=True)
class Rival:
    """One server, ours among them."""

    title: str
    script: str
    loop: str = ""
    """The event loop, where the script serves on either."""
    package: str = ""
    """What must be installed for it, beyond our own dependencies."""

    @property
    def is_installed(self) -> bool:
        """Whether it can be started."""
        return not self.package or _version(self.package) is not None

    @property
    def label(self) -> str:
        """Its title with the version measured."""
        return self.title.replace("VERSION", _version(self.package) or "")


RIVALS: Final = {
    FLOOR: Rival("floor (uvloop)", "floor"),
    OURS: Rival("rahyab (uvloop)", "ours"),
    "streams-uvloop": Rival("streams (uvloop)", "streams", "uvloop"),
    "streams": Rival("streams (asyncio)", "streams", "asyncio"),
    "panoramisk-uvloop": Rival(
        "panoramisk VERSION (uvloop)", "panoramisk_app", "uvloop", "panoramisk"
    ),
    "panoramisk": Rival("panoramisk VERSION (asyncio)", "panoramisk_app", "asyncio", "panoramisk"),
    "pystrix": Rival("pystrix VERSION (threads)", "pystrix_server", package="pystrix"),
    "pyst2": Rival("pyst2 VERSION (threads)", "pyst2_threads", package="pyst2"),
}
"""By the name that `--servers` takes, in the order of the table."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server that listens."""

    child: Child
    port: int

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.child.pid


@contextmanager
def running(rival: Rival) -> Iterator[Running]:
    """The server in a process of its own, on a port of its own choice."""
    script = str(HERE / "agi_servers" / f"{rival.script}.py")
    words = [sys.executable, script, "127.0.0.1", "0"]
    with child(*words, *([rival.loop] if rival.loop else [])) as server:
        yield Running(server, int(server.line().split()[2]))


def _version(package: str) -> str | None:
    try:
        return version(package) if package else None
    except PackageNotFoundError:
        return None
