"""A stream that only a passphrase opens: age, to the one key that scrypt makes of the passphrase.

age knows passphrases itself, but pyrage takes them for whole texts in memory only, and at a cost that it measures on
the spot: half a gigabyte and more, which the machine that opens the file may not have. So the key is made here, at a
cost that the first line says, and the rest of the file is an ordinary age file to that key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from mnemon_server.errors import MnemonError

COST = 2**17  # RFC 7914's N; with r = 8 128 MB and about half a second
SHORTEST, LONGEST = 12, 1_024  # characters of a passphrase: nobody counts the tries at a file
MAGIC = b"mnemon-move/"
_FORMAT = 1
_LINE = re.compile(rb"mnemon-move/1 scrypt (\d{4,7}) ([A-Za-z0-9+/]{22,44}={0,2})\n")
_LONGEST_LINE = 120
_MOST_MEMORY = 256 * 1024 * 1024  # bytes; a file that asks for more is none of ours
_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"  # bech32, BIP 173
_PREFIX = "age-secret-key-"


class BundleRefused(MnemonError):
    """The file is not one that was exported, not whole, or does not open with that passphrase."""

    code = "bundle-refused"


class Reading(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class Writing(Protocol):
    def write(self, data: bytes, /) -> int: ...
    def flush(self) -> None: ...


def seal(source: Reading, target: Writing, passphrase: str, cost: int = COST) -> None:
    """Write all of `source` to `target`, a piece at a time.

    Raises:
        OSError: as the streams have it.
    """
    import pyrage

    salt = secrets.token_bytes(16)
    identity = _identity(passphrase, salt, cost)
    target.write(b"mnemon-move/%d scrypt %d %s\n" % (_FORMAT, cost, base64.b64encode(salt)))
    reader, writer = _Watched(source), _Watched(target)
    with _unfolded(reader, writer):
        pyrage.encrypt_io(reader, writer, [identity.to_public()])


def unseal(source: Reading, target: Writing, passphrase: str) -> None:
    """The same the other way round. What was written to `target` is of no use before this returns: a file that was
    changed or cut short may betray that only at its end.

    Raises:
        BundleRefused: not a file of ours, another passphrase, changed, or cut short.
        OSError: as the streams have it.
    """
    import pyrage

    cost, salt = _told(_first_line(source))
    reader, writer = _Watched(source), _Watched(target)
    try:
        with _unfolded(reader, writer):
            pyrage.decrypt_io(reader, writer, [_identity(passphrase, salt, cost)])
    except pyrage.DecryptError as trouble:
        if "No matching keys" in str(trouble):
            raise BundleRefused("that passphrase does not open it") from None
        raise BundleRefused("it is damaged or cut short at its beginning") from None


def _first_line(source: Reading) -> bytes:
    line = bytearray()
    while not line.endswith(b"\n") and len(line) < _LONGEST_LINE and (sign := source.read(1)):
        line += sign
    return bytes(line)


def _told(line: bytes) -> tuple[int, bytes]:
    """Cost and salt."""
    found = _LINE.fullmatch(line)
    if found is None:
        if line.startswith(MAGIC) and not line.startswith(MAGIC + b"%d " % _FORMAT):
            raise BundleRefused("a newer mnemon wrote it", "pip install --upgrade mnemon-memory")
        raise BundleRefused("it is no file that mnemon move export has written")
    cost = int(found[1])
    try:
        salt = base64.b64decode(found[2], validate=True)
    except binascii.Error:
        salt = b""
    if len(salt) != 16 or cost & (cost - 1) or 128 * 8 * cost > _MOST_MEMORY:
        raise BundleRefused("its first line is damaged")
    return cost, salt


def _identity(passphrase: str, salt: bytes, cost: int) -> Any:  # Any: pyrage has no types
    import pyrage

    # The same letters typed on another machine may come composed otherwise.
    plain = unicodedata.normalize("NFKC", passphrase.strip()).encode("utf-8", "surrogatepass")
    key = hashlib.scrypt(plain, salt=salt, n=cost, r=8, p=1, maxmem=_MOST_MEMORY + 1_000_000, dklen=32)
    return pyrage.x25519.Identity.from_str(_bech32(_PREFIX, key).upper())


# --- How age writes a key ---------------------------------------------------------------------------------------------


def _bech32(prefix: str, data: bytes) -> str:
    """BIP 173, without its limit of length."""
    bits = f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}"
    bits += "0" * (-len(bits) % 5)
    values = [int(bits[start : start + 5], 2) for start in range(0, len(bits), 5)]
    spread = [ord(sign) >> 5 for sign in prefix] + [0] + [ord(sign) & 31 for sign in prefix]
    check = _polymod([*spread, *values, 0, 0, 0, 0, 0, 0]) ^ 1
    values += [(check >> 5 * (5 - place)) & 31 for place in range(6)]
    return f"{prefix}1{''.join(_LETTERS[value] for value in values)}"


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, mask in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= mask if (top >> bit) & 1 else 0
    return check


# --- Streams ----------------------------------------------------------------------------------------------------------


@dataclass
class _Watched:
    """pyrage makes a text of its own of whatever a stream raises; `trouble` is what it was."""

    stream: Any  # Any: Reading or Writing, as its place says
    trouble: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            return bytes(self.stream.read(size))
        except BaseException as trouble:
            self.trouble = trouble
            raise

    def write(self, data: bytes) -> int:
        try:
            return int(self.stream.write(data))
        except BaseException as trouble:
            self.trouble = trouble
            raise

    def flush(self) -> None:
        self.stream.flush()


@contextmanager
def _unfolded(*streams: _Watched) -> Iterator[None]:
    """What a stream raised comes out as it was; what is then left of OSError is age's own about what it read."""
    import pyrage

    try:
        yield
    except (pyrage.EncryptError, pyrage.DecryptError, OSError) as folded:
        cause = next((each.trouble for each in streams if each.trouble is not None), None)
        if cause is not None:
            raise cause from None
        if str(folded).startswith("KeyboardInterrupt"):  # Ctrl-C on the way into one of ours
            raise KeyboardInterrupt from None
        if isinstance(folded, OSError):
            raise BundleRefused("it is damaged or cut short") from None
        raise
