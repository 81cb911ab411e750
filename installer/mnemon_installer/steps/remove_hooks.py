"""Our hooks out of a client's file: the file as it was before us, or as it is without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.clients import Client
from mnemon_installer.clients.client import Place
from mnemon_installer.clients.config_file import BadClientFile, ConfigFile
from mnemon_installer.clients.hooks_file import may_have_hooks, own_hooks, parse_hooks
from mnemon_installer.plan.step import Done, Needed, Verdict
from mnemon_installer.steps.giving_back import Given, clear, giving_back, left_behind, put
from mnemon_installer.steps.keeping import Keeping
from mnemon_installer.steps.ours_in_file import OursInFile
from mnemon_installer.steps.read_only import read_only
from mnemon_installer.world import World


@dataclass(frozen=True)
class RemoveHooks:
    """Handlers of ours, whatever their shape; those beside them stay byte for byte."""

    client: Client
    path: Path
    backups: Path
    key_suffix: str = "hooks"
    needs: Sequence[str] = ()
    is_optional: bool = False

    @property
    def key(self) -> str:
        return f"{self.client.name}.{self.key_suffix}"

    @property
    def subject(self) -> str:
        return f"{self.client.title} hooks"

    def describe(self) -> str:
        return f"take the hooks of mnemon out of {self.path}"

    def check(self, world: World) -> Verdict:
        file = self._with_ours(world)
        if file is None:
            return Needed() if left_behind(world, self._keeping(world), self.path) else Done()
        return read_only(world, self.path) or Needed(self._diff(world, file))

    def apply(self, world: World) -> str:
        keeping = self._keeping(world)
        clear(world, left_behind(world, keeping, self.path))
        file = self._with_ours(world)
        if file is None:
            keeping.forget(self.path, "hooks")
            return "removed what an interrupted run had left"
        keeping.back_up(self.path, file.content, self.client.name)
        return put(world, keeping, self.path, file.content, self._given(world, file), "hooks")

    def undo(self, world: World) -> None:
        """Nothing: `setup` adds them again, and the copy in `backups` has the former bytes."""

    def _keeping(self, world: World) -> Keeping:
        return Keeping(world, self.backups)

    def _with_ours(self, world: World) -> ConfigFile | None:
        """The file, when hooks of ours are in it."""
        content = world.read(self.path)
        if not may_have_hooks(content):
            return None  # also a file that nobody can parse
        file = parse_hooks(world, self.path, content)
        return file if own_hooks(file) else None

    def _given(self, world: World, file: ConfigFile) -> Given:
        place = Place(self.path, "jsonc", self.client.entry_path)
        ours = OursInFile(world, self.client, place, self._keeping(world))
        return giving_back(
            ours.keeping, self.path, file.content, lambda content: content, ours.without_hooks, ours.without_all
        )

    def _diff(self, world: World, file: ConfigFile) -> str:
        try:
            return file.diff(parse_hooks(world, self.path, self._given(world, file).content).document)
        except BadClientFile:  # our former bytes cannot be parsed: then they are not what a diff can show
            return ""
