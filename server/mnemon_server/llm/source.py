"""Which judge a server has: the model on this machine when it is there, and heuristics always."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping

from mnemon_server.llm import HEURISTICS, Judge
from mnemon_server.llm.judges import JudgeState, described
from mnemon_server.llm.kept_model import KeptModel, Limits
from mnemon_server.llm.model_files import locate, short_name
from mnemon_server.settings import Settings


class LocalJudges:
    """A JudgeSource for processes that live long. The first question loads the model, in a process of its own."""

    def __init__(self, settings: Settings, environment: Mapping[str, str] = os.environ) -> None:
        self._settings = settings
        self._seconds = float(settings.value("llm_seconds"))
        limits = Limits(int(settings.value("llm_memory_mb")), 60.0 * float(settings.value("llm_idle_minutes")))
        self._model = KeptModel(lambda: locate(settings), limits, environment)
        self._guard = threading.Lock()
        self._judge: Judge | None = None  # made once

    def state(self) -> JudgeState:
        """See the protocol."""
        state = described(self._settings)
        if state.name != HEURISTICS and (problem := self._model.problem()):
            model = short_name(locate(self._settings))
            return JudgeState(HEURISTICS, f"the judge's model {model} is left alone for a while: {problem}")
        return state

    def judge(self) -> Judge:
        """See the protocol. While a model that failed is left alone, it is not in force."""
        from mnemon_server.llm.heuristics import Heuristics  # as in judges.py
        from mnemon_server.llm.local import LocalJudge

        name = self.state().name
        if name == HEURISTICS:
            return Heuristics()
        with self._guard:
            if self._judge is None or self._judge.name != name:
                self._judge = LocalJudge(name, self._model, self._seconds)
            return self._judge

    def close(self) -> None:
        """See the protocol."""
        self._model.close()
