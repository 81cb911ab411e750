"""The tar inside a file for another machine: three members, in an order and of a kind that no other tar need have."""

from __future__ import annotations

import io
import os
import tarfile
from typing import BinaryIO

from mnemon_server.portable.sealed import BundleRefused, Writing

MANIFEST, CONFIG, VAULT = "manifest.json", "config.toml", "vault.sqlite"
_BLOCK = tarfile.BLOCKSIZE
_PIECE = 1_000_000  # bytes


class Packed(io.RawIOBase):
    """The tar as it is read: nothing of it but the vault stands on the disk before it is sealed."""

    def __init__(self, manifest: bytes, config: bytes, vault: BinaryIO, size: int) -> None:
        head = _member(MANIFEST, manifest) + _member(CONFIG, config) + _header(VAULT, size)
        self._parts: list[BinaryIO] = [io.BytesIO(head), vault, io.BytesIO(bytes(-size % _BLOCK + 2 * _BLOCK))]

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        while self._parts:
            if piece := self._parts[0].read(size if size > 0 else _PIECE):
                return piece
            self._parts.pop(0)
        return b""


def _member(name: str, content: bytes) -> bytes:
    return _header(name, len(content)) + content + bytes(-len(content) % _BLOCK)


def _header(name: str, size: int) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry.tobuf(tarfile.GNU_FORMAT)


def next_member(source: BinaryIO, name: str) -> int:
    """The size of the member that comes next."""
    try:
        entry = tarfile.TarInfo.frombuf(source.read(_BLOCK), "ascii", "strict")
    except (tarfile.HeaderError, UnicodeDecodeError):
        raise BundleRefused(f"there is no {name} in it") from None
    if entry.name != name or not entry.isreg() or entry.size < 0:
        raise BundleRefused(f"there is no {name} in it")
    return entry.size


def small(source: BinaryIO, name: str, most: int) -> bytes:
    size = next_member(source, name)
    if size > most:
        raise BundleRefused(f"the {name} in it is too large")
    content = source.read(size)
    source.seek(-size % _BLOCK, os.SEEK_CUR)
    return content


def copy_content(source: BinaryIO, target: Writing, size: int) -> None:
    while size and (piece := source.read(min(size, _PIECE))):
        size -= target.write(piece)
