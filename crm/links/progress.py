"""How far a link has come, in a file of its own: what a run that was interrupted goes on from."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from crm.links.declaration import LinkShape
from crm.links.ports import LinkError

FOLDER: Final = "links"
"""Of the home folder: one file a link in it."""


@dataclass(slots=True)
class Progress:
    """The cursor of the last page that was used, by module. Nothing of a person is in it.

    `basis` stands for what the cursors hold for: of another CRM, or by another mapping, everything
    has to be fetched anew.
    """

    basis: str
    cursors: dict[str, str] = field(default_factory=dict)


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

    def read(self, basis: str) -> Progress:
        """How far it has come; nowhere, if what is kept holds for something else.

        Raises:
            LinkError: The file cannot be read, or is damaged.
        """
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            cursors = {module: str(cursor) for module, cursor in kept["cursors"].items()}
            progress = Progress(str(kept["basis"]), cursors)
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
        draft = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("w", encoding="utf-8") as file:
                json.dump(asdict(progress), file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path)
        except OSError as error:
            raise LinkError(f"{self._path} cannot be written: {error.strerror}") from None
