"""Do memories wait for their vectors, though there is a model?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mnemon_installer.checks.check import Finding, Subject
from mnemon_installer.checks.vault_state import vault_state

MANY = 100  # a running server embeds fewer than this in the background before anybody looks


@dataclass(frozen=True)
class Pending:
    """Memories without a vector are found by words only."""

    code: str = "pending"
    about: str = "memories have their vectors"
    needs: Sequence[str] = ("vault", "model")

    def run(self, subject: Subject) -> Finding:
        model, waiting = subject.facts.model, vault_state(subject).status["pending"]
        if not waiting:
            return Finding(self.code, "ok", "no memory waits for its vector")
        if model.problem or not model.is_present:
            return Finding(self.code, "skipped", f"{_memories(waiting)} without a vector until a model is here")
        if waiting >= MANY:
            message = f"{_memories(waiting)} without a vector: search finds them by words only"
            return Finding(self.code, "warn", message, "mnemon rebuild")
        return Finding(self.code, "ok", f"{_memories(waiting)} without a vector yet; a running server embeds them")


def _memories(count: int) -> str:
    return "1 memory" if count == 1 else f"{count:,} memories"
