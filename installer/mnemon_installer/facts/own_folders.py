"""Which folders are of our making: uninstall removes them once they are empty, and no other."""

from __future__ import annotations

from pathlib import Path

from mnemon_installer.facts.deploy_files import APPS, PULUMI, TREES
from mnemon_installer.facts.own_files import CACHED, PUT_ASIDE, entries
from mnemon_installer.facts.run_files import folder_elsewhere
from mnemon_installer.facts.sync_files import WORKPLACE
from mnemon_installer.facts.web_files import TOKENS
from mnemon_installer.facts.web_survey import APP_NAME
from mnemon_installer.plan.receipts import FolderNote
from mnemon_installer.world import World
from mnemon_server.settings import Settings, vault_folder

_NAMES = ("archive", "models", "logs", "backups", "run", "ops", TOKENS, APPS, PULUMI)


def own_folders(world: World, settings: Settings, ours: set[Path], note: FolderNote | None) -> tuple[Path, ...]:
    """The vault's folder and those in it that hold nothing but `ours`, our files; the innermost first.

    `note` is what the first flow saw of the folder.
    """
    found: list[Path] = []
    workplaces = (each.name for each in entries(settings.folder) if WORKPLACE.fullmatch(each.name))
    for name in (*_NAMES, *workplaces):
        top = settings.folder / name
        if _is_folder(top) and _is_of_our_making(world, settings, top, note):
            found += [*sorted(_inner(top, ours), reverse=True), top]
    elsewhere = folder_elsewhere(settings.folder)
    if elsewhere is not None and _is_folder(elsewhere):
        found.append(elsewhere)
    if _is_folder(settings.folder) and _is_ours_whole(world, settings, note):
        found.append(settings.folder)
    going = {*ours, *found}
    return tuple(folder for folder in found if _all_below(folder, going))


def holds_only(folder: Path, known: set[Path]) -> bool:
    """One of the folders that we give such names, with nothing in it that is not ours, but perhaps empty folders."""
    if folder.name not in _NAMES or not _is_folder(folder):
        return False
    return all(each in known or _is_folder(each) for each in folder.rglob("*"))


def _all_below(folder: Path, known: set[Path]) -> bool:
    return all(each in known for each in folder.rglob("*"))


def _inner(top: Path, ours: set[Path]) -> set[Path]:
    """Folders with something of ours in them, and those that a killed download or uninstall has left without a file."""
    inside = {parent for file in ours for parent in file.parents if top in parent.parents}
    for each in entries(top):
        if _is_folder(each) and _is_our_name(top.name, each.name):
            below = list(each.rglob("*"))
            if all(map(_is_folder, below)):
                inside |= {each, *below}
    return inside


def _is_our_name(top: str, name: str) -> bool:
    if top in (APPS, PULUMI):
        return APP_NAME.fullmatch(name) is not None if top == APPS else name in TREES
    return name.startswith(CACHED) or PUT_ASIDE.fullmatch(name) is not None


def _is_ours_whole(world: World, settings: Settings, note: FolderNote | None) -> bool:
    return settings.folder == vault_folder({}, world.home) or (note is not None and note.made)


def _is_of_our_making(world: World, settings: Settings, top: Path, note: FolderNote | None) -> bool:
    if _is_ours_whole(world, settings, note):
        return True
    if note is not None:
        return top.name not in note.found
    # Nobody has noted it: ours are private, and hardly anybody else's.
    sight = world.look(top)
    return sight is not None and not sight.mode & 0o077 and world.platform != "win32"


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
