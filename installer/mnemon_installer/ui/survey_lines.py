"""What was found on this machine, for people."""

from __future__ import annotations

from collections.abc import Iterator

from mnemon_installer.facts.survey import ClientFacts, Facts
from mnemon_installer.ui.console import tidy

_STANDINGS = {
    "registered": "has mnemon",
    "direct": "has the address of a vault on the web, and a token",
    "not registered": "not registered yet",
    "drifted": "has an older entry of mnemon",
    "foreign": "has another server called mnemon",
}


def client_label(found: ClientFacts, width: int) -> str:
    """`Codex  0.169.0  not registered yet`."""
    return f"{found.client.title:{width}}  {found.version or '':9}  {_standing(found)}"


def intro_lines(facts: Facts, named: tuple[str, ...] | None) -> Iterator[str]:
    """Where the vault is or will be, and whom we looked for in vain."""
    vault = tidy(facts.settings.vault_path)
    if facts.settings.remote:
        yield f"Vault: {facts.settings.remote}"
    else:
        yield f"Vault: {vault}" if facts.has_vault else f"The vault will be {vault}, readable only by you."
    if named is not None:
        return
    absent = [found.client.title for found in facts.clients if not found.is_installed]
    if len(absent) == len(facts.clients):
        yield "No MCP client was found on this machine."
    elif absent:
        yield f"Not on this machine: {', '.join(absent)}."


def _standing(found: ClientFacts) -> str:
    if found.state.standing == "unreadable":
        return f"cannot be edited: {tidy(found.state.detail)}"
    return _STANDINGS[found.state.standing]
