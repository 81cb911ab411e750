"""Errors as flyctl says them on stderr: `Error: ...`, and what it suggests."""

from __future__ import annotations


class Trouble(Exception):
    """Ends the command. There is no exit status per cause: callers have to read the text. `usage` goes to stdout."""

    def __init__(self, message: str, suggestion: str = "", status: int = 1, usage: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion
        self.status = status
        self.usage = usage

    @property
    def text(self) -> str:
        return f"Error: {self.message}\n" + (f"{self.suggestion}\n\n" if self.suggestion else "")


def not_interactive(what: str) -> Trouble:
    """Where flyctl would ask, and cannot."""
    return Trouble(f"{what} must be specified when not running interactively")
