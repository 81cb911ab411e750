"""What in the vault's folder is of our making: uninstall deletes this and nothing else.

The folder may be anybody's: `MNEMON_VAULT_DIR=~/Documents` is a fine thing to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.facts.own_files import copies_of_vault, entries, model_files, papers, records, vault_files
from mnemon_installer.facts.own_folders import holds_only, own_folders
from mnemon_installer.plan.receipts import Receipts
from mnemon_installer.world import World
from mnemon_server.settings import Settings, vault_folder


@dataclass(frozen=True)
class Belongings:
    """Files of ours, in the order in which they are to go.

    Attributes:
        memories: the vault and the copies of it.
        copies: how many of `memories` are copies.
        models: the downloaded models.
        papers: settings, logs, backups.
        records: journals, locks and receipts, which an uninstall itself still needs.
        folders: folders of ours with nothing else in them, the innermost first.
        strangers: what else is in the folder.
    """

    folder: Path
    memories: tuple[Path, ...]
    copies: int
    models: tuple[Path, ...]
    papers: tuple[Path, ...]
    records: tuple[Path, ...]
    folders: tuple[Path, ...]
    strangers: tuple[Path, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        return self.memories + self.models + self.papers + self.records


def find_belongings(world: World, settings: Settings) -> Belongings:
    """Look through the folder. What cannot be read is not ours."""
    note = Receipts(world, settings.ops_folder).folder()
    is_default = settings.folder == vault_folder({}, world.home)
    knows_folder = note is not None or is_default
    vault = tuple(vault_files(settings.vault_path, knows_folder))
    copies = tuple(copies_of_vault(settings.archive_folder))
    models = tuple(model_files(settings.models_folder, knows_folder))
    written, noted = tuple(papers(settings, is_default)), tuple(records(settings.ops_folder))
    ours = {*vault, *copies, *models, *written, *noted}
    folders = own_folders(world, settings, ours, note)
    known = {*ours, *folders}
    strangers = [each for each in entries(settings.folder) if each not in ours and not holds_only(each, known)]
    return Belongings(
        folder=settings.folder,
        memories=(*vault, *copies),
        copies=len(copies),
        models=models,
        papers=written,
        records=noted,
        folders=folders,
        strangers=tuple(strangers),
    )
