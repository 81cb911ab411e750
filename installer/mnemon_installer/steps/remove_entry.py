"""Our entry out of a client's file: the file as it was before us, or as it is without us."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.clients import Client
from mnemon_installer.clients.client import SERVER_NAME, Place
from mnemon_installer.clients.config_file import BadClientFile, ConfigFile, parse_place, read_place
from mnemon_installer.plan.receipts import Receipt
from mnemon_installer.plan.step import Done, Needed, Verdict
from mnemon_installer.steps.entries import has_foreign, has_ours, meaning_at
from mnemon_installer.steps.giving_back import Given, clear, giving_back, left_behind, put
from mnemon_installer.steps.keeping import Keeping
from mnemon_installer.steps.read_only import read_only
from mnemon_installer.world import CommandTrouble, World
from mnemon_server.errors import MnemonError


@dataclass(frozen=True)
class RemoveEntry:
    """`program` is the client's own tool; it is used where it keeps every byte that is not ours."""

    client: Client
    place: Place
    program: Path | None
    backups: Path
    key_suffix: str = "entry"
    needs: Sequence[str] = ()
    is_optional: bool = False

    @property
    def key(self) -> str:
        return f"{self.client.name}.{self.key_suffix}"

    @property
    def subject(self) -> str:
        return self.client.title

    def describe(self) -> str:
        return f"take mnemon out of {self.place.path}"

    def check(self, world: World) -> Verdict:
        file = self._with_ours(world)
        if file is None:
            return Needed() if left_behind(world, self._keeping(world), self.place.path) else Done()
        return read_only(world, self.place.path) or Needed(self._diff(world, file, self._given(world, file)))

    def apply(self, world: World) -> str:
        keeping, path = self._keeping(world), self.place.path
        clear(world, left_behind(world, keeping, path))
        file = self._with_ours(world)
        if file is None:
            keeping.receipts.drop(path)
            return "removed what an interrupted run had left"
        keeping.back_up(path, file.content, self.client.name)
        given = self._given(world, file)
        if not given.is_former and self._suits_its_program(world, file):
            # It may refuse; then our own edit does all of it, and else what is left to do.
            with suppress(CommandTrouble):
                world.run(self.client.remove_command(str(self.program)))
            file = read_place(world, self.place)
            given = self._given(world, file)
        return put(world, keeping, path, file.content, given)

    def undo(self, world: World) -> None:
        """Nothing: `setup` registers again, and the copy in `backups` has the former bytes."""

    def _keeping(self, world: World) -> Keeping:
        return Keeping(world, self.backups)

    def _receipt(self, world: World) -> Receipt | None:
        return self._keeping(world).receipts.of(self.place.path)

    def _with_ours(self, world: World) -> ConfigFile | None:
        """The file, when our entry is in it."""
        content = world.read(self.place.path)
        if content is None or SERVER_NAME.encode() not in content:
            return None  # also a file that nobody can parse
        file = parse_place(world, self.place, content)
        return file if has_ours(file, self.client, self.place, self._receipt(world)) else None

    def _given(self, world: World, file: ConfigFile) -> Given:
        meaning = meaning_at(world, self.place)
        return giving_back(
            self._keeping(world), self.place.path, file.content, meaning, lambda content: self._without(world, content)
        )

    def _without(self, world: World, content: bytes | None) -> bytes | None:
        """`content` without ours and without what we made for it, and with what our entry had replaced."""
        file, receipt = parse_place(world, self.place, content), self._receipt(world)
        path = self.place.entry_path
        if has_ours(file, self.client, self.place, receipt):
            replaced = self._replaced(world, receipt)
            if replaced is not None:
                return file.with_entry(self.client, replaced.document.get(path)).text.encode()
        elif file.document.has(path):
            return content
        edited = file.document.remove(path, prune=receipt.parents if receipt else ()).text
        is_ours_alone = receipt is not None and receipt.made_file and edited.strip("\ufeff \t\r\n") in ("", "{}")
        return None if is_ours_alone else edited.encode()

    def _replaced(self, world: World, receipt: Receipt | None) -> ConfigFile | None:
        """The file with the foreign entry that `--replace-foreign` took away."""
        if receipt is None or receipt.replaced is None:
            return None
        try:
            copy = parse_place(world, self.place, world.read(Path(receipt.replaced)))
        except MnemonError:
            return None
        return copy if has_foreign(copy, self.client, self.place) else None

    def _suits_its_program(self, world: World, file: ConfigFile) -> bool:
        """Its own tool writes the whole file anew; only where that changes no byte is it as careful as our edit."""
        if self.program is None or self._replaced(world, self._receipt(world)) is not None:
            return False
        return json.dumps(file.document.data, indent=2, ensure_ascii=False) == file.document.text

    def _diff(self, world: World, file: ConfigFile, given: Given) -> str:
        try:
            return file.diff(parse_place(world, self.place, given.content).document)
        except BadClientFile:  # our former bytes cannot be parsed: then they are not what a diff can show
            return ""
