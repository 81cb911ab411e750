"""Take a pin back; the memory has its own confidence again."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.actions.pin import set_pinned


def run(context: ActionContext, id: int) -> dict[str, Any]:
    """`{"changed": bool, "memory": {...}}`.

    Raises:
        UnknownMemory: no live memory has this id.
    """
    return set_pinned(context, id, False)
