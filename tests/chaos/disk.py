"""A disk of our own, whose power can be cut: an ext4 in a file, mounted over a loop device.

What a power cut leaves is what the file system had handed to its device by then. Copying the files
of a live database shows something else: the kernel's cache, in which also those writes stand that
nobody has synced. So the database and the spool lie on a file system of their own here, and what is
copied is its device, the file behind the loop:

- what a process wrote and did not sync is in the file system's cache, and not in the copy. The
  kernel brings such data to the disk by itself after 5 s (the journal's commit interval) or 30 s
  (vm.dirty_expire_centisecs); the first is set to five minutes here, so that a sync which is
  missing in the program shows as a loss;
- what was synced has been written to the device before fsync() returned, and so it is in the copy;
- the copy is of one moment, as the processes of the server are halted (SIGSTOP) while it is made,
  and the device counts no write meanwhile; if it has counted one, the copy is made again. Their
  being halted changes nothing that a power cut would not: none of them sees another moment.

A real disk may lose, on top of that, what it holds in a cache of its own and has not been told to
flush; fsync() tells it to, and that it obeys cannot be tested from here.

The copy is then mounted as after a restart (ext4 replays its journal, SQLite its write-ahead log),
a server is started on it that empties its spool, and everything that was told before the copy began
is looked up.

It needs root, mkfs.ext4 and loop devices, as the private Asterisk of the live tests needs root.
"""

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.chaos.attacks import (
    LOCKED_EVERY,
    LOCKED_SECONDS,
    Report,
    compare_with_file,
    locked,
    lull,
    under_load,
)
from tests.chaos.service import Service
from tests.chaos.told import CallNotes

DISK_BYTES: Final = 256 * 2**20
COMMIT_SECONDS: Final = 300
MOST_TRIES: Final = 50
_WRITES: Final = 4
"""Where /sys/block/DEVICE/stat counts completed writes (Documentation/block/stat.rst)."""
_IN_FLIGHT: Final = 8


class Disk:
    """A file system in a file.

    Args:
        image: The file.
        mount: The folder where it is mounted.
    """

    def __init__(self, image: Path, mount: Path) -> None:
        self.image = image
        self.mount = mount

    def make(self) -> None:
        """Make the file and the file system."""
        with self.image.open("wb") as file:
            file.truncate(DISK_BYTES)
        _run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", self.image)

    @contextmanager
    def mounted(self) -> Iterator[None]:
        """Mounted for as long as the block runs."""
        self.mount.mkdir(exist_ok=True)
        _run("mount", "-o", f"loop,noatime,commit={COMMIT_SECONDS}", self.image, self.mount)
        try:
            yield
        finally:
            _run("umount", self.mount)

    def copy(self, target: Path) -> None:
        """Copy the device as it is at one moment. Nobody may write to it meanwhile."""
        for _ in range(MOST_TRIES):
            before = self._counts()
            _copy_sparse(self.image, target)
            if before[1] == 0 and self._counts() == before:
                return
        raise AssertionError(f"the disk {self.image} does not come to rest")

    def _counts(self) -> tuple[int, int]:
        """How many writes the device has done, and how many requests it has under way."""
        device = self.mount.stat().st_dev
        path = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/stat")
        fields = path.read_text().split()
        return int(fields[_WRITES]), int(fields[_IN_FLIGHT])


def _copy_sparse(source: Path, target: Path) -> None:
    _run("cp", "--sparse=always", source, target)


def _run(*command: object) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"


async def cut_power(folder: Path, times: int) -> Report:
    """Cut the power at random moments: copy the disk, and start a server on each copy.

    The server on the disk itself goes on under load; at a third of the moments its store is locked,
    so that the spool is in use.
    """
    report = Report("power cut (SQLite)", times)
    disk = Disk(folder / "disk", folder / "mount")
    disk.make()
    copies: list[tuple[Path, float]] = []
    with disk.mounted():
        service = Service(disk.mount / "home", logs=folder)
        service.start()

        async def copy() -> None:
            for number in range(times):
                await lull()
                if number % LOCKED_EVERY == 0:
                    with locked(service.database):
                        await asyncio.sleep(LOCKED_SECONDS)
                        copies.append(await asyncio.to_thread(_halted_copy, service, disk, number))
                else:
                    copies.append(await asyncio.to_thread(_halted_copy, service, disk, number))

        calls = await under_load(service, report, copy)
        compare_with_file(report, calls, service.database)
    for image, moment in copies:
        _look_into(image, [call.before(moment) for call in calls], report)
    return report


def _halted_copy(service: Service, disk: Disk, number: int) -> tuple[Path, float]:
    """A copy, and the moment before which everything that was told has to be in it."""
    image = disk.image.with_name(f"copy-{number:02d}")
    moment = time.monotonic()
    service.halt()
    try:
        disk.copy(image)
    finally:
        service.go_on()
    return image, moment


def _look_into(image: Path, calls: Sequence[CallNotes], report: Report) -> None:
    """Start a server on a copy, and compare what callers had been told by then."""
    disk = Disk(image, image.with_name(f"{image.name}-mount"))
    before = report.found.calls, report.found.requests, report.found.told
    with disk.mounted():
        service = Service(disk.mount / "home", logs=image.parent)
        service.start()
        if not service.empty_spool():
            report.problems.append(f"the spool of {image.name} is not empty")
        service.stop()
        compare_with_file(report, calls, service.database)
    report.found.calls, report.found.requests, report.found.told = before
    image.unlink()
