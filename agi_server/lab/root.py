"""The Asterisk of the lab: the machine's own, or one in a folder made by mmdebstrap.

Debian 12 has no Asterisk package. A folder with a Debian release that has one takes half a minute
to make, is kept in the cache, and serves any number of instances at once.
"""

import fcntl
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agi_server.lab.problems import LabError

DEFAULT_SUITE: Final = "sid"
"""The Debian release with Asterisk 22; `bullseye` has 16."""

HOST_PATH: Final = Path("/")
"""The root of an Asterisk that is installed on this machine itself."""

PACKAGES: Final = "asterisk,asterisk-core-sounds-en-wav"
MEANS: Final = ("mmdebstrap", "mount")
"""Programs that a machine may lack, each from the Debian package of the same name."""

SHOWN_LINES: Final = 15
"""How much of a failed build is shown: the cause stands at its end."""

ENTER: Final = """
set -e
root=$1
shift
while [ "$1" != -- ]; do
    mount --bind "$1" "$root$1"
    shift
done
shift
exec chroot "$root" "$@"
"""
"""Mount folders into a root, then run a command in it: `root folder... -- command...`."""


@dataclass(frozen=True, slots=True)
class Root:
    """Where an Asterisk is installed: `/`, or a folder to change the root to."""

    path: Path

    @property
    def is_host(self) -> bool:
        """Whether this is the machine's own Asterisk."""
        return self.path == HOST_PATH

    def running(self, command: Sequence[str], shared: Sequence[Path]) -> list[str]:
        """The command line that runs `command` here, which then sees `shared` as we do.

        The folders appear in the root under their own names through mounts that only this process
        sees, and that vanish with it: so both sides use the same paths, as they do in real service.
        """
        if self.is_host:
            return list(command)
        for folder in shared:
            self._mount_point(folder).mkdir(parents=True, exist_ok=True)
        enter = ["unshare", "--mount", "--", "sh", "-c", ENTER, "enter", str(self.path)]
        return [*enter, *map(str, shared), "--", *command]

    def joining(self, process: int, command: Sequence[str]) -> list[str]:
        """The command line that runs `command` with the root and mounts of a running process."""
        if self.is_host:
            return list(command)
        return ["nsenter", f"--target={process}", "--mount", "--root", "--", *command]

    def forget(self, folder: Path) -> None:
        """Remove the place at which a folder of one instance was mounted, once it has stopped."""
        if not self.is_host:
            with suppress(FileNotFoundError):
                self._mount_point(folder).rmdir()

    def _mount_point(self, folder: Path) -> Path:
        return self.path / folder.relative_to("/")


def find_root(suite: str | None = None, progress: Callable[[str], None] | None = None) -> Root:
    """Find an Asterisk, or make one.

    Args:
        suite: The Debian release to take it from. None takes the machine's own Asterisk when there
            is one, and `DEFAULT_SUITE` otherwise.
        progress: Called with a sentence before something that takes a while.

    Raises:
        LabError: There is none, and none can be made; the message says why and what to do.
    """
    if suite is None and shutil.which("asterisk"):
        return Root(HOST_PATH)
    _demand_means()
    folder = cache_folder() / f"asterisk-{suite or DEFAULT_SUITE}"
    with _locked(folder.with_suffix(".lock")):
        if not folder.exists():
            if progress:
                progress(f"making an Asterisk of Debian {suite or DEFAULT_SUITE} in {folder} ...")
            _build(suite or DEFAULT_SUITE, folder)
        _write_hosts(folder)
    return Root(folder)


def cache_folder() -> Path:
    """Where roots are kept: `rahyab` in XDG_CACHE_HOME or ~/.cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rahyab"


def _demand_means() -> None:
    if os.geteuid() != 0:
        raise LabError(
            "the lab's Asterisk runs in a folder of its own (chroot), which only root may do: "
            "run this as root, or install the package `asterisk` on this machine"
        )
    missing = [program for program in MEANS if not shutil.which(program)]
    if missing:
        raise LabError(
            f"there is no Asterisk here, and no {' and no '.join(missing)} to make and enter one: "
            f"apt-get install {' '.join(missing)} (or asterisk, where the release has it)"
        )


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Keep others from building the same root; the lock ends with the process that holds it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _build(suite: str, folder: Path) -> None:
    """Make a root under another name, and give it its own when it is complete."""
    unfinished = folder.with_suffix(".unfinished")
    _remove(unfinished)
    command = [
        "mmdebstrap",
        "--variant=minbase",
        '--aptopt=Acquire::Check-Valid-Until "false"',
        f"--include={PACKAGES}",
        suite,
        str(unfinished),
    ]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        _remove(unfinished)
        last = "\n".join(done.stderr.splitlines()[-SHOWN_LINES:])
        raise LabError(f"mmdebstrap could not make an Asterisk of Debian {suite}:\n{last}")
    unfinished.rename(folder)


def _remove(folder: Path) -> None:
    # Not shutil.rmtree: a build that was killed may have left /proc mounted in there.
    subprocess.run(["rm", "-rf", "--one-file-system", str(folder)], check=True)


def _write_hosts(folder: Path) -> None:
    """Name in etc/hosts whatever Asterisk looks up when a call starts.

    Without this each call waits five seconds for an answer that cannot come.
    """
    text = f"127.0.0.1 localhost A.ROOT-SERVERS.NET {socket.gethostname()}\n"
    (folder / "etc" / "hosts").write_text(text)
