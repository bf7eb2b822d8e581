"""What to log in to another CRM with: from the environment or from a file, and shown nowhere.

Of a link called `vtiger-riga` the access key is `RAHYAB_VTIGER_RIGA_ACCESS_KEY`. In a file the same
name stands before a `=`, one a line. What the environment says counts first.
"""

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from crm.links.ports import LinkError

_OF_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class VtigerCredentials:
    """A user of vTiger, and the access key from under “My Preferences”."""

    user: str
    access_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SuitecrmCredentials:
    """An OAuth2 client of SuiteCRM; with a user and a password, where it grants by these."""

    client_id: str
    client_secret: str = field(repr=False)
    user: str | None = None
    password: str | None = field(repr=False, default=None)


class Credentials:
    """Where secrets of one link are looked up.

    Args:
        system: The name of the link.
        environment: The variables of the process.
        file: A file with more of them; None: none.

    Raises:
        LinkError: The file cannot be read, or others may read it.
    """

    def __init__(self, system: str, environment: Mapping[str, str], file: Path | None) -> None:
        self._prefix = f"RAHYAB_{system.upper().replace('-', '_')}_"
        self._file = file
        self._values = {} if file is None else _read(file)
        self._values |= {name: value for name, value in environment.items() if value}

    def vtiger(self) -> VtigerCredentials:
        """Those of a vTiger. Raises LinkError."""
        return VtigerCredentials(self._needed("USER"), self._needed("ACCESS_KEY"))

    def suitecrm(self) -> SuitecrmCredentials:
        """Those of a SuiteCRM; a user's if there is one. Raises LinkError."""
        user = self._values.get(f"{self._prefix}USER")
        return SuitecrmCredentials(
            self._needed("CLIENT_ID"),
            self._needed("CLIENT_SECRET"),
            user,
            None if user is None else self._needed("PASSWORD"),
        )

    def _needed(self, name: str) -> str:
        value = self._values.get(self._prefix + name)
        if value is None:
            also = f", or write it into {self._file}" if self._file else ""
            raise LinkError(f"{self._prefix}{name} is not set: set it in the environment{also}")
        return value


def _read(file: Path) -> dict[str, str]:
    try:
        if file.stat().st_mode & _OF_OTHERS:
            raise LinkError(f"{file} holds secrets and others may read it: chmod 600 {file}")
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise LinkError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise LinkError(f"{file} is not UTF-8: write lines such as NAME=value") from None
    return dict(_line(file, *each) for each in enumerate(lines, start=1) if _says(each[1]))


def _says(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _line(file: Path, number: int, line: str) -> tuple[str, str]:
    name, equals, value = line.strip().partition("=")
    if not equals:
        # The line itself is not shown: it may be the secret alone.
        raise LinkError(f"{file}:{number}: write NAME=value on each line")
    return name.strip(), value.strip()
