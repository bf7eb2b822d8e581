"""How many times a second the disk can be made to keep something: the yardstick for commits."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

_BLOCK: Final = b"\xa5" * 4096
_OVERWRITTEN: Final = 1_024
"""Blocks of the file that is written over again and again: four megabytes, as a write-ahead log."""


@dataclass(frozen=True, slots=True)
class Disk:
    """Blocks of 4 KiB that were kept, one after the other, in a second."""

    fdatasync: float
    """Appended. This is what commits are compared with, measured anew beside each run."""
    fsync: float
    """Appended."""
    overwritten: float
    """Written over older ones, with fdatasync: the file does not grow, as a used log does not."""

    def figures(self) -> dict[str, float]:
        """What is printed."""
        return asdict(self)


def measure_disk(folder: Path, seconds: float) -> Disk:
    """The disk of a folder, so many seconds for each way."""
    return Disk(
        sync_rate(folder, seconds),
        _rate(folder, seconds, os.fsync),
        _rate(folder, seconds, os.fdatasync, over=_OVERWRITTEN),
    )


def sync_rate(folder: Path, seconds: float) -> float:
    """Blocks appended and synced by fdatasync in a second."""
    return _rate(folder, seconds, os.fdatasync)


def _rate(folder: Path, seconds: float, sync: Callable[[int], None], over: int = 0) -> float:
    with _file(folder) as file:
        os.write(file, _BLOCK * over)
        os.fsync(file)
        os.lseek(file, 0, os.SEEK_SET)
        done = 0
        begin = perf_counter()
        while (passed := perf_counter() - begin) < seconds:
            if over and done % over == 0:
                os.lseek(file, 0, os.SEEK_SET)
            os.write(file, _BLOCK)
            sync(file)
            done += 1
        return done / passed


@contextmanager
def _file(folder: Path) -> Iterator[int]:
    path = folder / "syncs"
    file = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        yield file
    finally:
        os.close(file)
        path.unlink()
