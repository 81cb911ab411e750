"""Asking, on a terminal only."""

from __future__ import annotations

import sys


def can_ask() -> bool:
    """Is somebody there to answer?"""
    return sys.stdin.isatty() and sys.stdout.isatty()


def confirm(question: str) -> bool:
    """Yes or no; Enter means yes."""
    import questionary

    return bool(questionary.confirm(question, default=True).unsafe_ask())
