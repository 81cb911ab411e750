"""Did servers of ours outlive those that they were started for?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.checks.check import Finding, Subject
from mnemon_installer.facts.processes import Process, orphans, processes, stray_residents
from mnemon_server.client.resident_processes import is_resident_of
from mnemon_server.client.residents import resident_state


def let_them_leave() -> None:
    """A server looks for its parent every two seconds, a shared one for its folder every second, and leaves when it has
    gone."""
    time.sleep(3)


@dataclass(frozen=True)
class Processes:
    """A server leaves with its client, or with its vault; one that did not may run old code, and holds memory."""

    code: str = "processes"
    about: str = "no server of ours has outlived its client or its vault"
    needs: Sequence[str] = ()
    proc: Path = Path("/proc")
    pause: Callable[[], None] = let_them_leave

    def run(self, subject: Subject) -> Finding:
        if subject.world.platform == "win32":
            return Finding(self.code, "skipped", "processes cannot be told here")
        found = processes(subject.world, self.proc)
        strays = _strays(subject, found)
        if orphans(found) or strays:
            self.pause()
            found = processes(subject.world, self.proc)
            lasting = {process.pid for process in strays}
            strays = tuple(process for process in _strays(subject, found) if process.pid in lasting)
        if left := (*orphans(found), *strays):
            message = "; ".join(_troubles(orphans(found), strays))
            return Finding(self.code, "warn", message, f"kill {_numbers(left)}")
        running = sum(process.is_server_of_ours for process in found)
        return Finding(self.code, "ok", f"{running} running server{'s' * (running != 1)}, none left over")


def _strays(subject: Subject, found: Sequence[Process]) -> tuple[Process, ...]:
    if not any(process.resident_folder for process in found):
        return ()
    settings = subject.facts.settings
    ours = [process.pid for process in found if is_resident_of(process.words, settings.folder)]
    state = resident_state(settings) if len(ours) > 1 else None
    if len(ours) > 1 and state is None:
        return ()  # they are on their way out
    current = state.pid if state is not None else next(iter(ours), None)
    return stray_residents(subject.world, found, settings.folder, current)


def _troubles(servers: Sequence[Process], residents: Sequence[Process]) -> Iterator[str]:
    if servers:
        yield f"`mnemon serve` still runs though its client has gone: {_named(servers)}"
    if residents:
        yield f"a shared server still runs though its vault has gone, or has another one: {_named(residents)}"


def _named(found: Sequence[Process]) -> str:
    return f"{'process' if len(found) == 1 else 'processes'} {_numbers(found)}"


def _numbers(found: Sequence[Process]) -> str:
    return " ".join(str(process.pid) for process in found)
