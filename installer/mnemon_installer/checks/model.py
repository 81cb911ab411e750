"""Is the embedding model here?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mnemon_installer.checks.check import Finding, Subject


@dataclass(frozen=True)
class Model:
    """Looks for its files only; loading it is for those who search."""

    code: str = "model"
    about: str = "the embedding model is on this machine"
    needs: Sequence[str] = ()

    def run(self, subject: Subject) -> Finding:
        state = subject.facts.model
        chosen = subject.facts.settings.model_path is not None
        if state.problem:
            fix = "mnemon setup --model-path FOLDER" if chosen else "mnemon model fetch --force"
            return Finding(self.code, "warn", f"{state.problem}; search finds words only", fix)
        if not state.is_present:
            message = f"the model {state.name} is not on this machine; search finds words only"
            return Finding(self.code, "warn", message, "mnemon model fetch")
        return Finding(self.code, "ok", f"{state.name} in {state.folder}")
