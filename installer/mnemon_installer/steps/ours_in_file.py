"""One file of a client that we may have put two things into, an entry and hooks: what it is without either, or both."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.clients import Client
from mnemon_installer.clients.client import Place
from mnemon_installer.clients.config_file import BadClientFile, ConfigFile, parse_place
from mnemon_installer.clients.hooks_file import may_have_hooks, own_hooks, parse_hooks, without_own_hooks
from mnemon_installer.edits.paths import Place as Keys
from mnemon_installer.plan.receipts import Receipt
from mnemon_installer.steps.entries import has_foreign, has_ours
from mnemon_installer.steps.keeping import Keeping
from mnemon_installer.world import World
from mnemon_server.errors import MnemonError


@dataclass(frozen=True)
class OursInFile:
    """`place` is where our entry stands in the file, if one does. Contents are bytes; None is no file at all."""

    world: World
    client: Client
    place: Place
    keeping: Keeping

    @property
    def receipt(self) -> Receipt | None:
        return self.keeping.receipts.of(self.place.path)

    def without_entry(self, content: bytes | None) -> bytes | None:
        """`content` without our entry and without what we made for it, and with what our entry had replaced.

        Raises:
            BadClientFile: it cannot be edited.
        """
        file, receipt, path = parse_place(self.world, self.place, content), self.receipt, self.place.entry_path
        if has_ours(file, self.client, self.place, receipt):
            replaced = self.replaced()
            if replaced is not None:
                return file.with_entry(self.client, replaced.document.get(path)).text.encode()
        elif file.document.has(path):
            return content
        return self._left(file.document.remove(path, prune=receipt.parents if receipt else ()).text)

    def without_hooks(self, content: bytes | None) -> bytes | None:
        """`content` without our hooks and without what we made for them. Raises as above."""
        if self.place.format != "jsonc" or not may_have_hooks(content):
            return content
        file = parse_hooks(self.world, self.place.path, content)
        if not own_hooks(file):
            return content
        return self._left(without_own_hooks(file, self._made_for_hooks(content)).text)

    def without_all(self, content: bytes | None) -> bytes | None:
        """`content` without anything of ours. Raises as above."""
        rest = self.without_hooks(content)
        try:
            return rest if rest is None else self.without_entry(rest)
        except BadClientFile:  # something else stands where entries do; hooks are all that we had there
            return rest

    def replaced(self) -> ConfigFile | None:
        """The file with the foreign entry that `--replace-foreign` took away."""
        receipt = self.receipt
        if receipt is None or receipt.replaced is None:
            return None
        try:
            copy = parse_place(self.world, self.place, self.world.read(Path(receipt.replaced)))
        except MnemonError:
            return None
        return copy if has_foreign(copy, self.client, self.place) else None

    def _made_for_hooks(self, content: bytes | None) -> tuple[Keys, ...] | None:
        """The containers that may go; None, all of them, where nobody has noted whose they are."""
        receipt = self.receipt
        if receipt is None:
            return None
        is_noted = "hooks" in receipt.kinds or self.keeping.knows_former(receipt, content, lambda found: found)
        return receipt.parents if is_noted else None

    def _left(self, text: str) -> bytes | None:
        """What is left of a file of our making is nothing when only its brackets are."""
        receipt = self.receipt
        is_ours_alone = receipt is not None and receipt.made_file and text.strip("\ufeff \t\r\n") in ("", "{}")
        return None if is_ours_alone else text.encode()
