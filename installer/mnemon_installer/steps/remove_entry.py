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
from mnemon_installer.steps.entries import has_ours, meaning_at
from mnemon_installer.steps.giving_back import Given, clear, giving_back, left_behind, put
from mnemon_installer.steps.keeping import Keeping
from mnemon_installer.steps.ours_in_file import OursInFile
from mnemon_installer.steps.read_only import read_only
from mnemon_installer.world import CommandTrouble, World


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
            keeping.forget(path, "entry")
            return "removed what an interrupted run had left"
        keeping.back_up(path, file.content, self.client.name)
        given = self._given(world, file)
        if not given.is_former and self._suits_its_program(world, file):
            # It may refuse; then our own edit does all of it, and else what is left to do.
            with suppress(CommandTrouble):
                world.run(self.client.remove_command(str(self.program)))
            file = read_place(world, self.place)
            given = self._given(world, file)
        return put(world, keeping, path, file.content, given, "entry")

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
        ours, meaning = self._ours(world), meaning_at(world, self.place)
        return giving_back(ours.keeping, self.place.path, file.content, meaning, ours.without_entry, ours.without_all)

    def _ours(self, world: World) -> OursInFile:
        return OursInFile(world, self.client, self.place, self._keeping(world))

    def _suits_its_program(self, world: World, file: ConfigFile) -> bool:
        """Its own tool writes the whole file anew; only where that changes no byte is it as careful as our edit."""
        if self.program is None or self._ours(world).replaced() is not None:
            return False
        return json.dumps(file.document.data, indent=2, ensure_ascii=False) == file.document.text

    def _diff(self, world: World, file: ConfigFile, given: Given) -> str:
        try:
            return file.diff(parse_place(world, self.place, given.content).document)
        except BadClientFile:  # our former bytes cannot be parsed: then they are not what a diff can show
            return ""
