"""Flags into choices."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mnemon_installer.clients import CLIENTS
from mnemon_installer.flows.choices import Choices
from mnemon_server.errors import UsageError


def choose(
    clients: Sequence[str], *, wants_model: bool = True, model_path: str = "", replace_foreign: bool = False
) -> Choices:
    """The choices that flags express.

    Raises:
        UsageError: an unknown client, or flags that contradict each other.
    """
    known = [client.name for client in CLIENTS]
    for name in clients:
        if name not in known:
            raise UsageError(f"unknown client {name!r}", f"the clients are {', '.join(known)}")
    if model_path and not wants_model:
        raise UsageError("--no-model and --model-path contradict each other", "leave one of them out")
    folder = Path(model_path).expanduser().absolute() if model_path else None
    return Choices(
        clients=tuple(dict.fromkeys(clients)) or None,
        wants_model=wants_model,
        model_path=folder,
        replace_foreign=frozenset(known) if replace_foreign else frozenset(),
    )
