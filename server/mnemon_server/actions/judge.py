"""Which judge this vault's server has, for whoever decides what to send it."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext


def run(context: ActionContext) -> dict[str, Any]:
    """`{"name": str, "problem": str}`; `problem` says why it is not the model that was wanted."""
    return vars(context.judges.state())
