"""Did servers of ours outlive the clients that started them?"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.checks.check import Finding, Subject
from mnemon_installer.facts.processes import orphans, processes


def let_them_leave() -> None:
    """A server looks for its parent every two seconds, and leaves when it has gone."""
    time.sleep(3)


@dataclass(frozen=True)
class Processes:
    """A server leaves with its client; one that did not may run old code, and holds memory."""

    code: str = "processes"
    about: str = "no server of ours has outlived its client"
    needs: Sequence[str] = ()
    proc: Path = Path("/proc")
    pause: Callable[[], None] = let_them_leave

    def run(self, subject: Subject) -> Finding:
        if subject.world.platform == "win32":
            return Finding(self.code, "skipped", "processes cannot be told here")
        found = processes(subject.world, self.proc)
        if orphans(found):
            self.pause()
            found = processes(subject.world, self.proc)
        if left := orphans(found):
            ids = " ".join(str(process.pid) for process in left)
            what = "process" if len(left) == 1 else "processes"
            message = f"`mnemon serve` still runs though its client has gone: {what} {ids}"
            return Finding(self.code, "warn", message, f"kill {ids}")
        running = sum(process.is_server_of_ours for process in found)
        return Finding(self.code, "ok", f"{running} running server{'s' * (running != 1)}, none left over")
