"""Proof that a peer is our Asterisk: it knows a secret, and shows it without saying it.

The server asks Asterisk to encrypt a number that it has just drawn, under a key that both know:
AES-128 (func_aes). An HMAC cannot be had there: its inner digest is raw bytes, which no channel
variable can hold. Encrypting one fresh block proves the same. It protects against strangers who
connect, not against someone who can change what is on the wire: that is for a tunnel.

In Asterisk, `[globals]` of extensions.conf: `RAHYAB_SECRET=<16 letters and digits>`.
"""

import re
import secrets
from base64 import b64encode
from dataclasses import dataclass, field
from typing import ClassVar, Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from agi_server.commands import Command
from agi_server.protocol import Reply
from dialplan import contract

KEY_CHARACTERS: Final = 16
"""What AES_ENCRYPT takes for a key, no more and no less (func_aes.c)."""

_KEY: Final = re.compile(r"[A-Za-z0-9]{16}", re.ASCII)
_CHALLENGE_BYTES: Final = 16


def is_secret(text: str) -> bool:
    """Whether `text` can be the secret: letters and digits, which Asterisk cannot misread."""
    return _KEY.fullmatch(text) is not None


def _draw() -> str:
    return secrets.token_hex(_CHALLENGE_BYTES)


@dataclass(frozen=True, slots=True)
class Prove(Command[bool]):
    """Have Asterisk encrypt `challenge` under its secret; True if it is ours."""

    secret: str
    challenge: str = field(default_factory=_draw)

    name: ClassVar[str] = "GET FULL VARIABLE"
    works_when_dead: ClassVar[bool] = True

    def arguments(self) -> tuple[str]:
        """The expression; the challenge consists of hexadecimal digits."""
        return (f"${{AES_ENCRYPT(${{{contract.SECRET}}},{self.challenge})}}",)

    def decode(self, reply: Reply) -> bool:
        """`1 (base64)`; anything else is no proof, an Asterisk without func_aes among it."""
        proof = f"({encrypt(self.secret, self.challenge)})"
        return secrets.compare_digest(
            reply.data.encode("utf-8", "surrogateescape"), proof.encode("ascii")
        )


def encrypt(secret: str, text: str) -> str:
    """What `AES_ENCRYPT(secret,text)` gives; `text` is whole blocks of 16 ASCII characters."""
    # Both blocks of a challenge are new and random: the one use for which ECB is made.
    cipher = Cipher(AES(secret.encode("ascii")), ECB())  # noqa: S305  the reason stands above
    encryptor = cipher.encryptor()
    encrypted = encryptor.update(text.encode("ascii")) + encryptor.finalize()
    return b64encode(encrypted).decode("ascii")
