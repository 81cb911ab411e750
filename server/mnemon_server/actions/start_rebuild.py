"""Begin to make every index anew; what embeds in the background ends it."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions import rebuild
from mnemon_server.actions.context import ActionContext


def run(context: ActionContext) -> dict[str, Any]:
    """The quick half of `rebuild`, for a server that embeds in the background.

    Returns:
        `{"words": memories indexed, "pending": passages to embed, "model": str, "reason": str}`
    """
    return rebuild.start(context)
