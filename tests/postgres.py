"""A private PostgreSQL server for tests and benchmarks: its own folder, a Unix socket, no network.

It is the real server of Debian's package, run as an ordinary user, which it insists on. `fsync` can
be left on for what is about durability; for everything else it only costs time.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

_VERSIONS = Path("/usr/lib/postgresql")
_PACKAGE = "postgresql-15"


class PostgresServer:
    """A server that runs, until its `running` is left.

    Args:
        folder: Where it keeps everything; it belongs to `postgres` if we are root.
        durable: Whether commits are synced to the disk.
    """

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._durable = durable
        self._databases = 0

    def address(self, database: str = "postgres", **more: str) -> str:
        """Where a database is, as RAHYAB_STORE takes it."""
        options = "&".join(
            f"{name}={value}" for name, value in {"host": self._folder, **more}.items()
        )
        return f"postgresql://postgres@/{database}?{options}"

    def new_database(self, name: str = "", *, template: str = "template0") -> str:
        """Make a database, for one test if it gets no name; its address."""
        self._databases += 1
        name = name or f"test_{self._databases}"
        with psycopg.connect(self.address(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return self.address(name)

    def initialise(self) -> None:
        """Make the folder's files."""
        self._run(
            "initdb", "-D", self._data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C",
            "--no-sync",
        )  # fmt: skip

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = [f"unix_socket_directories={self._folder}", "listen_addresses="]
        if not self._durable:
            settings += ["fsync=off", "full_page_writes=off"]
        options = " ".join(f"-c {setting}" for setting in settings)
        self._run(
            "pg_ctl", "start", "-w", "-D", self._data, "-l", self._folder / "log", "-o", options
        )

    def stop(self) -> None:
        """Stop it as an administrator would, cutting the connections."""
        self._run("pg_ctl", "stop", "-w", "-m", "fast", "-D", self._data)

    def kill(self) -> None:
        """Kill it and all it has started, as a power cut would, and leave what it left."""
        parent = self.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        for process in (parent, *map(int, children)):
            os.kill(process, signal.SIGKILL)
        while Path(f"/proc/{parent}").exists() and not _is_dead(parent):
            os.sched_yield()
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        # A dead process that nobody has collected would be taken for a server that still runs.
        for left in self._folder.glob(".s.PGSQL.*"):
            left.unlink()

    @property
    def pid(self) -> int:
        """The number of the server's first process."""
        return int((self._data / "postmaster.pid").read_text().split()[0])

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(_programs() / program), *map(str, arguments)]
        if os.getuid() == 0:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *command]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd=self._folder, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr


def _is_dead(process: int) -> bool:
    try:
        return ") Z " in Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return True


def _programs() -> Path:
    """The folder of the newest server's programs."""
    found = sorted(_VERSIONS.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise RuntimeError(f"There is no PostgreSQL server: apt-get install {_PACKAGE}")
    return found[-1].parent


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[PostgresServer]:
    """A server of one's own, gone without a trace afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="rahyab-pg-"))  # a socket's path must be short
    try:
        if os.getuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(folder, user.pw_uid, user.pw_gid)
        server = PostgresServer(folder, durable=durable)
        server.initialise()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)
