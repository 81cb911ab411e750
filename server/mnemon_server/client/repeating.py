"""What may be asked once more when it is not known whether it was done."""

from __future__ import annotations

from typing import Any

# A second time these would do a second thing, or say that there is nothing to do it to.
_NOT_REPEATABLE = {"undo", "token_new", "token_revoke", "connections_revoke", "freeze", "retire", "adopt"}


def is_repeatable(action: str, parameters: dict[str, Any]) -> bool:  # Any: JSON
    """Whether a second time does no harm."""
    return action not in _NOT_REPEATABLE and parameters.get("supersedes") is None
