"""How the vault is: counts, model, size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.embed import ModelState
from mnemon_server.kinds import KIND_NAMES
from mnemon_server.sync.state import load_state
from mnemon_server.vault import captures, counts, vault_model
from mnemon_server.vault.meta import read_meta
from mnemon_server.vault.migrate import schema_version


def run(context: ActionContext) -> dict[str, Any]:
    """Everything at a glance; loads no model and writes nothing.

    Returns:
        `total, by_type` (live ones), `pinned, invalidated, archived, pending, vectors` (live memories with
        and without a current vector), `model` (what is on this machine), `vault_model` (whose vectors the
        vault holds), `judge` (who reads text here, and why it is not the model), `captured` (waiting in the
        inbox), `path, bytes, state, schema, vec_problem, verified_backup`.
    """
    with context.vault.read() as connection:
        found = counts.count(connection)
        current = vault_model.current_model(connection)
        state = read_meta(connection, "state")
        schema = schema_version(connection)
        captured = captures.count_live_captures(connection)
    judge = context.judges.state()
    return {
        "total": found.total,
        "by_type": {name: found.by_type[name] for name in KIND_NAMES if name in found.by_type},
        "pinned": found.pinned,
        "invalidated": found.invalidated,
        "archived": found.archived,
        "captured": captured,
        "pending": found.pending,
        "vectors": found.vectors,
        "model": _model(context.models.state()),
        "judge": {"name": judge.name, "problem": judge.problem},
        "vault_model": current.fingerprint if current else None,
        "path": str(context.vault.path),
        "bytes": _bytes(context.vault.path),
        "state": state,
        "schema": schema,
        "vec_problem": context.vault.vec_problem,
        "verified_backup": verified.at if (verified := load_state(context.settings.sync_state_path).verified) else None,
    }


def _model(state: ModelState) -> dict[str, Any]:
    return {
        "name": state.name,
        "present": state.is_present,
        "folder": str(state.folder) if state.folder else None,
        "problem": state.problem,
    }


def _bytes(path: Path) -> int:
    sizes = [Path(f"{path}{suffix}") for suffix in ("", "-wal")]
    return sum(file.stat().st_size for file in sizes if file.exists())
