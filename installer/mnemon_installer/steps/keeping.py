"""Changing a file of others so that it can be given back: a backup, a receipt, the edit, in this order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from mnemon_installer.plan.receipts import Keys, Receipt, Receipts, digest
from mnemon_installer.steps.backup import back_up
from mnemon_installer.world import World
from mnemon_server import __version__

# What a file's bytes mean without what we put in. It decides only where a receipt does not know the bytes.
Meaning = Callable[[bytes | None], object]
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Insertion:
    """What we are about to put into a file.

    `owner` is the client's name, `kind` is `entry`, `hooks` or `rules`; `place` and `parents` are keys, `value` is the
    hash of what is put there. `replaces_foreign`: something that is not ours stands there now.
    """

    owner: str
    kind: str
    place: Keys = ()
    value: str = ""
    parents: tuple[Keys, ...] = ()
    replaces_foreign: bool = False


@dataclass(frozen=True)
class Keeping:
    """The copies and receipts of one vault's folder; `backups` is that folder's folder of copies."""

    world: World
    backups: Path

    @property
    def receipts(self) -> Receipts:
        return Receipts(self.world, self.backups.parent / "ops")

    def change(self, path: Path, before: bytes | None, after: bytes, insertion: Insertion, meaning: Meaning) -> None:
        """Write `after` in place of `before`, with a backup and a receipt. Raises as World.write does."""
        self.begin(path, before, after, insertion, meaning)
        self.world.write(path, after, before)

    def begin(
        self, path: Path, before: bytes | None, after: bytes | None, insertion: Insertion, meaning: Meaning
    ) -> None:
        """Note an edit that comes next. `after` is None where another program makes it; `end` then says what came."""
        known = self.receipts.of(path)
        if known is not None and self.knows_former(known, before, meaning):
            replaced = known.replaced or (known.backup if insertion.replaces_foreign else None)
            receipt = replace(known, earlier=digest(before), replaced=replaced)
        else:
            receipt = self._first(path, before, insertion, known)
        receipt = replace(
            receipt,
            owner=insertion.owner,
            kinds=_joined(receipt.kinds, (insertion.kind,)),
            parents=_joined(receipt.parents, insertion.parents),
            after=digest(after),
            place=insertion.place or receipt.place,
            inserted=insertion.value or receipt.inserted,
            when=self.world.now().isoformat(timespec="seconds"),
            version=__version__,
        )
        self.receipts.keep(path, receipt)

    def end(self, path: Path) -> None:
        """Note what another program has made of the file."""
        known = self.receipts.of(path)
        if known is not None and known.after is None:
            self.receipts.keep(path, replace(known, after=digest(self.world.read(path))))

    def partly(self, path: Path, before: bytes | None, after: bytes | None) -> None:
        """Note that we are about to take out one thing of several that we put there."""
        known = self.receipts.of(path)
        if known is not None:
            self.receipts.keep(path, replace(known, earlier=digest(before), after=digest(after)))

    def forget(self, path: Path, kind: str) -> None:
        """Note that nothing of this kind is in the file any more; the last one takes the receipt with it."""
        known = self.receipts.of(path)
        if known is None:
            return
        if left := tuple(each for each in known.kinds if each != kind):
            self.receipts.keep(path, replace(known, kinds=left))
        else:
            self.receipts.drop(path)

    def knows_former(self, receipt: Receipt, content: bytes | None, meaning: Meaning) -> bool:
        """Are the bytes from before us still at hand, and has nobody but us changed the file since?"""
        former = self.former(receipt)
        if former is None and receipt.before is not None:
            return False
        if digest(content) == receipt.before or (receipt.earlier and digest(content) == receipt.earlier):
            return True
        if receipt.after is None:  # killed while another program was at it: what the bytes mean must do
            return content is not None and meaning(content) == meaning(former)
        return digest(content) == receipt.after

    def former(self, receipt: Receipt) -> bytes | None:
        """The bytes from before us; None where there was no file, or the copy is lost or not whole."""
        if receipt.before is None or receipt.backup is None:
            return None
        copy = self.world.read(Path(receipt.backup))
        return copy if digest(copy) == receipt.before else None

    def back_up(self, path: Path, content: bytes | None, owner: str) -> Path | None:
        """A copy of the file as it is now, beside those that receipts still need."""
        return back_up(self.world, path, content, self.backups, owner, self._needed())

    def _first(self, path: Path, before: bytes | None, insertion: Insertion, known: Receipt | None) -> Receipt:
        """A receipt for a file that we have not changed yet, or that somebody else has changed since."""
        backup = self.back_up(path, before, insertion.owner)
        replaced = str(backup) if insertion.replaces_foreign and backup else known.replaced if known else None
        return Receipt(
            owner=insertion.owner,
            kinds=known.kinds if known else (),
            before=digest(before),
            after=None,
            place=known.place if known else (),
            inserted=known.inserted if known else "",
            parents=known.parents if known else (),
            folders=_missing_folders(self.world, path) or (known.folders if known else ()),
            made_file=before is None or (known is not None and known.made_file),
            backup=str(backup) if backup else None,
            replaced=replaced,
        )

    def _needed(self) -> set[Path]:
        noted = self.receipts.all().values()
        return {Path(copy) for receipt in noted for copy in (receipt.backup, receipt.replaced) if copy}


def _joined(known: tuple[_Item, ...], new: tuple[_Item, ...]) -> tuple[_Item, ...]:
    return tuple(dict.fromkeys([*known, *new]))


def _missing_folders(world: World, path: Path) -> tuple[str, ...]:
    """The folders above `path` that writing it will make, the outermost first."""
    missing = [str(folder) for folder in path.parents if world.look(folder) is None]
    return tuple(reversed(missing))
