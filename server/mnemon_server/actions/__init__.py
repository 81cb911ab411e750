"""What can be done with a vault, one use case per file, each a function `run(context, ...)`.

Results are JSON-able dicts under the names that `--json` and the tools share.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.errors import UsageError

# Action name -> its file. Loaded one at a time: `status` need not pay for the rest.
ACTIONS: dict[str, str] = {
    "save": "save",
    "get": "get",
    "search": "search",
    "list": "list_memories",
    "timeline": "timeline",
    "related": "related",
    "contradictions": "contradictions",
    "conflicts": "conflicts",
    "resolve": "resolve",
    "examine_pending": "examine_pending",
    "changes": "changes",
    "edit": "edit",
    "browse": "browse",
    "overview": "overview",
    "version": "version",
    "points": "points",
    "edges": "edges",
    "stated": "stated",
    "drop_fact": "drop_fact",
    "judge": "judge",
    "extract": "extract",
    "summarize": "summarize",
    "pin": "pin",
    "unpin": "unpin",
    "forget": "forget",
    "restore": "restore",
    "undo": "undo",
    "inbox": "inbox",
    "keep": "keep",
    "drop": "drop",
    "capture": "capture",
    "put_handoff": "put_handoff",
    "opening": "opening",
    "surface": "surface",
    "sweep": "sweep",
    "rebuild": "rebuild",
    "start_rebuild": "start_rebuild",
    "status": "status",
    "profile": "profile",
    "state_fact": "state_fact",
    "embed_pending": "embed_pending",
    "check_integrity": "check_integrity",
    "freeze": "freeze",
    "thaw": "thaw",
    "retire": "retire",
    "purge_probe": "purge_probe",
    "push": "push",
    "pull": "pull",
    "adopt": "adopt",
    "sync_status": "sync_status",
    "sync_history": "sync_history",
    "sync_verify": "sync_verify",
    "sync_prune": "sync_prune",
    "archive_list": "archive_list",
    "archive_restore": "archive_restore",
}
# These replace the vault or speak of this machine's own files: not for whoever reaches the vault over HTTP.
AT_HOME = frozenset({"pull", "sync_prune", "archive_list", "archive_restore"})


def perform(context: ActionContext, action: str, parameters: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    """Carry out the action called `action`.

    Raises:
        UsageError: no such action.
        MnemonError: as the action says.
    """
    if action not in ACTIONS:
        raise UsageError(f"unknown action {action!r}")
    module = import_module(f"mnemon_server.actions.{ACTIONS[action]}")
    result: dict[str, Any] = module.run(context, **parameters)
    return result
