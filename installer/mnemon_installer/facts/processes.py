"""Processes on this machine, as far as doctor cares: id, parent, owner, command line."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.world import World
from mnemon_server.client.resident_processes import folder_of, is_resident_of

_FIRST = 1  # takes in every process whose parent has died
# ... or a keeper of this user's own does.
_KEEPERS = ("systemd", "launchd")
# In a container the first process may be the client itself, and its server no orphan.
_CLIENTS = ("claude", "code", "codex", "copilot", "cursor", "gemini", "node", "bun", "opencode", "python")


@dataclass(frozen=True)
class Process:
    """One process of this user. `words` is its command line."""

    pid: int
    parent: int
    words: Sequence[str]

    @property
    def is_server_of_ours(self) -> bool:
        """`mnemon serve`, started as a program or by an interpreter (whose first word is the script)."""
        for name, following in zip(self.words[:2], self.words[1:3], strict=False):
            if name.replace("\\", "/").rsplit("/", 1)[-1] == "mnemon" and following == "serve":
                return True
        return False

    @property
    def resident_folder(self) -> str:
        """The vault whose shared server this is; empty when it is none."""
        return folder_of(self.words)


def processes(world: World, proc: Path = Path("/proc")) -> tuple[Process, ...]:
    """This user's processes; none where they cannot be told."""
    if world.platform == "linux":
        return tuple(_from_proc(proc))
    if world.platform == "win32":
        return ()
    listed = world.run(("ps", "-x", "-o", "pid=,ppid=,command="), changes=False)
    return tuple(_from_ps(listed.stdout))


def orphans(found: Sequence[Process]) -> tuple[Process, ...]:
    """Servers of ours that nobody speaks with any more: their parent has died."""
    keepers = {process.pid for process in found if _program(process) in _KEEPERS}
    if not any(process.pid == _FIRST and _program(process).startswith(_CLIENTS) for process in found):
        keepers.add(_FIRST)
    return tuple(process for process in found if process.is_server_of_ours and process.parent in keepers)


def stray_residents(world: World, found: Sequence[Process], folder: Path, current: int | None) -> tuple[Process, ...]:
    """Shared servers that nobody can reach any more: their vault's folder is gone, or they are not the `current` one of
    our own vault. Those of other vaults are none of our business."""
    return tuple(
        process
        for process in found
        if (of := process.resident_folder)
        and (world.look(Path(of)) is None or (is_resident_of(process.words, folder) and process.pid != current))
    )


def _program(process: Process) -> str:
    return process.words[0].rsplit("/", 1)[-1] if process.words else ""


def _from_proc(proc: Path) -> Iterator[Process]:
    for folder in sorted(proc.glob("[0-9]*")):
        with suppress(OSError, ValueError, IndexError):  # it has just ended, or is not ours to look at
            if folder.stat().st_uid != os.getuid():
                continue
            words = (folder / "cmdline").read_bytes().decode("utf-8", "replace").rstrip("\0").split("\0")
            # The name in brackets may hold anything; what follows the last bracket is state, parent ...
            parent = int((folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[1])
            yield Process(int(folder.name), parent, words)


def _from_ps(listing: str) -> Iterator[Process]:
    for line in listing.splitlines():
        pid, _, rest = line.strip().partition(" ")
        parent, _, command = rest.strip().partition(" ")
        with suppress(ValueError):
            yield Process(int(pid), int(parent), command.split())
