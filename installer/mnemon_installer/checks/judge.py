"""Who reads text for this machine's servers?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mnemon_installer.checks.check import Finding, Subject
from mnemon_server.llm.judges import described
from mnemon_server.llm.model_files import FETCH_AGAIN, locate


@dataclass(frozen=True)
class Judge:
    """Heuristics are no problem: a model is for who wants one. Files that are there and cannot be used are."""

    code: str = "judge"
    about: str = "the judge's model, where there is one, can be loaded"
    needs: Sequence[str] = ()

    def run(self, subject: Subject) -> Finding:
        settings = subject.facts.settings
        if settings.value("judge") != "none":
            files = locate(settings)
            if files.problem:
                message = f"{files.problem}; heuristics judge"
                return Finding(self.code, "warn", message, FETCH_AGAIN if settings.llm_path is None else files.hint)
        return Finding(self.code, "ok", described(settings).name)
