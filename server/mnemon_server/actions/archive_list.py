"""The former vaults of this machine."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.vault.archive import list_archive


def run(context: ActionContext) -> dict[str, Any]:
    """`{"folder", "bytes", "copies": [{"name", "reason", "at", "bytes"}]}`, newest first."""
    found = list_archive(context.settings.archive_folder)
    copies = [
        {
            "name": each.path.name,
            "reason": each.reason,
            "at": each.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "bytes": each.size,
        }
        for each in found
    ]
    return {
        "folder": str(context.settings.archive_folder),
        "bytes": sum(each.size for each in found),
        "copies": copies,
    }
