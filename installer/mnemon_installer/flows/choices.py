"""What the user wants of a setup, however it was asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


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
        vault: where the vault shall live from now on, whose address the settings then name; by default where it does.
        secret: a token, a pairing code or the owner's passphrase for a vault on the web.
        device: the name under which that vault's server shall know this machine.
        send_memories: send this machine's own memories there; by default they stay, and on a terminal it is asked.
        direct: put address and token into the clients' files, so that no program of ours runs for them.
    """

    clients: tuple[str, ...] | None = None
    snippets: tuple[str, ...] = ()
    wants_model: bool | None = None
    model_path: Path | None = None
    replace_foreign: frozenset[str] | None = None
    rules: frozenset[str] | None = None
    hooks: bool | None = None
    vault: Literal["as it is", "remote", "local"] = "as it is"
    secret: str = field(default="", repr=False)
    device: str = "device"
    send_memories: bool | None = None
    direct: bool = False

    def replaces(self, name: str) -> bool:
        return self.replace_foreign is not None and name in self.replace_foreign
