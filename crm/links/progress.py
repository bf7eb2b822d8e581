"""How far a link has come, in a file of its own: what a run that was interrupted goes on from."""

import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from crm.links.declaration import LinkShape
from crm.links.ports import BusyError, LinkError

FOLDER: Final = "links"
"""Of the home folder: one file a link in it."""


@dataclass(slots=True)
class Progress:
    """How far a link has come. Nothing of a person is in it but ids of the other CRM.

    Attributes:
        basis: Stands for what the rest holds for: of another CRM, or by another mapping, everything
            has to be fetched anew.
        cursors: That of the last page that was used, by module.
        waiting: The ids of records that were refused for a reason that lies here, by module: they
            are tried again, since nothing has to change there for them to be welcome.
    """

    basis: str
    cursors: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, list[str]] = field(default_factory=dict)


def basis_of(link: LinkShape, country: str) -> str:
    """What cursors of this link hold for."""
    told = link.model_dump(mode="json", include={"system", "url", "scope", "match", "modules"}) | {
        "country": country
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


class ProgressFile:
    """Keeps the progress of one link.

    Args:
        home: The folder of everything that the program writes.
        system: The name of the link.
    """

    def __init__(self, home: Path, system: str) -> None:
        self._path = home / FOLDER / f"{system}.json"
        self._system = system

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep every other run of the same link out. Raises LinkError if one is at work."""
        lock = self._path.with_suffix(".lock")
        try:
            lock.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise LinkError(f"{lock} cannot be written: {error.strerror}") from None
        try:
            # The system lets go of it when the process ends, however it does.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise BusyError(
                f"another run of the link {self._system} is at work: wait for its end"
            ) from None
        finally:
            os.close(file)

    def read(self, basis: str) -> Progress:
        """How far it has come; nowhere, if what is kept holds for something else.

        Raises:
            LinkError: The file cannot be read, or is damaged.
        """
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            cursors = {module: str(cursor) for module, cursor in kept["cursors"].items()}
            waiting = {module: list(map(str, ids)) for module, ids in _waiting(kept).items()}
            progress = Progress(str(kept["basis"]), cursors, waiting)
        except FileNotFoundError:
            return Progress(basis)
        except OSError as error:
            raise LinkError(f"{self._path} cannot be read: {error.strerror}") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise LinkError(
                f"{self._path} is damaged: delete it, and everything is fetched anew"
            ) from None
        return progress if progress.basis == basis else Progress(basis)

    def write(self, progress: Progress) -> None:
        """Keep it, whole or not at all. Raises LinkError."""
        folder = self._path.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            draft, name = tempfile.mkstemp(".new", f"{self._path.stem}-", folder)
            try:
                with os.fdopen(draft, "w", encoding="utf-8") as file:
                    json.dump(asdict(progress), file)
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).replace(self._path)
            finally:
                Path(name).unlink(missing_ok=True)
        except OSError as error:
            raise LinkError(f"{self._path} cannot be written: {error.strerror}") from None


def _waiting(kept: dict[str, Any]) -> dict[str, Any]:
    """What waits; a program of before this was kept has written nothing of it."""
    waiting: dict[str, Any] = kept.get("waiting", {})
    return waiting
