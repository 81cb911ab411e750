"""What a file should hold once something of ours is gone from it: its former bytes when that was the last of ours and
nobody else changed it, else all but that."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.plan.receipts import Receipt
from mnemon_installer.steps.keeping import Keeping, Meaning
from mnemon_installer.world import World

# Bytes without what is ours; None: without it there should be no file.
Removal = Callable[[bytes | None], bytes | None]


@dataclass(frozen=True)
class Given:
    """The bytes to go back to (None: no file). `is_former`: they are those from before us. `is_all`: nothing else of
    ours is left in them. `is_known`: nobody else has changed the file since."""

    content: bytes | None
    is_former: bool
    is_all: bool = True
    is_known: bool = False


def giving_back(
    keeping: Keeping,
    path: Path,
    content: bytes | None,
    meaning: Meaning,
    remove: Removal,
    remove_all: Removal | None = None,
) -> Given:
    """Decide by the receipt, if there is one that reality bears out. `remove` takes one thing of ours out, `remove_all`
    whatever may be in the file besides."""
    remove_all = remove_all or remove
    receipt, rest = keeping.receipts.of(path), remove(content)
    is_known = receipt is not None and keeping.knows_former(receipt, content, meaning)
    if rest != remove_all(content):
        return Given(rest, is_former=False, is_all=False, is_known=is_known)
    if receipt is None or not is_known:
        return Given(rest, is_former=False)
    former = keeping.former(receipt)
    # What was ours before the first receipt must go too.
    return Given(None if former is None else remove_all(former), is_former=True, is_known=True)


def put(world: World, keeping: Keeping, path: Path, before: bytes | None, given: Given, kind: str) -> str:
    """Make the file so, without what we put there of this kind, and note it; say what was done."""
    if not given.is_all and given.is_known:
        keeping.partly(path, before, given.content)
    if given.content is not None:
        world.write(path, given.content, before)
    elif before is not None:
        world.remove(path, before)
        clear(world, left_behind(world, keeping, path))
    if given.is_all:
        keeping.receipts.drop(path)
    else:
        keeping.forget(path, kind)
    if given.content is None:
        return "removed the file, which setup had made"
    if given.is_former:
        return "restored, byte for byte"
    return "removed" if given.is_known else "removed; the file has changed since setup, and the rest of it stays"


def left_behind(world: World, keeping: Keeping, path: Path) -> list[Path]:
    """What killed processes of ours have left around `path`: half-written copies, folders that were made for it."""
    return [*_drafts(path), *_folders(world, keeping.receipts.of(path), path)]


def clear(world: World, leftovers: list[Path]) -> None:
    for each in leftovers:
        with suppress(OSError):  # gone by now; or a folder that somebody else has put something in
            world.perform(f"remove {each}", each.rmdir if each.is_dir() else each.unlink)


def _drafts(path: Path) -> list[Path]:
    try:
        target = path.resolve()  # a link is followed, and the copy written beside where it leads
        return [each for each in target.parent.iterdir() if _is_draft(each.name, target.name)]
    except OSError:
        return []


def _is_draft(name: str, of: str) -> bool:
    start = f".{of}.mnemon-"
    rest = name.removeprefix(start)
    return name.startswith(start) and len(rest) == 8 and not rest.strip("0123456789abcdef")


def _folders(world: World, receipt: Receipt | None, path: Path) -> list[Path]:
    """The folders that we made for a file that is gone, the innermost first."""
    if receipt is None or world.look(path) is not None:
        return []
    return [folder for folder in map(Path, reversed(receipt.folders)) if world.look(folder) is not None]
