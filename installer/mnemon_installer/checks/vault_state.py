"""What the vault says of itself, asked once for all checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mnemon_installer.checks.check import Subject
from mnemon_server.client import connect


@dataclass(frozen=True)
class VaultState:
    """`problems` are sentences; `rebuildable` when only indexes disagree. `status` is the action's result."""

    problems: tuple[str, ...]
    rebuildable: bool
    status: dict[str, Any]  # Any: JSON


def vault_state(subject: Subject) -> VaultState:
    """Reads every page of the vault, the first time.

    Raises:
        VaultRefused, VaultTooNew, DiskTrouble: it does not open.
    """
    known = subject.seen.get("vault")
    if isinstance(known, VaultState):
        return known
    vault = connect(subject.facts.settings, caller="doctor")
    try:
        whole, status = vault.call("check_integrity"), vault.call("status")
    finally:
        vault.close()
    state = VaultState(tuple(whole["problems"]), whole["rebuildable"], status)
    subject.seen["vault"] = state
    return state
