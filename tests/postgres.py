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
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

_VERSIONS = Path("/usr/lib/postgresql")
_PACKAGE = "postgresql"

_NOT_DURABLE = (
    "fsync=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "autovacuum=off",
    "jit=off",
)
"""What a server need not do whose data is thrown away in any case."""

_START_SECONDS = 60
_STARTED = {"ready", "standby"}

_LOCK_SECONDS = 5
"""After so long, whoever still holds a lock on a table that is to be emptied has forgotten it."""

_EMPTY = """
DO $$
DECLARE name text;
BEGIN
    SET LOCAL session_replication_role = replica;  -- no order by foreign keys
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
        AND tablename NOT IN ('rahyab_migrations', 'tracking_leases')
    LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
    FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'
    LOOP
        EXECUTE format('ALTER SEQUENCE %I RESTART', name);
    END LOOP;
    UPDATE tracking_leases SET next = 0;
END $$
"""


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
        self._kept: dict[str, psycopg.Connection] = {}
        self._process: subprocess.Popen[bytes] | None = None

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

    def emptied(self, name: str, *, template: str) -> str:
        """A database that is made once and emptied for each test: a new one takes 0.4 s.

        A test that changes the tables themselves needs a `new_database`.
        """
        if name not in self._kept:
            address = self.new_database(name, template=template)
            limit = f"-c lock_timeout={_LOCK_SECONDS}s"
            self._kept[name] = psycopg.connect(address, autocommit=True, options=limit)
        self._kept[name].execute(_EMPTY)
        return self.address(name)

    def initialise(self) -> None:
        """Make the folder's files."""
        self._run(
            "initdb", "-D", self._data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C",
            "--no-sync",
        )  # fmt: skip

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._await_end()
        settings = [f"unix_socket_directories={self._folder}", "listen_addresses="]
        if not self._durable:
            settings += _NOT_DURABLE
        options = [word for setting in settings for word in ("-c", setting)]
        with (self._folder / "log").open("ab") as log:
            self._process = process = subprocess.Popen(
                [
                    # It ends with us, however we end: a test run that is killed leaves no server.
                    *("setpriv", "--pdeathsig=QUIT", *_as_its_user(), "--"),
                    *(str(_programs() / "postgres"), "-D", str(self._data), *options),
                ],
                stdout=log,
                stderr=log,
                cwd=self._folder,
            )
        self._await_start(process)

    def _await_end(self) -> None:
        """Until a process that was told to end, by us or by others, has ended."""
        if self._process is not None:
            self._process.wait(_START_SECONDS)
            self._process = None

    def _await_start(self, process: subprocess.Popen[bytes]) -> None:
        """Until it says in its own file that it is ready, as pg_ctl finds out (miscadmin.h)."""
        deadline = time.monotonic() + _START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            with suppress(OSError, IndexError):
                status = (self._data / "postmaster.pid").read_text().splitlines()
                if status[0] == str(process.pid) and status[7].strip() in _STARTED:
                    return
            time.sleep(0.02)  # between two looks, not for anything to happen
        raise RuntimeError((self._folder / "log").read_text())

    def stop(self) -> None:
        """Stop it as an administrator would, cutting the connections."""
        for connection in self._kept.values():
            connection.close()
        self._kept.clear()
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # a fast shutdown
        self._await_end()

    def kill(self) -> None:
        """Kill it and all it has started, as a power cut would, and leave what it left."""
        self._signal(signal.SIGKILL)
        self._await_end()
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        # A dead process that nobody has collected would be taken for a server that still runs.
        for left in self._folder.glob(".s.PGSQL.*"):
            left.unlink()

    @contextmanager
    def halted(self) -> Iterator[None]:
        """Have all its processes stand still for as long as the block runs."""
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        """To all processes; the first one stands still meanwhile, so that it starts no more."""
        parent = self.pid
        os.kill(parent, signal.SIGSTOP)
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        for process in (*map(int, children), parent):
            with suppress(ProcessLookupError):
                os.kill(process, number)

    @property
    def pid(self) -> int:
        """The number of the server's first process."""
        return int((self._data / "postmaster.pid").read_text().split()[0])

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(_programs() / program), *map(str, arguments)]
        if user := _as_its_user():
            command = ["setpriv", *user, "--", *command]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd=self._folder, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr


def _as_its_user() -> list[str]:
    """What tells setpriv to become `postgres`, if we are root: the server refuses that."""
    return ["--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else []


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
