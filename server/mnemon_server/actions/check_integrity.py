"""Is the vault whole?"""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.vault import integrity


def run(context: ActionContext) -> dict[str, Any]:
    """`{"problems": [sentences]}`, empty when the file, its references and its indexes agree."""
    with context.vault.read() as connection:
        return {"problems": integrity.problems(connection)}
