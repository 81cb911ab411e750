"""Where a judge comes from: the best one that this process may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mnemon_server.llm import HEURISTICS, Judge


@dataclass(frozen=True)
class JudgeState:
    """Which judge is in force, known without loading one; `problem` says why it is not the model that was wanted."""

    name: str
    problem: str = ""


class JudgeSource(Protocol):
    """Asked from any thread; what it loads, it loads once."""

    def state(self) -> JudgeState:
        """Looks at files and settings only."""
        ...

    def judge(self) -> Judge:
        """The judge in force; there is always one. Returns at once: a model loads when it is first asked something."""
        ...

    def close(self) -> None:
        """Let go of what was loaded. Calling twice is fine."""
        ...


@dataclass(frozen=True)
class HeuristicsOnly:
    """For processes that live too short for a model, and where there is none."""

    problem: str = ""

    def state(self) -> JudgeState:
        """See the protocol."""
        return JudgeState(HEURISTICS, self.problem)

    def judge(self) -> Judge:
        """See the protocol."""
        from mnemon_server.llm.heuristics import Heuristics  # its tables of words: most callers never ask

        return Heuristics()

    def close(self) -> None:
        """See the protocol."""
