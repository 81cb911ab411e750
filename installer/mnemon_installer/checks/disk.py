"""Is there room where the vault is?"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from mnemon_installer.checks.check import Finding, Subject

ENOUGH = 200_000_000  # bytes; a migration and a rebuild each copy the vault once


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


@dataclass(frozen=True)
class Disk:
    """`free` gives the bytes that are free in the file system of a folder."""

    code: str = "disk"
    about: str = "the vault's file system has room"
    needs: Sequence[str] = ()
    free: Callable[[Path], int] = free_bytes

    def run(self, subject: Subject) -> Finding:
        folder = subject.facts.settings.folder
        there = next(path for path in (folder, *folder.parents) if subject.world.look(path) is not None)
        try:
            free = self.free(there)
        except OSError as trouble:
            return Finding(self.code, "skipped", f"the free space of {there} cannot be told: {trouble.strerror}")
        if free >= ENOUGH:
            return Finding(self.code, "ok", f"{free / 1e9:,.1f} GB free for {folder}")
        message = f"only {free / 1e6:,.0f} MB are free for {folder}; saving stops when it is full"
        return Finding(self.code, "warn", message, f"du -sh {quote(str(there))}/*")
