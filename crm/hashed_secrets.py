"""Secrets of few digits, kept so that nobody who reads the store can read them.

A code of six digits is soon guessed by whoever has its digest: scrypt makes each guess cost about
16 MB of memory and some tens of milliseconds, on the server too. So it is not called on the event
loop, and the number of tries is capped elsewhere (`crm.asking_ports`).
"""

import hashlib
import hmac
import secrets
from typing import Final

_SALT_BYTES: Final = 16
_DIGEST_BYTES: Final = 32
_COST: Final = 2**14
_BLOCKS: Final = 8
_MOST_MEMORY: Final = 64 * 1024 * 1024
"""Bytes; scrypt needs 128 * cost * blocks of them, the rest is room for OpenSSL's own."""


def new_salt() -> bytes:
    """What makes two digests of one and the same secret different: drawn anew for each."""
    return secrets.token_bytes(_SALT_BYTES)


def digest(secret: str, salt: bytes) -> bytes:
    """What is kept of a secret.

    Args:
        secret: What the caller will key in; its bytes in UTF-8 count.
        salt: From `new_salt`, and kept beside the digest.

    Returns:
        32 bytes, by scrypt (RFC 7914) with N = 2^14, r = 8, p = 1.
    """
    return hashlib.scrypt(
        secret.encode(errors="surrogateescape"),
        salt=salt,
        n=_COST,
        r=_BLOCKS,
        p=1,
        maxmem=_MOST_MEMORY,
        dklen=_DIGEST_BYTES,
    )


def matches(secret: str, salt: bytes, kept: bytes) -> bool:
    """Whether this is the secret, in the same time wherever the two begin to differ.

    Args:
        secret: What was keyed in.
        salt: Kept beside the digest.
        kept: The digest.
    """
    return hmac.compare_digest(digest(secret, salt), kept)
