"""Do the vault's indexes say what its memories say?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mnemon_installer.checks.check import Finding, Subject
from mnemon_installer.checks.vault_state import vault_state


@dataclass(frozen=True)
class VaultIndex:
    """An index that disagrees hides memories from search; they are all there, and a rebuild finds them."""

    code: str = "index"
    about: str = "the word index and the vector index agree with the memories"
    needs: Sequence[str] = ("vault",)

    def run(self, subject: Subject) -> Finding:
        problems = vault_state(subject).problems
        if not problems:
            return Finding(self.code, "ok", "every memory is indexed")
        return Finding(self.code, "fail", "; ".join(problems), "mnemon rebuild")
