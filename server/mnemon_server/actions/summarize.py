"""What a session leaves for the next one, by the judge in force. Neither reads nor writes the vault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.actions.extract import messages
from mnemon_server.llm.heuristics import Heuristics


def run(context: ActionContext, said: Sequence[Mapping[str, str]], files: Sequence[str]) -> dict[str, Any]:
    """`said` are messages as `extract` takes them, `files` the ones that were edited.

    Returns:
        `{"judge": str, "summary": {"goal", "done", "decisions", "files", "open", "next"} or None}`; None for a session
        that left nothing.

    Raises:
        UsageError: as `extract`.
    """
    judge, heard = context.judges.judge(), messages(said)
    # The decisions are told by the rules: one question to a model is what the time of a hook allows.
    summary = judge.summarize(heard, Heuristics().extract(heard), [str(path) for path in files])
    return {"judge": judge.name, "summary": None if summary is None else vars(summary)}
