"""A failure that another process met, as the class that it has here."""

from __future__ import annotations

from typing import Any

from mnemon_server import errors
from mnemon_server.errors import MnemonError

_MOST_WORDS = 4_000  # characters of a message or hint that are shown


class OtherTrouble(MnemonError):
    """An expected failure that has no class here."""

    def __init__(self, code: str, message: str, hint: str, exit_status: int) -> None:
        super().__init__(message, hint)
        self.code = code
        self.exit_status = exit_status


def trouble_of(problem: dict[str, Any]) -> MnemonError:  # Any: JSON
    """Out of `MnemonError.to_json` with its exit status."""
    code, message, hint = (str(problem.get(name, ""))[:_MOST_WORDS] for name in ("code", "message", "hint"))
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, MnemonError) and kind.code == code:
            return kind(message, hint)
    exit_status = problem.get("exit_status")
    return OtherTrouble(code or "error", message, hint, exit_status if exit_status in (1, 2, 4) else 1)
