"""What a vault's shared server leaves of itself: its name for connections, and its locks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from mnemon_server.resident import place

_LARGEST_NOTE = 1_000  # bytes of a file with a port and a token


def run_files(folder: Path) -> Iterator[Path]:
    """Those of the vault in `folder`, wherever its socket had to be."""
    at = str(folder)
    if place.has_sockets():
        socket = Path(place.socket_path(at))
        by_our_name = Path(place.run_folder(at)) / socket.name
        if by_our_name.resolve() == socket:
            socket = by_our_name
        if _is_own_place(socket.parent):
            yield from (each for each in (socket, socket.with_suffix(".new")) if _is_socket(each))
    note = Path(place.port_path(at))
    yield from (each for each in (note, note.with_suffix(".new")) if _is_note(each))
    yield from (each for each in map(Path, (place.starting_path(at), place.lock_path(at))) if _is_lock(each))


def folder_elsewhere(folder: Path) -> Path | None:
    """The folder of the user's that the socket is in where the vault's own has too long a name."""
    if not place.has_sockets():
        return None
    parent = Path(place.socket_path(str(folder))).parent
    return parent if str(parent) == place.runtime_folder() and _is_own_place(parent) else None


def _is_own_place(folder: Path) -> bool:
    """In a folder that all can write to, somebody else's may have our name."""
    try:
        return not folder.is_symlink() and folder.stat().st_uid == os.getuid()
    except OSError:
        return False


def _is_socket(path: Path) -> bool:
    return path.is_socket() and not path.is_symlink()


def _is_lock(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.stat().st_size == 0


def _is_note(path: Path) -> bool:
    if not path.is_file() or path.is_symlink() or path.stat().st_size > _LARGEST_NOTE:
        return False
    return b'"port"' in path.read_bytes()
