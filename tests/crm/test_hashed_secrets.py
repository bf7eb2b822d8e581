"""Secrets of few digits, kept so that nobody can read them."""

import pytest

from crm.hashed_secrets import digest, matches, new_salt

KNOWN = {
    ("pleaseletmein", b"SodiumChloride"): (
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
    ),
    ("1357", b"0123456789abcdef"): (
        "743c99313b0b8e03787a19ba812910d6e121798e4fe4a76905fb92ab24814763"
    ),
}
"""The first 32 bytes of an example of RFC 7914 (section 12), and what `openssl kdf` tells."""


@pytest.mark.parametrize(("secret", "salt"), KNOWN)
def test_what_is_kept_is_known(secret: str, salt: bytes) -> None:
    """It must never change: a PIN of an earlier version is still right."""
    assert digest(secret, salt).hex() == KNOWN[secret, salt]


def test_the_secret_and_nothing_else_matches() -> None:
    """Under its own salt."""
    salt = new_salt()
    kept = digest("1357", salt)
    assert matches("1357", salt, kept)
    assert not matches("1358", salt, kept)
    assert not matches("", salt, kept)
    assert not matches("1357", new_salt(), kept)
    assert not matches("1357", salt, kept[:-1])


def test_two_digests_of_one_secret_differ() -> None:
    """Nobody sees who has the PIN of another."""
    first, second = new_salt(), new_salt()
    assert first != second
    assert digest("1357", first) != digest("1357", second)


def test_stray_bytes_are_no_reason_to_stumble() -> None:
    """They cannot be keyed in, but a line of the network can hold them."""
    assert not matches("\udcff", b"salt", digest("1357", b"salt"))
