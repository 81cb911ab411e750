"""Is the shared server of this machine well, if it runs?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mnemon_installer.checks.check import Finding, Subject
from mnemon_installer.facts.resident import described, trouble_with
from mnemon_server.client.residents import off_because, resident_state


@dataclass(frozen=True)
class Resident:
    """Starts none. It comes with the first client that needs it, so that none is no problem."""

    code: str = "resident"
    about: str = "the shared server of this machine, when it runs, answers and is of this version"
    needs: Sequence[str] = ()

    def run(self, subject: Subject) -> Finding:
        settings = subject.facts.settings
        if why := off_because(settings, subject.world.environment):
            return Finding(self.code, "skipped", f"switched off: {why}")
        state = resident_state(settings)
        if state is None:
            return Finding(self.code, "ok", "none runs; it starts by itself when a client needs it")
        if trouble := trouble_with(state):
            return Finding(self.code, "warn", trouble, "mnemon resident restart")
        return Finding(self.code, "ok", described(state))
