"""Is the vault whole?"""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.vault import integrity


def run(context: ActionContext) -> dict[str, Any]:
    """Read the whole vault.

    Returns:
        `{"problems": [sentences], "rebuildable": bool}`: empty when the file, its references and its indexes
        agree; `rebuildable` when only indexes disagree, so that a rebuild mends it.
    """
    with context.vault.read() as connection:
        damage = integrity.damage(connection)
        problems = damage or integrity.disagreements(connection)
    return {"problems": problems, "rebuildable": bool(problems) and not damage}
