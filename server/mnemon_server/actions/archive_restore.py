"""A former vault becomes the vault again."""

from __future__ import annotations

import shutil
from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.errors import DiskTrouble
from mnemon_server.sync.examine import examine
from mnemon_server.sync.state import alone
from mnemon_server.sync.workplace import workplace
from mnemon_server.vault.archive import find_archived
from mnemon_server.vault.replace import replace_content
from mnemon_server.vault.strays import NONE, count_strays


def run(context: ActionContext, name: str) -> dict[str, Any]:
    """Put a copy of the archive in the vault's place; what is there now goes into the archive, where the copy stays.

    Returns:
        `{"restored": name, "memories": live ones in it, "archived": path or None, "only_there": how many live memories
        of the former vault it lacks, "newer_there": how many it has in an older form}`

    Raises:
        NotArchived, UsageError: no copy, or several, have that name.
        BackupRefused, VaultTooNew: it is damaged, or of a newer program; the vault is as it was.
        MnemonError: of the vault and the disk; the vault is as it was.
    """
    settings = context.settings
    chosen = find_archived(settings.archive_folder, name)
    context.vault.close()
    with alone(settings), workplace(settings, 3 * chosen.size) as folder:
        copy = folder / "restored.sqlite"
        try:
            shutil.copyfile(chosen.path, copy)
        except OSError as trouble:
            message = f"{chosen.path} cannot be copied: {trouble.strerror or trouble}; nothing was changed"
            raise DiskTrouble(message, "mnemon doctor disk") from trouble
        live = examine(copy).live
        archived = replace_content(settings.vault_path, copy, "pre-restore")
    strays = count_strays(archived, settings.vault_path) if archived else NONE
    return {
        "restored": chosen.path.name,
        "memories": live,
        "archived": str(archived) if archived else None,
        "only_there": strays.missing,
        "newer_there": strays.newer,
    }
