"""What the user wants of a setup, however it was asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Choices:
    """What flags and answers fill. None is a question that nobody has answered; each has a default.

    Attributes:
        clients: names; by default every client that is on this machine.
        snippets: names of clients whose files we do not edit, and that get a text to paste.
        wants_model: have a model at all; by default yes.
        model_path: a folder that holds one already; by default the model is downloaded.
        replace_foreign: names of clients whose server called mnemon, though not ours, is replaced; by default none.
        rules: names of clients that get the rules block, while the others lose theirs; by default blocks stay as they
            are, and a client that is registered for the first time gets one unless it has hooks.
        hooks: add our hooks to the clients that have hooks, or take them out; by default they are added.
    """

    clients: tuple[str, ...] | None = None
    snippets: tuple[str, ...] = ()
    wants_model: bool | None = None
    model_path: Path | None = None
    replace_foreign: frozenset[str] | None = None
    rules: frozenset[str] | None = None
    hooks: bool | None = None

    def replaces(self, name: str) -> bool:
        return self.replace_foreign is not None and name in self.replace_foreign
