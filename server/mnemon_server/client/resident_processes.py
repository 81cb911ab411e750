"""Which processes are residents, by their command lines: before one is ended it must be sure that it is one."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from mnemon_server.resident.launch import MODULE

OPTION = "--vault-dir"
_SYSTEM = str(sys.platform)  # a type checker would take the other systems' lines for dead
_PROC = Path("/proc")
_LISTING_SECONDS = 10.0


def resident_pids(folder: Path) -> tuple[int, ...]:
    """Those of the vault in `folder`, the one on its way out included; none where processes cannot be told."""
    return tuple(pid for pid, words in _processes() if is_resident_of(words, folder))


def is_resident_of(words: Sequence[str], folder: Path) -> bool:
    """Whether this is the command line of a resident of that vault, by whichever of its names it was called."""
    of = folder_of(words)
    return bool(of) and os.path.realpath(of) == os.path.realpath(folder)


def folder_of(words: Sequence[str]) -> str:
    """The vault whose resident has this command line; empty when it is none."""
    # Where `ps` told it, nobody knows any more where a word ended: the folder is all that follows its option.
    before, option, folder = " ".join(words).partition(f" {OPTION} ")
    return folder.removesuffix(" --foreground") if option and MODULE in before.split() else ""


def is_running(pid: int, folder: Path) -> bool:
    """Whether that process still is a resident of that vault. One that has ended is none, though nobody has asked how
    it ended; nor is one that has got its number since. False where it cannot be told."""
    if _SYSTEM == "win32":
        return False  # a signal to look whether it is there would end it
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    if _SYSTEM == "linux":
        return is_resident_of(_words_of(_PROC / str(pid)), folder)
    return any(pid == each for each in resident_pids(folder))


def _processes() -> Iterator[tuple[int, list[str]]]:
    if _SYSTEM == "win32":
        return
    if _SYSTEM == "linux":
        for folder in _PROC.glob("[0-9]*"):
            yield int(folder.name), _words_of(folder)
        return
    import subprocess  # costs more than all of the rest, and Linux needs none

    with suppress(OSError, subprocess.SubprocessError):
        words = ("ps", "-x", "-o", "pid=,command=")
        listed = subprocess.run(words, capture_output=True, text=True, timeout=_LISTING_SECONDS, check=False)
        for line in listed.stdout.splitlines():
            pid, _, command = line.strip().partition(" ")
            with suppress(ValueError):
                yield int(pid), command.split(" ")


def _words_of(folder: Path) -> list[str]:
    """Of one of this user's processes, as Linux tells it; empty for another's, and for one that has ended."""
    try:
        if folder.stat().st_uid != os.getuid():
            return []
        return (folder / "cmdline").read_bytes().decode("utf-8", "surrogateescape").rstrip("\0").split("\0")
    except OSError:
        return []
