"""Flags into choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mnemon_installer.clients import CLIENTS, snippets
from mnemon_installer.flows.choices import Choices
from mnemon_server.addresses import checked_address
from mnemon_server.errors import MnemonError, UsageError


def choose(
    clients: Sequence[str],
    *,
    wants_model: bool | None = None,
    model_path: str = "",
    replace_foreign: bool = False,
    rules: bool | None = None,
    hooks: bool | None = None,
) -> Choices:
    """The choices that flags express; what no flag speaks of stays open.

    Raises:
        UsageError: an unknown client, or flags that contradict each other.
    """
    known = [client.name for client in CLIENTS]
    for name in clients:
        if name not in known and name not in snippets.NAMES:
            others = f"; a text to paste is there for {', '.join(snippets.NAMES)}"
            raise UsageError(f"unknown client {name!r}", f"the clients are {', '.join(known)}{others}")
    if model_path and wants_model is False:
        raise UsageError("--no-model and --model-path contradict each other", "leave one of them out")
    named = tuple(dict.fromkeys(clients))
    return Choices(
        clients=tuple(name for name in named if name in known) if named else None,
        snippets=tuple(name for name in named if name not in known),
        wants_model=True if model_path else wants_model,
        model_path=Path(model_path).expanduser().absolute() if model_path else None,
        replace_foreign=frozenset(known) if replace_foreign else None,
        rules=None if rules is None else frozenset(known) if rules else frozenset(),
        hooks=hooks,
    )


def choose_vault(
    choices: Choices,
    *,
    remote_url: str = "",
    local: bool = False,
    secret: str = "",
    send_memories: bool | None = None,
    direct: bool = False,
    device: str = "device",
) -> Choices:
    """The choices, with where the vault shall live.

    Raises:
        UsageError: flags that contradict each other, or make sense for a vault on the web only.
    """
    if remote_url and local:
        raise UsageError("--remote-url and --local contradict each other", "leave one of them out")
    if not remote_url and (secret or send_memories is not None or direct):
        raise UsageError(
            "--token-stdin, --send-memories, --keep-memories and --direct belong to --remote-url",
            "mnemon setup --remote-url URL",
        )
    return replace(
        choices,
        vault="remote" if remote_url else "local" if local else "as it is",
        secret=secret,
        send_memories=send_memories,
        direct=direct,
        device=device,
    )


def vault_address(text: str) -> str:
    """The address of a server, as a user names it: with `/mcp` at its end or without.

    Raises:
        UsageError: not https, and not on this machine either.
    """
    try:
        return checked_address(text.strip().rstrip("/"), text).removesuffix("/mcp")
    except MnemonError as trouble:
        raise UsageError(trouble.message, trouble.hint) from trouble
