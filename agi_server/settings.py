"""Settings of the process, apart from the rules: where things are and how to listen.

Each comes from one environment variable; a default suits a checkout started by `./run`.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias, TypeVar

from ami.access import Access
from crm.stores import POSTGRES, PostgresServer, SqliteFile, StorePlace

Address: TypeAlias = tuple[str, int]
"""Host and port."""

Network: TypeAlias = IPv4Network | IPv6Network

DEFAULT_PORT: Final = 4573
"""Asterisk's own default for `agi://` (res_agi.c, AGI_PORT)."""

DEFAULT_METRICS_PORT: Final = 9473
"""One that no exporter has taken in Prometheus's list of default ports; it ends like 4573."""

DEFAULT_MANAGER_PORT: Final = 5038
"""Asterisk's own default for the manager interface (manager.conf)."""

HIGHEST_PORT: Final = 65535

LOOPBACK: Final = "127.0.0.0/8,::1/128"
"""Who may connect when nothing is said: AGI has neither passwords nor encryption."""

MOST_WORKERS: Final = 64
"""More is a slip of the pen: one worker keeps one processor busy, and the store takes one write at
a time."""

DEFAULT_BUDGET: Final = 150
"""Milliseconds: a caller does not notice a pause this short before the greeting."""

LONGEST_BUDGET: Final = 5_000
"""Milliseconds: whoever waits longer in silence hangs up."""

OFF: Final = "off"
"""Written where an address could stand: do not listen."""

_MANAGER: Final = ("RAHYAB_AMI", "RAHYAB_AMI_USER", "RAHYAB_AMI_SECRET")

