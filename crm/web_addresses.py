"""Addresses of other programs that an administrator writes down."""

from typing import Final
from urllib.parse import urlsplit

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def checked_url(url: str) -> str:
    """An address for requests, without a slash at the end.

    Raises:
        ValueError: It is none, or has something in it that belongs elsewhere.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in {"https", "http"}:
        raise ValueError(f"{url!r} is no address: write https://…")
    if parts.username is not None or parts.password is not None:
        raise ValueError("neither a name nor a password may stand in an address")
    return url.rstrip("/")


def is_clear(url: str) -> bool:
    """Whether what is sent there can be read on the way."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname not in _LOOPBACK
