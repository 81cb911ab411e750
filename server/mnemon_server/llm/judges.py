"""Where a judge comes from: the best one that this process may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mnemon_server.llm import HEURISTICS, Judge
from mnemon_server.settings import Settings

RUNTIME = "onnxruntime_genai"
NO_RUNTIME = "the model's runtime is not installed: pip install 'mnemon-memory[llm]'"


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


@dataclass(frozen=True)
class Servers:
    """For commands: they are over before a model is loaded, and say which one the servers have."""

    settings: Settings

    def state(self) -> JudgeState:
        """See the protocol."""
        state = described(self.settings)
        if state.name == HEURISTICS:
            return state
        return JudgeState(HEURISTICS, f"{state.name} judges for clients and servers, not for a single command")

    def judge(self) -> Judge:
        """See the protocol."""
        return HeuristicsOnly().judge()

    def close(self) -> None:
        """See the protocol."""


def described(settings: Settings) -> JudgeState:
    """The judge that these settings and this disk give a server; nothing is imported or started. That neither the
    runtime nor a model is here is no problem: nobody has asked for one."""
    from importlib.util import find_spec

    from mnemon_server.llm.model_files import locate, short_name

    if settings.value("judge") == "none":
        return JudgeState(HEURISTICS)
    files = locate(settings)
    is_model_here = files.folder is not None or bool(files.problem)
    if find_spec(RUNTIME) is None:
        return JudgeState(HEURISTICS, NO_RUNTIME if is_model_here else "")
    if files.folder is None or files.problem:
        missing = files.problem or f"the judge's model {short_name(files)} is not on this machine"
        return JudgeState(HEURISTICS, f"{missing} ({files.hint})")
    return JudgeState(f"local ({short_name(files)})")
