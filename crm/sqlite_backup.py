"""Backups of the SQLite database while it is used, and putting one in its place.

A backup is one file without a write-ahead log beside it, so that it can be carried anywhere. It is
read from one snapshot: writers are not held up, and it does not begin anew when they write. Until
it is done only the log grows, which cannot be emptied while the snapshot is read.
"""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeAlias

from sqlite_utils import Database

from crm import migrations
from crm.ports import StoreDamagedError, StoreError, StoreUnavailableError
from crm.sqlite_database import guard, inspecting, raw_connection, store_error
from crm.sqlite_lock import check_unused, held_alone

Progress: TypeAlias = Callable[[int, int], None]
"""Is told how many pages are done, of how many."""

_PAGES_TOGETHER: Final = 1024
_PRIVATE: Final = 0o600
_LEASES_SKIPPED: Final = 1_000_000
"""Tracking numbers that a restored database passes over where nobody knows how many were given to
callers since the backup: nobody may be promised a number that another caller has in hand. There are
ninety million."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    Attributes:
        kept: Where the database is that was there before; None if there was none.
        steps: What the backup lacked of this version's schema.
    """

    kept: Path | None
    steps: tuple[str, ...]


def back_up(path: Path, target: Path, *, force: bool, progress: Progress) -> None:
    """Copy the database while it may be in use, check the copy, and give it its name.

    Args:
        path: The database.
        target: The file to make, for its owner alone.
        force: Whether a file that is there is replaced.
        progress: Is told how far it is.

    Raises:
        StoreError: Nothing was made; the message says why.
    """
    _check_free(target, force=force)
    with _partial(target) as partial, inspecting(path) as source:
        _copy(source.conn, partial, progress)
        _settle(partial)
        _check_sound(partial)
        _check_free(target, force=force)
        _sync(partial)
        partial.replace(target)
        _sync(target.parent)


def restore(path: Path, backup: Path, *, progress: Progress) -> Restored:
    """Put a backup in the place of the database, which is kept beside it.

    Args:
        path: The database; there may be none.
        backup: A file that `back_up` has made, or the database of a server that is stopped.
        progress: Is told how far copying is.

    Raises:
        StoreUnavailableError: The database is in use, or a file cannot be read or written.
        StoreDamagedError: The backup is damaged, or none of ours.
        SchemaTooNewError: The backup was made by a newer version.
    """
    if path.exists() and backup.exists() and path.samefile(backup):
        raise StoreError(f"{backup} is the database itself: name a backup")
    if path.exists():
        check_unused(path)
    with _partial(path) as partial:
        with inspecting(backup) as source:
            guard(source, backup)
            _copy(source.conn, partial, progress)
        _check_sound(partial)
        steps = _bring_up_to_date(partial, path)
        _settle(partial)
        _sync(partial)
        return Restored(_swap(path, partial), tuple(steps))


@contextmanager
def _partial(target: Path) -> Generator[Path]:
    """A file beside the target to write to, gone afterwards unless it was renamed.

    Its lock goes with the process: what a killed one has left is used again.
    """
    partial = target.with_name(f"{target.name}.partial")
    with _told(target), _locked(partial):
        try:
            yield partial
        finally:
            for leftover in (partial, _beside(partial, "-journal"), _beside(partial, "-wal")):
                leftover.unlink(missing_ok=True)


@contextmanager
def _locked(partial: Path) -> Generator[None]:
    file = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(file, 0)
        os.fchmod(file, _PRIVATE)
        yield
    except BlockingIOError:
        raise StoreUnavailableError(
            f"Another backup or restore is writing to {partial}: wait for its end"
        ) from None
    finally:
        os.close(file)


@contextmanager
def _told(target: Path) -> Generator[None]:
    """Tell what keeps us from writing beside the target."""
    try:
        yield
    except OSError as error:
        raise StoreUnavailableError(
            f"{target} cannot be written ({error.strerror}): check the folder, its rights and the"
            " space on its disk"
        ) from None


def _check_free(target: Path, *, force: bool) -> None:
    if target.exists() and not force:
        raise StoreError(f"{target} is there already: name another file, or add --force")


def _copy(source: sqlite3.Connection, partial: Path, progress: Progress) -> None:
    with _file_errors(partial), closing(sqlite3.connect(partial, isolation_level=None)) as copy:
        # Without a snapshot of our own, each write of a server would make the copy begin anew.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        source.backup(
            copy,
            pages=_PAGES_TOGETHER,
            progress=lambda _, left, pages: progress(pages - left, pages),
            sleep=0,
        )
        source.execute("COMMIT")


def _settle(partial: Path) -> None:
    """Make it one file, whose log is empty and gone."""
    with _file_errors(partial), closing(raw_connection(partial)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def _check_sound(partial: Path) -> None:
    """Refuse a copy that is damaged: so was what it was made from."""
    with _file_errors(partial), closing(raw_connection(partial)) as connection:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise StoreDamagedError(
                f"The copy is damaged, and so is what it was made from ({found}): use an earlier"
                " backup, and look into the disk (dmesg)"
            )


@contextmanager
def _file_errors(path: Path) -> Generator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise store_error(error, path) from error


def _bring_up_to_date(partial: Path, path: Path) -> Sequence[str]:
    """Apply what the backup lacks, and pass over tracking numbers that were given since."""
    with _file_errors(partial), closing(raw_connection(partial)) as connection:
        database = Database(connection, recursive_triggers=False, execute_plugins=False)
        steps = migrations.apply(database)
        ((secret, following),) = connection.execute("SELECT secret, next FROM tracking_leases")
        connection.execute(
            "UPDATE tracking_leases SET next = ?", (_next_lease(path, secret, following),)
        )
        return steps


def _next_lease(path: Path, secret: str, following: int) -> int:
    """From where the restored database may give tracking numbers."""
    try:
        with inspecting(path) as replaced:
            sql = "SELECT next FROM tracking_leases WHERE secret = ?"
            found = replaced.execute(sql, (secret,)).fetchone()
    except (StoreError, sqlite3.Error):
        found = None
    return following + _LEASES_SKIPPED if found is None else max(following, found[0])


def _swap(path: Path, partial: Path) -> Path | None:
    """Put the file in the place of the database, whose name always leads to one of the two."""
    if not path.exists():
        for leftover in (_beside(path, "-wal"), _beside(path, "-shm")):
            leftover.unlink(missing_ok=True)  # of a database that was removed
        partial.replace(path)
        _sync(path.parent)
        return None
    kept = path.with_name(f"{path.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    with held_alone(path):
        status = path.stat()
        partial.chmod(status.st_mode)
        shutil.chown(partial, status.st_uid, status.st_gid)
        kept.hardlink_to(path)
        if (log := _beside(path, "-wal")).exists():
            _beside(kept, "-wal").hardlink_to(log)
            _sync(path.parent)
            # The new file must not be taken for the one whose changes are in this log.
            log.unlink()
        _beside(path, "-shm").unlink(missing_ok=True)
        partial.replace(path)
        _sync(path.parent)
    return kept


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _sync(path: Path) -> None:
    """Wait until the disk has what was written to a file, or the names of a folder."""
    opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
