"""Settings of the process, apart from the rules: where things are and how to listen.

Each comes from one environment variable; a default suits a checkout started by `./run`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

DEFAULT_PORT: Final = 4573
"""Asterisk's own default for `agi://` (res_agi.c, AGI_PORT)."""

HIGHEST_PORT: Final = 65535


Choice = TypeVar("Choice", bound=StrEnum)


class SettingsError(Exception):
    """An environment variable holds something that cannot be used; the message says which."""


class LogFormat(StrEnum):
    """How log lines look."""

    JSON = "json"
    READABLE = "readable"


class LogLevel(StrEnum):
    """The least important log line that is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and how to listen.

    Attributes:
        home: The folder of everything the program writes. RAHYAB_HOME, `var`.
        rules: The rules file. RAHYAB_RULES, `routing_rules.yaml`.
        database: The SQLite file. RAHYAB_DATABASE, `<home>/rahyab.db`.
        sounds: Where built prompts lie, as `rahyab/<language>/<id>.wav`. RAHYAB_SOUNDS,
            `<home>/sounds`.
        recordings: The administrator's own recordings of prompts, as `<language>/<id>.wav`.
            RAHYAB_RECORDINGS, `<home>/recordings`.
        messages: The folder for messages that callers record, as Asterisk sees it.
            RAHYAB_MESSAGES, `/var/spool/asterisk/rahyab`.
        listen: Host and port of the AGI server. RAHYAB_LISTEN, `127.0.0.1:4573`.
        log_format: RAHYAB_LOG_FORMAT, `readable`.
        log_level: RAHYAB_LOG_LEVEL, `info`.
    """

    home: Path
    rules: Path
    database: Path
    sounds: Path
    recordings: Path
    messages: str
    listen: tuple[str, int]
    log_format: LogFormat
    log_level: LogLevel

    def listening_on(self, address: tuple[str, int]) -> "Settings":
        """The same settings with another address to listen on."""
        return replace(self, listen=address)


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `environment` (the process's own by default).

    Raises:
        SettingsError: A variable holds something that cannot be used.
    """
    env = os.environ if environment is None else environment
    home = Path(env.get("RAHYAB_HOME") or "var")
    return Settings(
        home=home,
        rules=Path(env.get("RAHYAB_RULES") or "routing_rules.yaml"),
        database=Path(env.get("RAHYAB_DATABASE") or home / "rahyab.db"),
        sounds=Path(env.get("RAHYAB_SOUNDS") or home / "sounds"),
        recordings=Path(env.get("RAHYAB_RECORDINGS") or home / "recordings"),
        messages=env.get("RAHYAB_MESSAGES") or "/var/spool/asterisk/rahyab",
        listen=parse_address(env.get("RAHYAB_LISTEN") or f"127.0.0.1:{DEFAULT_PORT}"),
        log_format=_choice(LogFormat, "RAHYAB_LOG_FORMAT", env, LogFormat.READABLE),
        log_level=_choice(LogLevel, "RAHYAB_LOG_LEVEL", env, LogLevel.INFO),
    )


def parse_address(text: str) -> tuple[str, int]:
    """Read `host:port`; an IPv6 address stands in brackets, the port may be left out.

    Raises:
        SettingsError: It is neither.
    """
    host, separator, port = text.rpartition(":")
    if not separator or text.endswith("]"):
        host, port = text, str(DEFAULT_PORT)
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal() or not 0 <= int(port) <= HIGHEST_PORT:
        raise SettingsError(
            f"{text!r} is not an address to listen on: write host:port, as in 127.0.0.1:4573"
        )
    return host, int(port)


def _choice(
    kind: type[Choice], variable: str, environment: Mapping[str, str], default: Choice
) -> Choice:
    value = environment.get(variable)
    if not value:
        return default
    try:
        return kind(value.lower())
    except ValueError:
        allowed = ", ".join(kind)
        raise SettingsError(f"{variable}={value!r} is not known: use one of {allowed}") from None