_SECRET: Final = re.compile(r"[A-Za-z0-9]{16}")
"""It is an AES-128 key in a dialplan expression (func_aes.c): 16 bytes, none of them special."""

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
        store: The database of customers, cases and calls: a PostgreSQL server that several
            machines share, RAHYAB_STORE (`postgresql://user:password@host/database`); without it
            the SQLite file RAHYAB_DATABASE, `<home>/rahyab.db`.
        spool: The folder for what the store could not take. RAHYAB_SPOOL, `<home>/spool`.
        store_budget: Seconds that a caller waits for the store to tell something.
            RAHYAB_STORE_BUDGET in milliseconds, 150.
        sounds: Where built prompts lie, as `rahyab/<language>/<id>.wav`. RAHYAB_SOUNDS,
            `<home>/sounds`.
        recordings: The administrator's own recordings of prompts, as `<language>/<id>.wav`.
            RAHYAB_RECORDINGS, `<home>/recordings`.
        voices: Models of Piper that speak prompts, by language; in every other language espeak-ng
            speaks. RAHYAB_VOICES, as `fa=path.onnx` with commas between several, none.
        messages: The folder for messages that callers record, as Asterisk sees it.
            RAHYAB_MESSAGES, `/var/spool/asterisk/rahyab`.
        listen: Host and port of the AGI server. RAHYAB_LISTEN, `127.0.0.1:4573`.
        workers: How many processes serve calls. RAHYAB_WORKERS, 1.
        peers: From where an Asterisk may connect. RAHYAB_PEERS, loopback alone.
        secret: What an Asterisk must know; empty: nothing. RAHYAB_SECRET, empty.
        scripts: Scripts written for pyst2, as `name=module:function` with commas between several
            (`agi_server.compat`). RAHYAB_SCRIPTS, none.
        lookup: The file that declares who is asked over HTTP about callers whom the customer file
            does not know; None: nobody. RAHYAB_LOOKUP, none.
        alert_command: The program that is told of bad marks of surveys; None: nobody is.
            RAHYAB_ALERT_COMMAND, none.
        asterisk_command: The command line of Asterisk on this machine, as a shell splits it.
            RAHYAB_ASTERISK_COMMAND, `asterisk`.
        manager: Asterisk's manager interface, and who we are there; None: queues are not watched
            (`agi_server.queue_watch`). RAHYAB_AMI (host:port), RAHYAB_AMI_USER and
            RAHYAB_AMI_SECRET, none.
        metrics: Host and port of metrics and health, None: nowhere. RAHYAB_METRICS,
            `127.0.0.1:9473`.
        log_format: RAHYAB_LOG_FORMAT, `readable`.
        log_level: RAHYAB_LOG_LEVEL, `info`.
    """

    home: Path
    rules: Path
    store: StorePlace = field(repr=False)
    spool: Path
    store_budget: float
    sounds: Path
    recordings: Path
    voices: Mapping[str, Path]
    messages: str
    listen: Address
    workers: int
    peers: tuple[Network, ...]
    secret: str = field(repr=False)
    scripts: str
    lookup: Path | None
    alert_command: Path | None
    asterisk_command: str
    manager: Access | None
    metrics: Address | None
    log_format: LogFormat
    log_level: LogLevel

    def listening_on(self, address: Address) -> "Settings":
        """The same settings with another address to listen on."""
        return replace(self, listen=address)

    def with_workers(self, count: int) -> "Settings":
        """The same settings with another number of workers."""
        return replace(self, workers=count)

    def without_manager(self) -> "Settings":
        """The same settings for a process that does not watch the queues: one of them does."""
        return replace(self, manager=None)


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
        store=_store(env.get("RAHYAB_STORE") or "", env.get("RAHYAB_DATABASE"), home),
        spool=Path(env.get("RAHYAB_SPOOL") or home / "spool"),
        store_budget=_budget(env.get("RAHYAB_STORE_BUDGET") or str(DEFAULT_BUDGET)) / 1000,
        sounds=Path(env.get("RAHYAB_SOUNDS") or home / "sounds"),
        recordings=Path(env.get("RAHYAB_RECORDINGS") or home / "recordings"),
        voices=_voices(env.get("RAHYAB_VOICES") or ""),
        messages=env.get("RAHYAB_MESSAGES") or "/var/spool/asterisk/rahyab",
        listen=_listen(env.get("RAHYAB_LISTEN") or f"127.0.0.1:{DEFAULT_PORT}"),
        workers=_workers(env.get("RAHYAB_WORKERS") or "1"),
        peers=_peers(env.get("RAHYAB_PEERS") or LOOPBACK),
        secret=_secret(env.get("RAHYAB_SECRET") or ""),
        scripts=env.get("RAHYAB_SCRIPTS") or "",
        lookup=_optional_path(env.get("RAHYAB_LOOKUP")),
        alert_command=_optional_path(env.get("RAHYAB_ALERT_COMMAND")),
        asterisk_command=env.get("RAHYAB_ASTERISK_COMMAND") or "asterisk",
        manager=_manager(env),
        metrics=_metrics(env.get("RAHYAB_METRICS") or f"127.0.0.1:{DEFAULT_METRICS_PORT}"),
        log_format=_choice(LogFormat, "RAHYAB_LOG_FORMAT", env, LogFormat.READABLE),
        log_level=_choice(LogLevel, "RAHYAB_LOG_LEVEL", env, LogLevel.INFO),
    )


def _optional_path(text: str | None) -> Path | None:
    return Path(text) if text else None


def _store(address: str, database: str | None, home: Path) -> StorePlace:
    if not address:
        return SqliteFile(Path(database or home / "rahyab.db"))
    if address.startswith(POSTGRES):
        return PostgresServer(address)
    # The message must not hold what was written: there may be a password in it.
    raise SettingsError(
        f"RAHYAB_STORE begins with none of {', '.join(POSTGRES)}: write"
        " postgresql://user:password@host:port/database, or leave it out for an SQLite file"
        " (RAHYAB_DATABASE)"
    )


def parse_address(text: str, default_port: int = DEFAULT_PORT) -> Address:
    """Read `host:port`; an IPv6 address stands in brackets, the port may be left out.

    Raises:
        SettingsError: It is neither.
    """
    host, separator, port = text.rpartition(":")
    if not separator or text.endswith("]"):
        host, port = text, str(default_port)
    host = host.removeprefix("[").removesuffix("]")
    if not host or not _is_number(port) or int(port) > HIGHEST_PORT:
        raise SettingsError(
            f"{text!r} is not an address to listen on: write host:port, "
            f"as in 127.0.0.1:{default_port}"
        )
    return host, int(port)


def show_address(address: Address) -> str:
    """The address as `parse_address` reads it."""
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _listen(text: str) -> Address:
    try:
        return parse_address(text)
    except SettingsError as error:
        raise SettingsError(f"RAHYAB_LISTEN: {error}") from None


def _metrics(text: str) -> Address | None:
    if text.lower() == OFF:
        return None
    try:
        return parse_address(text, DEFAULT_METRICS_PORT)
    except SettingsError as error:
        raise SettingsError(f"RAHYAB_METRICS: {error}; or {OFF}") from None


def _manager(env: Mapping[str, str]) -> Access | None:
    address, user, secret = (env.get(each) or "" for each in _MANAGER)
    if not (address or user or secret):
        return None
    if not (address and user and secret):
        missing = [name for name in _MANAGER if not env.get(name)]
        raise SettingsError(
            f"{', '.join(missing)} is missing: the manager interface needs {', '.join(_MANAGER)},"
            " or leave all three out"
        )
    # The message must not hold what was written.
    if not (user + secret).isprintable():
        raise SettingsError("RAHYAB_AMI_USER or RAHYAB_AMI_SECRET holds a control character")
    try:
        host, port = parse_address(address, DEFAULT_MANAGER_PORT)
    except SettingsError as error:
        raise SettingsError(f"RAHYAB_AMI: {error}") from None
    return Access(host, port, user, secret)


def _voices(text: str) -> Mapping[str, Path]:
    voices: dict[str, Path] = {}
    for entry in filter(None, map(str.strip, text.split(","))):
        language, _, model = (part.strip() for part in entry.partition("="))
        if not language or not model.endswith(".onnx") or language in voices:
            raise SettingsError(
                f"RAHYAB_VOICES: {entry!r} names no voice: write a model of Piper once for each "
                "language, as in fa=/srv/voices/fa_IR-amir-medium.onnx, with commas between several"
            )
        voices[language] = Path(model)
    return MappingProxyType(voices)


def _workers(text: str) -> int:
    if not _is_number(text) or not 1 <= int(text) <= MOST_WORKERS:
        raise SettingsError(
            f"RAHYAB_WORKERS={text!r} is not a number of processes: "
            f"write one from 1 to {MOST_WORKERS}, as a rule that of the processors"
        )
    return int(text)


def _budget(text: str) -> int:
    if not _is_number(text) or not 1 <= int(text) <= LONGEST_BUDGET:
        raise SettingsError(
            f"RAHYAB_STORE_BUDGET={text!r} is not a number of milliseconds: write one from 1 to"
            f" {LONGEST_BUDGET}, as a rule {DEFAULT_BUDGET}"
        )
    return int(text)


def _is_number(text: str) -> bool:
    """Whether it is a number of a few ASCII digits: int() takes far more, and far longer ones."""
    return text.isascii() and text.isdecimal() and len(text) <= len(str(HIGHEST_PORT))


def _peers(text: str) -> tuple[Network, ...]:
    return tuple(_network(each.strip()) for each in text.split(","))


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError:
        raise SettingsError(f"RAHYAB_PEERS: {_network_cure(text)}") from None


def _network_cure(text: str) -> str:
    """What to write instead of `text`, which is no network."""
    try:
        meant = ip_network(text, strict=False)
    except ValueError:
        return (
            f"{text!r} is not an address or a network: write numbers with commas between them, "
            "as in 127.0.0.1,192.0.2.0/24,2001:db8::/32"
        )
    return f"{text!r} has bits set behind its prefix: write {meant}, or the address alone"


def _secret(text: str) -> str:
    # The message must not hold what was written: it may be a password of something else.
    if text and not _SECRET.fullmatch(text):
        raise SettingsError(
            f"RAHYAB_SECRET has {len(text)} characters, or other ones than letters and digits: "
            "write exactly 16 of A-Z, a-z, 0-9 (`openssl rand -hex 8` makes such a one)"
        )
    return text


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
