"""Residents for the length of a test: switched on for it, and none of its home left at its end.

with residents(home) as there:
    ...                                 # this process, and the programs it starts, have them
    machine = Machine(home, mnemon, there.on)     # a machine says `off` unless it is told otherwise
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from mnemon_server.resident import place
from mnemon_server.resident.launch import MODULE

PATIENCE = 20.0  # seconds; for what has always happened by then
_LEAVING = 12.0  # seconds that a resident may take to see its clients off
_OPTION = "--vault-dir"


@dataclass(frozen=True)
class Residents:
    """Those of the vaults below `home`."""

    home: Path
    on: dict[str, str] = field(default_factory=lambda: {place.OFF: ""})

    def pids(self) -> list[int]:
        """Every process that is one, or is about to become one."""
        return [pid for pid, words in _processes() if self._is_one(words)]

    def until(self, count: int) -> list[int]:
        """Their ids once there are so many, which has to be soon."""
        assert wait_for(lambda: len(self.pids()) == count), f"{len(self.pids())} residents where {count} should be"
        return self.pids()

    def kill(self) -> None:
        """All of them, at once."""
        for pid in self.pids():
            _send(pid, getattr(signal, "SIGKILL", signal.SIGTERM))

    def end(self) -> None:
        """Let them leave; kill those that do not. Fails when one is left even then."""
        ends_at = time.monotonic() + _LEAVING
        told: set[int] = set()
        while (left := self.pids()) and time.monotonic() < ends_at:
            for pid in left:
                if pid not in told:
                    _send(pid, signal.SIGTERM)
            told.update(left)
            time.sleep(0.02)
        self.kill()
        assert wait_for(lambda: not self.pids(), 5.0), f"residents of the test are left: {self.pids()}"

    def _is_one(self, words: list[str]) -> bool:
        if MODULE not in words or _OPTION not in words[:-1]:
            return False
        return Path(words[words.index(_OPTION) + 1]).is_relative_to(self.home)


@contextmanager
def residents(home: Path) -> Iterator[Residents]:
    """They may run until the end of the block; by then they are gone, whatever happened in it."""
    before = os.environ.pop(place.OFF, None)
    there = Residents(home)
    try:
        yield there
    finally:
        if before is not None:
            os.environ[place.OFF] = before  # nobody starts another one
        there.end()


def wait_for(is_so: Callable[[], object], seconds: float = PATIENCE) -> bool:
    """Whether it comes to be so in that time."""
    ends_at = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > ends_at:
            return False
        time.sleep(0.02)
    return True


def _processes() -> Iterator[tuple[int, list[str]]]:
    if sys.platform == "linux":
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it has just ended
                words = (folder / "cmdline").read_bytes()
                if MODULE.encode() in words:
                    yield int(folder.name), words.decode("utf-8", "replace").rstrip("\0").split("\0")
        return
    listed = subprocess.run(("ps", "-axo", "pid=,command="), capture_output=True, text=True, check=True).stdout
    for line in listed.splitlines():
        pid, _, command = line.strip().partition(" ")
        if MODULE in command:
            yield int(pid), command.split()


def _send(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
