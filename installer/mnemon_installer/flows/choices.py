"""What the user wants of a setup, however it was asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Choices:
    """What flags and answers fill.

    Attributes:
        clients: names; None means every client that is on this machine.
        wants_model: have a model at all.
        model_path: a folder that holds one already; None means the download.
        replace_foreign: names of clients whose server called mnemon, though not ours, is replaced.
        rules: names of clients that get the rules block, while the others lose theirs; None means that blocks stay
            as they are, and a client that is registered for the first time gets one unless it has hooks.
    """

    clients: tuple[str, ...] | None = None
    wants_model: bool = True
    model_path: Path | None = None
    replace_foreign: frozenset[str] = frozenset()
    rules: frozenset[str] | None = None
