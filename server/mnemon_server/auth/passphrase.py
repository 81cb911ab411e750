"""The owner's passphrase, as a scrypt hash: `scrypt$N$r$p$salt$hash`, salt and hash in base64."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass

from mnemon_server.errors import UsageError

COST = 2**15  # RFC 7914's N; with r = 8 32 MB and about 0.1 s
SHORTEST, LONGEST = 8, 1_024  # characters
_MOST_MEMORY = 256 * 1024 * 1024  # bytes; a hash that asks for more is none of ours


@dataclass(frozen=True)
class _Hash:
    cost: int
    block: int
    lanes: int
    salt: bytes
    value: bytes


def hash_passphrase(passphrase: str, cost: int = COST) -> str:
    """A hash with a fresh salt."""
    salt = secrets.token_bytes(16)
    value = _scrypt(passphrase, _Hash(cost, 8, 1, salt, b""))
    return f"scrypt${cost}$8$1${_encoded(salt)}${_encoded(value)}"


def checked_passphrase(passphrase: str) -> str:
    """The passphrase, when it is one that strangers do not guess in the tries they have.

    Raises:
        UsageError: too short, or too long to be looked at.
    """
    if not SHORTEST <= len(_plain(passphrase).decode("utf-8", "replace")) <= LONGEST:
        raise UsageError(f"a passphrase has {SHORTEST} to {LONGEST:,} characters", "mnemon token passphrase")
    return passphrase


def is_hash(text: str) -> bool:
    """Whether `text` is a hash that `is_right` can check."""
    return _parsed(text) is not None


def is_right(passphrase: str, hashed: str) -> bool:
    """Whether the passphrase is the one; in the time that its hash takes, whatever was typed. An overlong one is not
    even hashed."""
    wanted = _parsed(hashed)
    if wanted is None or len(passphrase) > LONGEST:
        return False
    return hmac.compare_digest(_scrypt(passphrase, wanted), wanted.value)


def _scrypt(passphrase: str, how: _Hash) -> bytes:
    return hashlib.scrypt(
        _plain(passphrase),
        salt=how.salt,
        n=how.cost,
        r=how.block,
        p=how.lanes,
        maxmem=_MOST_MEMORY + 1_000_000,
        dklen=32,
    )


def _plain(passphrase: str) -> bytes:
    """The same letters typed on another machine may come composed otherwise."""
    return unicodedata.normalize("NFKC", passphrase.strip()).encode("utf-8", "surrogatepass")


def _parsed(text: str) -> _Hash | None:
    parts = text.split("$")
    if len(parts) != 6 or parts[0] != "scrypt" or not all(part.isascii() and part.isdigit() for part in parts[1:4]):
        return None
    cost, block, lanes = (int(part[:9]) for part in parts[1:4])
    try:
        salt, value = (base64.b64decode(part, validate=True) for part in parts[4:])
    except (binascii.Error, ValueError):
        return None
    is_sound = cost > 1 and cost & (cost - 1) == 0 and block > 0 and lanes > 0 and len(value) == 32 and len(salt) >= 8
    return _Hash(cost, block, lanes, salt, value) if is_sound and 128 * cost * block * lanes <= _MOST_MEMORY else None


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
