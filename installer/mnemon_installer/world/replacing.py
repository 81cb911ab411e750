"""Changing a file so that at every moment it is either the old one or the new one, whole."""

from __future__ import annotations

import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shlex import quote

from mnemon_installer.world import FileChanged, FileTrouble

_ABANDONED = 60  # seconds; a draft lives for milliseconds, so an older one belongs to a killed process


def replace_file(path: Path, content: bytes, expected: bytes | None, mode: int) -> None:
    """Put `content` where `expected` is; see World.write."""
    target = Path(os.path.realpath(path))
    with _named(path):
        make_folders(target.parent)
        _sweep_drafts(target)
        draft = target.with_name(f".{target.name}.mnemon-{secrets.token_hex(4)}")
        try:
            _write_draft(draft, content, mode, _status(target))
            _refuse_when_changed(path, target, expected)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
        _sync_folder(target.parent)
        if target.read_bytes() != content:
            raise FileTrouble(f"{path} does not hold what was written to it", f"look at {path}, then try again")


def remove_file(path: Path, expected: bytes) -> None:
    """Take away a file that holds `expected`; see World.remove."""
    with _named(path):
        _refuse_when_changed(path, path, expected)
        path.unlink()


def make_folders(folder: Path) -> None:
    """The folder and what is missing above it, each for the owner only (`mkdir -p` opens the upper ones to all)."""
    if not folder.is_dir():
        make_folders(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as trouble:
        hint = f"ls -ld {quote(str(path.parent))}"
        raise FileTrouble(f"{path} cannot be written: {trouble.strerror}", hint) from trouble


def _status(target: Path) -> os.stat_result | None:
    try:
        return target.stat()
    except FileNotFoundError:
        return None


def _write_draft(draft: Path, content: bytes, mode: int, former: os.stat_result | None) -> None:
    # Private until its final mode is set: it may hold another program's tokens.
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        if former is not None:
            _keep_owner(draft, former)
        draft.chmod(stat.S_IMODE(former.st_mode) if former is not None else mode)
        os.fsync(file.fileno())


def _keep_owner(draft: Path, former: os.stat_result) -> None:
    if not hasattr(os, "chown"):
        return
    # Only root may give a file away; anybody else owns both files already.
    with suppress(PermissionError):
        os.chown(draft, former.st_uid, former.st_gid)


def _refuse_when_changed(path: Path, target: Path, expected: bytes | None) -> None:
    try:
        found = target.read_bytes()
    except FileNotFoundError:
        found = None
    if found != expected:
        raise FileChanged(
            f"{path} was changed by another program meanwhile; it was left as it is", "run the same command again"
        )


def _sweep_drafts(target: Path) -> None:
    for draft in target.parent.glob(f".{target.name}.mnemon-*"):
        with suppress(OSError):
            if time.time() - draft.stat().st_mtime > _ABANDONED:
                draft.unlink()


def _sync_folder(folder: Path) -> None:
    # Windows cannot open a folder, and some network disks cannot sync one; the file itself is safe by then.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
