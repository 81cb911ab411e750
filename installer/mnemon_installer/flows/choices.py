"""What the user wants of a setup, however it was asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Choices:
    """`clients` are names; none named means every client that is installed."""

    clients: tuple[str, ...] = ()
    wants_model: bool = True
    model_path: Path | None = None
    replace_foreign: bool = False
