"""One run of a flow at a time per vault folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mnemon_installer.plan.receipts import FolderNote, Receipts
from mnemon_installer.world import World


@contextmanager
def one_at_a_time(world: World, folder: Path, flow: str) -> Iterator[None]:
    """Hold the flow's lock in `folder`, the `ops` of a vault's folder. Raises Held, naming who has it; it dies with
    its process.

    The lock is the first thing that a flow writes, so whoever takes it notes how the vault's folder was before:
    uninstall never deletes a folder that we were merely pointed at.
    """
    note = _folder_as_it_is(world, folder.parent)
    with world.hold(folder / f"{flow}.lock", f"mnemon {flow}"):
        Receipts(world, folder).keep_folder(note)
        yield


@contextmanager
def alone(world: World, folder: Path, flows: Sequence[str]) -> Iterator[None]:
    """Hold the locks of several flows, for one that none of them may run beside. A folder that is there already is not
    noted: who comes to take everything away knows nothing of how it began."""
    note = _folder_as_it_is(world, folder.parent)
    with ExitStack() as locks:
        for flow in flows:
            locks.enter_context(world.hold(folder / f"{flow}.lock", f"mnemon {flows[0]}"))
        if note.made:
            Receipts(world, folder).keep_folder(note)
        yield


def _folder_as_it_is(world: World, folder: Path) -> FolderNote:
    if world.look(folder) is None:
        return FolderNote(made=True)
    try:
        return FolderNote(made=False, found=tuple(sorted(each.name for each in folder.iterdir() if each.is_dir())))
    except OSError:  # a file stands there, or it cannot be read; taking the lock says so
        return FolderNote(made=False)
